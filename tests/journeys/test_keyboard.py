"""An assistant is changed, published and taken back without a mouse."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys import browser as browsers
from tests.journeys import steps
from tests.journeys.browser import Hands
from tests.journeys.started import StartedPanel

pytestmark = pytest.mark.browser


def test_a_version_is_written_published_and_taken_back(
    browser: Browser, demo: StartedPanel, world: dict[str, Any]
) -> None:
    known = next(one for one in world["users"] if one["role"] == "administrator")
    person = browsers.enter(browser, demo.base)
    steps.sign_in(person, steps.Kept(seed=known["totp_secret"]), known["email"], known["password"])
    hands, page = Hands(person), person.page
    person.go("/assistants/?q=hr-handbook")
    hands.choose("HR handbook")
    page.wait_for_url("**/assistants/*-*/")
    hands.choose("Draft")
    page.wait_for_url("**/draft/")
    hands.reach("id_system_prompt")
    hands.press("Control+End")
    hands.write(" Answer in two sentences.")
    hands.choose("Save draft")
    expect(page.get_by_text("Answer in two sentences.").first).to_be_visible()
    hands.choose("Publish", "Shift+Tab")
    page.wait_for_url("**/publication/")
    hands.reach("id_message")
    hands.write("Shorter answers")
    hands.choose("Publish")
    page.wait_for_url(lambda url: "/publication/" not in url)
    hands.choose("Versions", "Shift+Tab")
    page.wait_for_url("**/versions/")
    versions = page.url
    expect(_back(page)).to_have_count(0)
    hands.choose("Go back to it")
    page.wait_for_url("**/rollback/")
    hands.reach("id_")
    hands.write("Too short after all")
    hands.choose("Go back")
    page.wait_for_url(lambda url: "/rollback/" not in url)
    person.go(versions)
    expect(_back(page)).to_have_count(1)
    person.look("after a rollback")
    person.require_no_fault()
    person.context.close()


def _back(page: Page) -> Locator:
    """The way back to the newest version: there is one while another is live."""
    return page.locator("main tbody tr").first.get_by_text("Go back to it")
