"""First contact by keyboard alone: from the printed link to a blocked attack and a working key, in minutes."""

import time

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys import browser as browsers
from tests.journeys import steps
from tests.journeys.browser import Hands, Person
from tests.journeys.started import started

INTERACTIONS, SECONDS = 30, 180


def make_account(hands: Hands, kept: steps.Kept) -> None:
    """With a mistyped address that is corrected by going back, and a reload in the middle."""
    page = hands.page
    hands.write("Muster", steps.NAME, "mistyped@example.test", steps.PASSWORD)
    hands.press("Enter")
    page.wait_for_selector(".qr")
    hands.choose("Back")
    expect(page.get_by_label("E-mail")).to_have_value("mistyped@example.test")
    page.get_by_label("E-mail").fill("")
    page.get_by_label("E-mail").focus()
    hands.write(steps.EMAIL, steps.PASSWORD)
    hands.press("Enter")
    page.wait_for_selector(".qr")
    kept.seed = steps.SEED.findall(page.locator("body").inner_text())[0].replace(" ", "")
    page.reload()
    hands.reach("id_code")
    hands.write(kept.code())
    hands.press("Enter")
    page.wait_for_selector(".codes")
    hands.reach("id_stored")
    hands.press("Space")
    hands.press("Enter")


def stop_an_attack(hands: Hands) -> None:
    page = hands.page
    hands.choose("Next: assistant")
    page.wait_for_url("**/assistant/")
    hands.choose("Make and publish")
    page.wait_for_url("**/first-steps/playground/")
    hands.choose("Open the playground")
    page.wait_for_selector("[data-playground]:not([hidden])")
    hands.choose("Injection", "Shift+Tab")
    hands.press("Control+Enter")
    expect(page.locator(".said-card.block")).to_contain_text("This message was not sent to the provider.")
    expect(page.locator(".why.block").first).to_contain_text("Looks like prompt injection")
    hands.choose("Continue the set-up", "Shift+Tab")
    page.wait_for_url("**/first-steps/**")


def call_by_key(hands: Hands) -> None:
    page = hands.page
    hands.choose("Make key")
    hands.choose("Send a greeting")
    expect(page.locator("[data-tries] li")).to_contain_text("Answered")
    hands.reach("stored")
    hands.press("Space")
    hands.choose("Done")
    page.wait_for_url("**/completion/**")
    for chore in ("Invite somebody", "mail server", "encryption keys", "guard policy", "backup"):
        expect(page.locator("main")).to_contain_text(chore)
    hands.choose("Open the panel")


def test_a_newcomer_stops_an_attack_and_calls_by_key_without_a_mouse(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with started(tmp_path_factory.mktemp("contact") / "data") as fresh:
        person = browsers.enter(browser, fresh.base)
        person.context.set_default_timeout(60_000)
        hands, began = Hands(person), time.monotonic()
        person.go(fresh.link)
        make_account(hands, steps.Kept())
        stop_an_attack(hands)
        if person.page.url.endswith("/playground/"):  # the trace was not copied into the database yet
            person.go("/setup/first-steps/key/")
        call_by_key(hands)
        person.page.wait_for_url(f"{fresh.base}/")
        assert (hands.count <= INTERACTIONS, time.monotonic() - began <= SECONDS) == (True, True)
        answer = person.page.goto(fresh.link)
        assert answer
        assert answer.status == 404
        person.faults = [one for one in person.faults if "404" not in one]
        person.require_no_fault()
        person.context.close()


def test_the_whole_set_up_needs_no_script(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> None:
    with started(tmp_path_factory.mktemp("plain") / "data") as fresh:
        context = browser.new_context(java_script_enabled=False, viewport=browsers.NARROW)  # type: ignore[arg-type]
        context.set_default_timeout(60_000)
        person, kept = Person(context, context.new_page(), fresh.base), steps.Kept()
        person.go(fresh.link)
        for label, value in (("Organisation", "M"), ("Your name", "Zoë"), ("E-mail", steps.EMAIL)):
            person.fill(label, value)
        person.fill("Password", steps.PASSWORD)
        person.press("Next: second factor")
        kept.seed = steps.SEED.findall(person.page.locator("body").inner_text())[0].replace(" ", "")
        person.fill("Code", kept.code())
        person.press("Next: recovery codes")
        person.page.get_by_role("checkbox").check()
        for verb in ("Next: provider", "Next: assistant", "Make and publish", "Skip this step", "Make key"):
            person.press(verb)
        assert steps.KEY.findall(person.page.content())
        assert "curl" in person.page.locator("main").inner_text()
        person.page.get_by_role("checkbox").check()
        person.press("Done")
        person.press("Open the panel")
        expect(person.page.get_by_text("Finish setting up")).to_be_visible()
        context.close()
