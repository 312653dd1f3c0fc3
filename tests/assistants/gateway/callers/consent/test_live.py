"""Consent as it runs: two workers, real sockets and PostgreSQL, the official client, a browser's session."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import openai
import pytest

from assistants.catalog.services import purposes
from assistants.gateway import services
from assistants.gateway.engine.ledger.payload import end_user
from compliance.consent.models import Purpose
from compliance.consent.services import choosing, restricting
from compliance.subjects.rules import Kind, Proof
from compliance.subjects.services import linking, naming
from panel.journal.models import Leaf
from panel.kernel import actors, clock, ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.world import CONSOLE, World
from tests.compliance.consent.stage import make_purpose, shown
from tests.factories.people import make_person
from tests.stage.live import Live
from tests.stage.provider import MockProvider, Reply

pytestmark = pytest.mark.slow
HELLO: Any = [{"role": "user", "content": "hello"}]
LINES = 20


@pytest.fixture(scope="module")
def _two(_live: Live) -> Iterator[None]:
    """Two workers of the gateway, as long as these tests run."""
    _live.stop("gateway")
    before = _live.settings.get("PANEL_GATEWAY_WORKERS", "1")
    _live.settings["PANEL_GATEWAY_WORKERS"] = "2"
    yield
    _live.settings["PANEL_GATEWAY_WORKERS"] = before
    _live.stop("gateway")


@pytest.fixture
def world(_two: None, gateway_server: Live, mock_provider: MockProvider) -> World:
    made = worlds.build(mock_provider)
    mock_provider.bodies.clear()  # the panel has tried the provider
    return made


@pytest.fixture
def purpose(world: World) -> Purpose:
    """Bound to the world's assistant; nobody has agreed."""
    made = make_purpose(
        make_person(f"pia-{ids.new_id().hex[-8:]}", role="privacy_officer"), slug=ids.new_id().hex[-12:]
    )
    purposes.bind(actor=CONSOLE, assistant=world.assistant, purpose_id=made.id, at=clock.now())
    return made


@pytest.fixture
def lena(world: World) -> str:
    return f"lena-{ids.new_id().hex[-8:]}"


def subject_of(world: World, named: str) -> UUID:
    key = keyring.secret(keyring.named("gateway"), "subjects")
    return naming.subject_for(Kind.END_USER, end_user(named, key), scope=world.assistant.id)


def choose(subject: UUID, purpose: Purpose, *, yes: bool) -> float:
    """As their own page does; seconds until it returns."""
    actor, began, at = Actor("subject", subject), time.monotonic(), clock.now()
    if yes:
        words = shown(purpose)
        choosing.give(actor=actor, subject=subject, purpose=purpose, shown=words, channel="centre", at=at)
    else:
        choosing.withdraw(actor=actor, subject=subject, purpose=purpose, channel="centre", at=at)
    return time.monotonic() - began


def client(live: Live, token: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=live.openai_url, api_key=token, max_retries=0, timeout=15)


class Line:
    """One keep-alive connection."""

    def __init__(self, live: Live, world: World, named: str) -> None:
        self._http = http.client.HTTPConnection(live.url.removeprefix("http://"), timeout=15)
        self._body = json.dumps({"model": world.slug, "messages": HELLO, "user": named})
        self._headers = {"authorization": f"Bearer {world.token}", "content-type": "application/json"}

    def ask(self) -> tuple[int, str]:
        self._http.request("POST", "/v1/chat/completions", self._body, self._headers)
        answer = self._http.getresponse()
        told = json.loads(answer.read())
        return answer.status, told.get("error", {}).get("code", "")

    def close(self) -> None:
        self._http.close()


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
    lines = [Line(gateway_server, world, lena) for _ in range(LINES)]
    begun, ended, found = threading.Barrier(LINES + 1), threading.Event(), [[] for _ in lines]  # type: ignore[var-annotated]

    def work(place: int) -> None:
        begun.wait()
        while True:
            after = ended.is_set()
            found[place].append((after, *lines[place].ask()))
            if after:
                return

    threads = [threading.Thread(target=work, args=(place,)) for place in range(LINES)]
    for one in threads:
        one.start()
    begun.wait()
    time.sleep(1)
    took = choose(subject, purpose, yes=False)
    ended.set()
    for one in threads:
        one.join(20)
    for line in lines:
        line.close()
    before = [answer for answers in found for answer in answers if not answer[0]]
    after = [answer for answers in found for answer in answers if answer[0]]
    assert {code for _, _, code in before} <= {"", "consent_withdrawn"}
    assert sum(status == 200 for _, status, _ in before) >= LINES
    assert after == [(True, 403, "consent_withdrawn")] * LINES
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
    began = time.monotonic()
    choose(subject, purpose, yes=False)
    for one in threads:
        one.join(15)
    assert [code for _, code in ends] == ["consent_withdrawn"] * 6
    slowest = max(at for at, _ in ends) - began
    assert slowest < 5
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
