"""Passkeys in a real browser with a virtual authenticator. The tests build on each other, in this order."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys import authenticator, browser, steps
from tests.journeys.authenticator import PLAIN_KEY, Virtual
from tests.journeys.browser import Person
from tests.journeys.started import StartedPanel

pytestmark = pytest.mark.browser
SECURITY = "/account/security/"


@dataclass
class Owner:
    """Somebody of the demo with their browser, their authenticator app and a laptop that can hold passkeys."""

    person: Person
    kept: steps.Kept
    laptop: Virtual
    email: str
    password: str

    def said(self) -> Any:
        return self.person.page.locator("[data-said]").first

    def press(self, name: str) -> None:
        self.person.page.get_by_role("button", name=name).first.click()

    def give_password(self) -> None:
        self.person.go("/sign-in/")
        self.person.fill("E-mail", self.email)
        self.person.fill("Password", self.password)
        self.press("Continue")
        self.person.page.wait_for_url("**/sign-in/factor/")

    def arrives(self) -> None:
        self.person.page.wait_for_url(f"{self.person.base}/")


@pytest.fixture(scope="module")
def owner(browser: Browser, demo: StartedPanel, world: dict[str, Any]) -> Owner:
    known = next(one for one in world["users"] if one["role"] == "developer")
    person, kept = _enter(browser, demo), steps.Kept(seed=known["totp_secret"])
    steps.sign_in(person, kept, known["email"], known["password"])
    # Chromium forgets an authenticator when the window leaves its first empty page: it is held after that.
    return Owner(person, kept, authenticator.hold(person), known["email"], known["password"])


def _enter(running: Browser, demo: StartedPanel) -> Person:
    return browser.enter(running, demo.base)


def test_a_plain_key_that_does_not_know_its_owner_is_not_registered(owner: Owner) -> None:
    key = owner.laptop.swap(PLAIN_KEY)
    owner.person.go(f"{SECURITY}passkeys/")
    owner.person.look("add a passkey")
    owner.person.fill("Name", "Plain key")
    owner.press("Add this passkey")
    expect(owner.said()).to_contain_text("Nothing was sent")
    assert key.credentials() == []
    owner.laptop = key.swap()


def test_it_is_registered_under_a_name(owner: Owner) -> None:
    owner.person.go(f"{SECURITY}passkeys/")
    owner.person.fill("Name", "Work laptop")
    owner.press("Add this passkey")
    owner.person.page.wait_for_url(f"{owner.person.base}{SECURITY}")
    owner.person.look("security, with a passkey")
    assert "Work laptop" in owner.person.page.locator("main").inner_text()
    (made,) = owner.laptop.credentials()
    assert made["isResidentCredential"]
    assert made["rpId"] == "localhost"
    owner.person.require_no_fault()


def test_the_same_device_is_not_registered_twice(owner: Owner) -> None:
    owner.person.go(f"{SECURITY}passkeys/")
    owner.person.fill("Name", "Again")
    owner.press("Add this passkey")
    expect(owner.said()).to_contain_text("has a passkey for you already")
    owner.person.require_no_fault()


def test_it_is_the_second_factor_and_offered_first(owner: Owner) -> None:
    steps.sign_out(owner.person)
    owner.give_password()
    owner.person.look("second factor, with a passkey")
    owner.press("Use a passkey")
    owner.arrives()
    owner.person.require_no_fault()


def test_it_signs_in_without_a_password(owner: Owner) -> None:
    steps.sign_out(owner.person)
    owner.person.look("sign-in, with a passkey")
    owner.press("Sign in with a passkey")
    owner.arrives()
    owner.person.go(SECURITY)
    text = owner.person.page.locator("main").inner_text()
    assert "Fingerprint, face or PIN" in text
    owner.person.require_no_fault()


def test_without_a_password_it_has_to_know_its_owner(owner: Owner) -> None:
    steps.sign_out(owner.person)
    owner.laptop.knows_its_owner(False)
    owner.press("Sign in with a passkey")
    expect(owner.said()).to_contain_text("Nothing was sent")
    owner.person.go("/")
    assert "/sign-in/" in owner.person.page.url
    owner.laptop.knows_its_owner(True)


def test_as_a_second_factor_a_touch_is_enough(owner: Owner) -> None:
    owner.laptop.knows_its_owner(False)
    owner.give_password()
    owner.press("Use a passkey")
    owner.arrives()
    owner.laptop.knows_its_owner(True)
    owner.person.require_no_fault()


def test_it_is_a_fresh_proof(owner: Owner) -> None:
    owner.person.go("/step-up/?next=/account/security/")
    owner.person.look("is it you, with a passkey")
    owner.press("Use a passkey")
    owner.person.page.wait_for_url(f"{owner.person.base}{SECURITY}")
    owner.person.require_no_fault()


def test_a_copy_with_an_older_counter_is_refused(owner: Owner) -> None:
    steps.sign_out(owner.person)
    newest = owner.laptop.credentials()[0]["signCount"]
    assert newest > 1
    owner.laptop.roll_back(0)
    owner.press("Sign in with a passkey")
    expect(owner.said()).to_contain_text("counter went back")
    owner.person.go("/")
    assert "/sign-in/" in owner.person.page.url
    owner.laptop.roll_back(newest)
    owner.person.go("/sign-in/")
    owner.press("Sign in with a passkey")
    owner.arrives()


def test_a_browser_without_passkeys_says_so(owner: Owner) -> None:
    steps.sign_out(owner.person)
    owner.person.page.evaluate("delete window.PublicKeyCredential")
    owner.press("Sign in with a passkey")
    expect(owner.said()).to_contain_text("knows no passkeys")


def test_a_panel_that_is_away_is_told(owner: Owner) -> None:
    owner.person.go("/sign-in/")
    owner.person.page.route("**/challenge/", lambda route: route.abort())
    owner.press("Sign in with a passkey")
    expect(owner.said()).to_contain_text("did not answer")
    owner.person.page.unroute("**/challenge/")
    owner.person.faults = [one for one in owner.person.faults if "ERR_FAILED" not in one]


def test_it_is_removed_with_its_consequences_named(owner: Owner) -> None:
    owner.person.go("/sign-in/")
    owner.give_password()
    owner.person.fill("Code", owner.kept.code())
    owner.press("Sign in")
    owner.arrives()
    owner.person.go(SECURITY)
    owner.person.page.get_by_role("row", name="Work laptop").get_by_role("link", name="Remove").click()
    owner.person.page.wait_for_load_state("networkidle")
    owner.person.look("remove a passkey")
    assert "no longer signs you in" in owner.person.page.locator("main").inner_text()
    owner.press("Remove it")
    owner.person.page.wait_for_url(f"{owner.person.base}{SECURITY}")
    expect(owner.person.page.get_by_role("row", name="Work laptop")).to_have_count(0)
    # Chromium reports each refusal that these tests were about.
    owner.person.faults = [one for one in owner.person.faults if "status of 4" not in one]
    owner.person.require_no_fault()
