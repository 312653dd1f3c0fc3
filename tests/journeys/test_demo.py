"""The demonstration: one person per role, each of whom finds pages that work and nothing that is not theirs."""

import stat
from contextlib import suppress
from typing import Any

import openai
import pytest
from playwright.sync_api import Browser

from tests.journeys import browser as browsers
from tests.journeys import hunt, steps
from tests.journeys.started import StartedPanel

ROLES = ("administrator", "operator", "developer", "privacy_officer", "auditor", "member")
RAIL = "nav a[href^='/']"
FIRST_ROW = "main table tbody tr:first-child a[href^='/']"


def test_the_credentials_are_for_their_owner_only(demo: StartedPanel, world: dict[str, Any]) -> None:
    assert stat.S_IMODE((demo.data_dir / "demo.json").stat().st_mode) == 0o600
    assert [one["role"] for one in world["users"]][:6] == list(ROLES)
    assert len(world["assistants"]) >= 8
    assert world["base_url"] == demo.base


@pytest.mark.parametrize("role", ROLES)
def test_every_page_of_a_role_opens(role: str, browser: Browser, demo: StartedPanel, world: dict[str, Any]) -> None:
    known = next(one for one in world["users"] if one["role"] == role)
    person = browsers.enter(browser, demo.base)
    steps.sign_in(person, steps.Kept(seed=known["totp_secret"]), known["email"], known["password"])
    assert person.page.url == f"{demo.base}/"
    # The same pages for another role differ in what they list: one theme is enough.
    schemes: tuple[browsers.Scheme, ...] = ("light", "dark") if role == "administrator" else ("light",)
    paths = dict.fromkeys(link.get_attribute("href") or "" for link in person.page.locator(RAIL).all())
    assert paths
    for path in paths:
        person.go(path)
        person.look(f"{role} {path}", schemes)
        if person.page.locator(FIRST_ROW).count():
            person.page.locator(FIRST_ROW).first.click()
            person.page.wait_for_load_state("networkidle")
            person.look(f"{role} first row of {path}", schemes)
    person.context.close()
    person.require_no_fault()


def test_the_assistants_of_the_demo_answer(demo: StartedPanel, world: dict[str, Any]) -> None:
    for one in world["assistants"]:
        with openai.OpenAI(api_key=one["api_key"], base_url=f"{demo.base}/v1", max_retries=0) as client:
            answer = client.chat.completions.create(model=one["slug"], messages=_says("When do you open?"))
            with suppress(openai.BadRequestError):  # some of them refuse what is personal
                client.chat.completions.create(model=one["slug"], messages=_says("Write to kestrel.moor@example.org"))
        assert answer.choices[0].message.content


def _says(text: str) -> list[Any]:
    return [{"role": "user", "content": text}]


def test_the_demo_keeps_its_secrets_too(demo: StartedPanel, world: dict[str, Any]) -> None:
    users, assistants = world["users"], world["assistants"]
    canaries = {
        "passwords": [one["password"] for one in users],
        "seeds": [one["totp_secret"] for one in users],
        "addresses": [*(one["email"] for one in users), "kestrel.moor@example.org"],
        "keys": [one["api_key"] for one in assistants],
    }
    hunting = hunt.Hunt(demo.data_dir, canaries)
    assert [*hunting.files(), *hunting.database(), *hunting.valkey()] == []
