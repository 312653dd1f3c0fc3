"""Sessions end, factors age, colleagues are faster, the network goes: in the browser, nothing that was typed is lost."""

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.architecture.tree import ROOT
from tests.journeys import browser as browsers
from tests.journeys import steps
from tests.journeys.browser import Person
from tests.journeys.started import StartedPanel, clean_environment

OLDER = """
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
for row in Session.objects.all():
    session = SessionStore(row.session_key)
    if "fresh_at" in session:
        session["fresh_at"] -= 600
        session.save()
"""


class Visitor:
    """A person of the demo, signed in; `tab()` opens another window of the same browser."""

    def __init__(self, browser: Browser, base: str, user: dict[str, Any]) -> None:
        self.user, self.kept = user, steps.Kept(seed=user["totp_secret"].replace(" ", ""))
        self.person = browsers.enter(browser, base)
        steps.sign_in(self.person, self.kept, user["email"], user["password"])

    def tab(self) -> Person:
        one = self.person
        page = one.context.new_page()
        return Person(one.context, page, one.base)

    def require_no_fault(self) -> None:
        """Chromium reports every page that is not 2xx; these pages are about that."""
        self.person.faults = [one for one in self.person.faults if "the server responded with a status of 4" not in one]
        self.person.require_no_fault()


@pytest.fixture(scope="module")
def ada(browser: Browser, demo: StartedPanel, world: dict[str, Any]) -> Iterator[Visitor]:
    visitor = Visitor(browser, demo.base, _user(world, "administrator"))
    yield visitor
    visitor.person.context.close()


def _user(world: dict[str, Any], role: str) -> dict[str, Any]:
    return next(dict(one) for one in world["users"] if one["role"] == role)


def _settings(person: Person) -> str:
    person.go("/assistants/")
    person.page.locator("main table tbody tr a[href^='/assistants/']").first.click()
    person.page.wait_for_load_state("networkidle")
    found = re.search(r"/assistants/[0-9a-f-]{36}/", person.page.url)
    assert found is not None
    return f"{found[0]}description/"


def test_a_form_sent_after_signing_out_elsewhere_is_carried_on(ada: Visitor) -> None:
    person, other = ada.person, ada.tab()
    person.go("/teams/new/")
    person.fill("Name", "Night shift")
    steps.sign_out(other)
    other.page.close()
    person.page.locator("main form button[type=submit]").first.click()
    person.page.wait_for_url("**/sign-in/**")
    expect(person.page.get_by_text("Your session has ended.")).to_be_visible()
    person.look("sign-in, with something kept")
    person.fill("E-mail", ada.user["email"])
    person.fill("Password", ada.user["password"])
    person.press("Continue")
    person.fill("Code", ada.kept.code())
    person.page.keyboard.press("Enter")
    person.page.wait_for_url("**/carry-on/**")
    expect(person.page.get_by_text("Night shift")).to_be_visible()
    person.look("carry on")
    person.press("Carry on")
    person.go("/teams/")
    expect(person.page.get_by_text("Night shift")).to_be_visible()
    ada.require_no_fault()


def test_an_act_goes_on_by_itself_once_the_factor_is_proved(
    ada: Visitor, demo: StartedPanel, world: dict[str, Any]
) -> None:
    person = ada.person
    person.go(f"/people/?q={_user(world, 'operator')['email']}")
    person.page.locator("main tbody a[href^='/people/']").first.click()
    person.page.wait_for_load_state("networkidle")
    person.go(f"{person.page.url}roles/")
    environment = clean_environment(demo.data_dir, int(demo.base.rsplit(":", 1)[1]))
    subprocess.run([sys.executable, "manage.py", "shell", "-c", OLDER], cwd=ROOT, env=environment, check=True)
    person.page.get_by_label("Role").select_option("developer")
    person.fill("Why", "Builds the shop")
    person.page.locator("main form button[type=submit]").first.click()
    person.page.wait_for_url("**/step-up/**")
    expect(person.page.get_by_text("What you sent is kept.")).to_be_visible()
    person.look("step-up, with something kept")
    person.page.get_by_role("textbox").first.fill(ada.kept.code())
    person.press("Continue")
    expect(person.page.get_by_text("Builds the shop").or_(person.page.get_by_text("Developer")).first).to_be_visible()
    assert "/step-up/" not in person.page.url
    ada.require_no_fault()


def test_the_second_of_two_sees_both_and_keeps_theirs_own(ada: Visitor) -> None:
    person, other = ada.person, ada.tab()
    path = _settings(person)
    person.go(path)
    other.go(path)
    other.fill("What it is for", "Answers slowly")
    other.press("Save")
    other.page.close()
    person.fill("What it is for", "Answers quickly")
    person.press("Save")
    expect(person.page.get_by_role("heading", name="Two versions: theirs and yours")).to_be_visible()
    assert person.page.locator("mark").all_inner_texts() == ["slowly", "quickly"]
    person.look("conflict")
    person.press("Edit again")
    expect(person.page.get_by_label("What it is for")).to_have_value("Answers quickly")
    person.press("Save")
    person.go(path)
    expect(person.page.get_by_label("What it is for")).to_have_value("Answers quickly")
    ada.require_no_fault()


def test_without_a_network_a_form_stays_and_is_sent_again(ada: Visitor) -> None:
    person = ada.person
    path = _settings(person)
    person.go(path)
    person.fill("What it is for", "Typed in a tunnel")
    person.context.set_offline(True)
    person.page.get_by_role("button", name="Save").first.click()
    again = person.page.get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    expect(person.page.get_by_label("What it is for")).to_have_value("Typed in a tunnel")
    person.look("offline")
    person.context.set_offline(False)
    again.click()
    person.page.wait_for_load_state("networkidle")
    person.go(path)
    expect(person.page.get_by_label("What it is for")).to_have_value("Typed in a tunnel")
    ada.require_no_fault()


def test_who_lacks_a_right_asks_and_gets_it_for_a_time(ada: Visitor, browser: Browser, world: dict[str, Any]) -> None:
    hana = Visitor(browser, ada.person.base, _user(world, "member"))
    hana.person.go("/providers/")
    expect(hana.person.page.get_by_text("It needs the right")).to_be_visible()
    hana.person.look("forbidden")
    hana.person.fill("What you need it for", "The audit on Friday")
    hana.person.press("Request access")
    hana.person.look("request, asked")
    person = ada.person
    person.go("/")
    person.page.get_by_text("Hana Sato asks for a right").first.click()
    person.page.wait_for_load_state("networkidle")
    person.look("request, to answer")
    person.page.get_by_role("button", name="Approve").click()
    person.page.wait_for_load_state("networkidle")
    expect(person.page.get_by_text("Given until")).to_be_visible()
    hana.person.go("/providers/")
    expect(hana.person.page.get_by_role("heading", name="Providers").first).to_be_visible()
    hana.require_no_fault()
    ada.require_no_fault()
    hana.person.context.close()


def test_dialogs_and_samples_work_without_scripts(ada: Visitor, browser: Browser) -> None:
    path = _settings(ada.person).removesuffix("description/")
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies(ada.person.context.cookies())  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(ada.person.base + path)
    page.get_by_role("button", name="Stop", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.locator("[data-close]").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("from openai import OpenAI")).to_be_visible()
    page.get_by_role("button", name="Stop", exact=True).click()
    dialog.get_by_label("Why").fill("Without scripts")
    dialog.get_by_role("button", name="Stop assistant").click()
    expect(page.get_by_text("Without scripts").first).to_be_visible()
    context.close()
