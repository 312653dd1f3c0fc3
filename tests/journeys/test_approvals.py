"""Two people at two browsers: one asks for a role, the other reads exactly what was asked and refuses, then approves."""

from typing import Any

from playwright.sync_api import Browser

from tests.journeys import browser as browsers
from tests.journeys import steps
from tests.journeys.browser import Person
from tests.journeys.started import StartedPanel


def _enter(browser: Browser, demo: StartedPanel, world: dict[str, Any], role: str) -> Person:
    known = next(one for one in world["users"] if one["role"] == role)
    person = browsers.enter(browser, demo.base)
    steps.sign_in(person, steps.Kept(seed=known["totp_secret"]), known["email"], known["password"])
    return person


def _ask(person: Person, reason: str) -> str:
    person.go("/access/roles/")
    person.page.get_by_label("Role").select_option("developer")
    person.fill("What you need it for", reason)
    person.press("Ask for the role")
    return person.page.url


def _open_first(person: Person) -> None:
    person.go("/approvals/")
    person.page.locator("main table tbody a").first.click()
    person.page.wait_for_load_state("networkidle")


def test_a_role_is_refused_with_a_reason_then_given(
    browser: Browser, demo: StartedPanel, world: dict[str, Any]
) -> None:
    member, administrator = (_enter(browser, demo, world, role) for role in ("member", "administrator"))
    asked = _ask(member, "To look at the errors of my keys")
    member.look("an approval of one's own")
    assert "Somebody else who may approve this" in member.page.locator("main").inner_text()

    administrator.go("/approvals/")
    administrator.look("approvals: inbox")
    _open_first(administrator)
    administrator.look("approvals: one")
    assert "To look at the errors of my keys" in administrator.page.locator("main").inner_text()
    administrator.fill("Why, or what to do instead", "Ask me for two hours only")
    administrator.press("Refuse")
    member.go(asked)
    assert "Ask me for two hours only" in member.page.locator("main").inner_text()

    again = _ask(member, "For two hours")
    _open_first(administrator)
    administrator.press("Approve")
    administrator.look("approvals: done")
    member.go(again)
    assert "Approved and done" in member.page.locator("main").inner_text()
    member.go("/keys/")
    assert member.page.get_by_role("heading", name="API keys").count()
    for person in (member, administrator):
        person.context.close()
        person.require_no_fault()
