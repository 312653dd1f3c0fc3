"""A person's own browser and the official client together: a yes and a no in the privacy centre hold for the very next call."""

import threading
import time
from urllib.parse import urlsplit

import openai
import pytest

from compliance.consent.models import Purpose
from compliance.subjects.services import proving
from panel.kernel import clock
from tests.assistants.gateway.callers.consent.lines import HELLO, LINES, Crowd, client
from tests.assistants.gateway.callers.consent.test_live import _two, lena, purpose, world
from tests.assistants.gateway.world import CONSOLE, World
from tests.journeys import browser as browsers
from tests.journeys.browser import Person
from tests.stage.live import Live
from tests.stage.provider import MockProvider, Reply

__all__ = ["_two", "lena", "purpose", "world"]
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def press(person: Person, purpose: Purpose, name: str) -> float:
    """Press the purpose's button; seconds until the panel has answered it."""
    part = person.page.locator(f"[aria-labelledby='purpose-{purpose.slug}']")
    began = time.monotonic()
    with person.page.expect_response(lambda answer: answer.request.method == "POST", timeout=60_000):
        part.get_by_role("button", name=name).click()
    took = time.monotonic() - began
    person.page.wait_for_load_state("networkidle")
    return took


def script(body: dict[str, object]) -> Reply:
    """Streams are long, so that they run when the person changes their mind."""
    return Reply("word " * 2000, pieces=5, pace=0.05) if body.get("stream") else Reply("You said: hello")


def listen(live: Live, world: World, named: str, ends: list[tuple[float, str]]) -> None:
    with client(live, world.token) as ask:
        try:
            list(ask.chat.completions.create(model=world.slug, messages=HELLO, stream=True, user=named))
        except openai.APIError as error:
            ends.append((time.monotonic(), str(error.code)))


def test_a_yes_and_a_no_in_a_browser_hold_for_the_very_next_call(
    gateway_server: Live, world: World, purpose: Purpose, lena: str, mock_provider: MockProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's tool runs a loop in this thread
    link = proving.vouch(actor=CONSOLE, end_user=lena, scope=world.assistant.id, at=clock.now())
    mock_provider.script = script
    ends: list[tuple[float, str]] = []
    with browsers.running() as browser, client(gateway_server, world.token) as ask:
        person = browsers.enter(browser, gateway_server.url)
        person.context.set_default_timeout(60_000)
        person.go(urlsplit(link).path)
        person.press("Open my pages")
        person.go("/privacy/choices/")
        with pytest.raises(openai.PermissionDeniedError) as told:
            ask.chat.completions.create(model=world.slug, messages=HELLO, user=lena)
        assert told.value.code == "consent_unknown"
        assert mock_provider.bodies == []
        press(person, purpose, "Yes, I agree")
        assert ask.chat.completions.create(model=world.slug, messages=HELLO, user=lena).choices
        stream = threading.Thread(target=listen, args=(gateway_server, world, lena, ends))
        stream.start()
        crowd = Crowd(gateway_server, world, lena)
        with crowd.asking():
            time.sleep(1)
            began = time.monotonic()
            took = press(person, purpose, "Take it back")
            crowd.end()
        stream.join(15)
        heard = len(mock_provider.bodies)
        with pytest.raises(openai.PermissionDeniedError) as told:
            ask.chat.completions.create(model=world.slug, messages=HELLO, user=lena)
        assert told.value.code == "consent_withdrawn"
        assert len(mock_provider.bodies) == heard
        person.require_no_fault()
    assert sum(status == 200 for status, _ in crowd.before) >= LINES
    refused = {"consent_withdrawn", "consent_unchecked"}
    assert (len(crowd.after), {code for _, code in crowd.after} <= refused) == (LINES, True), crowd.after
    ((ended, why),) = ends
    assert why in refused
    assert ended - began < 5 + took
