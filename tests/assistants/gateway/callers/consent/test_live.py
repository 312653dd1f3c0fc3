"""Consent as it runs: two workers, real sockets and PostgreSQL, the official client, a browser's session."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import openai
import pytest

from assistants.gateway import services
from compliance.consent.models import Purpose
from compliance.consent.services import choosing, restricting
from compliance.subjects.rules import Proof
from compliance.subjects.services import linking
from panel.journal.models import Leaf
from panel.kernel import actors, clock, ids
from panel.kernel.actors import Actor
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.callers.consent import lines
from tests.assistants.gateway.callers.consent.lines import HELLO, LINES, Crowd, Line, client, subject_of
from tests.assistants.gateway.world import CONSOLE, World
from tests.compliance.consent.stage import shown
from tests.stage.live import Live
from tests.stage.provider import MockProvider, Reply

pytestmark = pytest.mark.slow
# On a busy machine a worker may not hear from the database for a second, and refuses by itself: that is the promise, too.
REFUSED = {"consent_withdrawn", "consent_unchecked"}


@pytest.fixture(scope="module")
def _two(_live: Live) -> Iterator[None]:
    with lines.two_workers(_live):
        yield


@pytest.fixture
def world(_two: None, gateway_server: Live, mock_provider: MockProvider) -> World:
    return lines.build(mock_provider)


@pytest.fixture
def purpose(world: World) -> Purpose:
    return lines.bind(world)


@pytest.fixture
def lena(world: World) -> str:
    return f"lena-{ids.new_id().hex[-8:]}"


def choose(subject: UUID, purpose: Purpose, *, yes: bool) -> float:
    """As their own page does; seconds until it returns."""
    actor, began, at = Actor("subject", subject), time.monotonic(), clock.now()
    if yes:
        words = shown(purpose)
        choosing.give(actor=actor, subject=subject, purpose=purpose, shown=words, channel="centre", at=at)
    else:
        choosing.withdraw(actor=actor, subject=subject, purpose=purpose, channel="centre", at=at)
    return time.monotonic() - began


def test_asked_given_withdrawn(
    gateway_server: Live, world: World, purpose: Purpose, lena: str, mock_provider: MockProvider
) -> None:
    """The whole story, with the official client."""
    with client(gateway_server, world.token) as ask:

        def call(**more: Any) -> Any:
            return ask.chat.completions.create(model=world.slug, messages=HELLO, user=lena, **more)

        for stream in (False, True):
            with pytest.raises(openai.PermissionDeniedError) as told:
                call(stream=stream)
            assert (told.value.code, told.value.param, told.value.type) == (
                "consent_unknown",
                purpose.slug,
                "consent_error",
            )
        assert mock_provider.bodies == []
        subject = subject_of(world, lena)
        choose(subject, purpose, yes=True)
        assert call().choices[0].message.content == "You said: hello"
        assert len(mock_provider.bodies) == 1
        assert choose(subject, purpose, yes=False) < 1.5
        with pytest.raises(openai.PermissionDeniedError) as told:
            call()
        assert told.value.code == "consent_withdrawn"
        assert len(mock_provider.bodies) == 1
        choose(subject, purpose, yes=True)
        assert call().choices
    assert refusals(world) == {"consent_unknown": 2, "consent_withdrawn": 1}


def refusals(world: World) -> dict[str, int]:
    """What the journal says of this assistant, once the records have travelled."""
    for _ in range(50):
        services.ingest()
        rows = Leaf.objects.filter(event="gateway.consent.refused", object_id=world.assistant.id)
        found: dict[str, int] = {}
        for row in rows:
            detail = json.loads(bytes(row.data))["detail"]
            found[detail["code"]] = found.get(detail["code"], 0) + detail["calls"]
        if sum(found.values()) >= 3:
            return found
        time.sleep(0.1)
    return found


def test_the_very_next_of_twenty_parallel_calls_is_refused(
    gateway_server: Live, world: World, purpose: Purpose, lena: str, mock_provider: MockProvider
) -> None:
    subject = subject_of(world, lena)
    choose(subject, purpose, yes=True)
    crowd = Crowd(gateway_server, world, lena)
    with crowd.asking():
        time.sleep(1)
        took = choose(subject, purpose, yes=False)
        crowd.end()
    assert {code for _, code in crowd.before} <= {"", *REFUSED}
    assert sum(status == 200 for status, _ in crowd.before) >= LINES
    assert (len(crowd.after), {code for _, code in crowd.after} <= REFUSED) == (LINES, True), crowd.after
    assert took < 1.5


def test_running_streams_end_with_the_reason(
    gateway_server: Live, world: World, purpose: Purpose, lena: str, mock_provider: MockProvider
) -> None:
    mock_provider.script = lambda _: Reply("word " * 600, pieces=5, pace=0.05)
    subject, ends = subject_of(world, lena), []
    choose(subject, purpose, yes=True)

    def listen() -> None:
        with client(gateway_server, world.token) as ask:
            try:
                list(ask.chat.completions.create(model=world.slug, messages=HELLO, stream=True, user=lena))
            except openai.APIError as error:
                ends.append((time.monotonic(), str(error.code)))

    threads = [threading.Thread(target=listen) for _ in range(6)]
    for one in threads:
        one.start()
    time.sleep(1)
    began, took = time.monotonic(), choose(subject, purpose, yes=False)
    for one in threads:
        one.join(15)
    assert [code for _, code in ends] == ["consent_withdrawn"] * 6
    slowest = max(at for at, _ in ends) - began
    assert slowest < 5 + took
    assert mock_provider.wait_cancelled(6, 5)


def test_a_merge_a_split_and_a_restriction_hold_at_once(
    gateway_server: Live, world: World, purpose: Purpose, lena: str
) -> None:
    line, subject = Line(gateway_server, world, lena), subject_of(world, lena)
    try:
        assert line.ask() == (403, "consent_unknown")
        other = subject_of(world, f"{lena}-elsewhere")
        choose(other, purpose, yes=True)
        assert line.ask() == (403, "consent_unknown")
        linking.link(actor=CONSOLE, one=subject, other=other, proof=Proof.TWO_PEOPLE, at=clock.now())
        worlds.settle()
        assert line.ask() == (200, "")
        restricting.restrict(actor=actors.SYSTEM, subject=other, at=clock.now())
        assert line.ask() == (403, "processing_restricted")
        restricting.lift(actor=actors.SYSTEM, subject=subject, at=clock.now())
        worlds.settle()
        assert line.ask() == (200, "")
        linking.split(actor=CONSOLE, subject=other, at=clock.now())
        worlds.settle()
        assert line.ask()[0] == 403
    finally:
        line.close()


def test_an_unbound_assistant_answers_without_any_of_it(gateway_server: Live, world: World, lena: str) -> None:
    line = Line(gateway_server, world, lena)
    assert line.ask() == (200, "")
    line.close()
