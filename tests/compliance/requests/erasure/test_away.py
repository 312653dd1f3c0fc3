"""What really is away while an erasure runs, and an answer that still streams while it ends: real processes."""

import signal
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import redis

from accounts.people.models import User
from assistants.conversations.models import Call, CallContent
from assistants.gateway import services as gateway
from compliance.requests.models import Request, Verdict
from compliance.requests.rules.states import State
from compliance.requests.services import tending
from compliance.requests.services.erasure import executing
from compliance.requests.services.reader import places, scanning
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Proof, Visitor
from panel.kernel import clock, ids
from panel.kernel.db import epochs
from panel.ops.services.embedded.valkey import Valkey
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.callers.consent.lines import client, subject_of
from tests.compliance.requests.erasure.test_processes import _files, hits
from tests.compliance.requests.stage import CANARY, approved, in_work, run, said, visitor
from tests.factories.people import make_person
from tests.stage import servers
from tests.stage.live import Live, until
from tests.stage.provider import MockProvider, Reply
from tests.stage.run import Run

__all__ = ["_files"]
pytestmark = pytest.mark.slow


@pytest.fixture
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


@pytest.fixture
def store(settings: Any) -> Iterator[Valkey]:
    """A Valkey of its own, which the search reads."""
    with tempfile.TemporaryDirectory(prefix="vk-") as folder:
        made = servers.valkey(Path(folder) / "v")
        made.start()
        settings.REDIS_URL = made.url(0)
        try:
            yield made
        finally:
            made.stop()


@pytest.mark.django_db
@pytest.mark.usefixtures("_alone")
def test_a_store_that_stands_still_is_unreachable_and_the_erasure_ends_by_itself_when_it_is_back(
    store: Valkey, pia: User, adam: User
) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    row = approved(in_work(mine, "deletion", pia), pia, adam)
    with redis.Redis.from_url(store.url(0)) as line:
        line.set("late", CANARY)
    process = store.process
    assert process is not None
    process.send_signal(signal.SIGSTOP)
    try:
        run("requests.erase", row)
    finally:
        process.send_signal(signal.SIGCONT)
    row = Request.objects.get(id=row.id)
    found = Verdict.objects.get(request=row, store="search.valkey")
    assert (row.state, found.outcome, found.problem) == (State.PARTIAL, "unreachable", "Valkey did not answer")
    assert executing.alive([mine.subject]) == 0, "what was reached is gone already"
    tending.tend(at=clock.now())
    assert Request.objects.get(id=row.id).state == State.PARTIAL, "not at once"
    tending.tend(at=clock.now() + timedelta(minutes=16))
    assert Request.objects.get(id=row.id).state == State.EXECUTING
    run("requests.erase", row)
    assert Request.objects.get(id=row.id).state == State.PARTIAL, "it is back, and something of the person is in it"
    with redis.Redis.from_url(store.url(0)) as line:
        line.delete("late")
    tending.tend(at=clock.now() + timedelta(hours=1))
    run("requests.erase", row)
    assert Request.objects.get(id=row.id).state == State.FULFILLED
    assert row.events.filter(what="partial", shown=True).count() == 1, "the person hears of it once"


def ingested(count: int, assistant: UUID) -> list[Call]:
    """The assistant's calls, once so many have travelled."""
    for _ in until(30, 0.1):
        gateway.ingest()
        found = list(Call.objects.filter(assistant=assistant).order_by("id"))
        if len(found) == count:
            return found
    raise AssertionError("the calls were not recorded")


@pytest.mark.usefixtures("_files")
def test_an_answer_that_streams_on_after_the_erasure_leaves_nothing(
    gateway_server: Live, celery_worker: Live, mock_provider: MockProvider, stage: Run,
    owner: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    world = worlds.build(mock_provider, store_content=True)
    mark = ids.new_id().hex[-10:]
    pia, adam = (
        make_person(f"{name}-{mark}", role=role)
        for name, role in (("pia", "privacy_officer"), ("adam", "administrator"))
    )
    named, canary = f"lena-{mark}", f"quokka-{mark}"
    reply = Reply(f"{canary} " * 400, pieces=8, pace=0.25)
    words: Any = [{"role": "user", "content": f"Tell me about {canary}."}]
    lena = subject_of(world, named)
    mine = Visitor(lena, tuple(subjects.together(lena)), Proof.EMAIL_LINK)
    with client(gateway_server, world.token) as ask:
        ask.chat.completions.create(model=world.slug, messages=words, user=named)
        ingested(1, world.assistant.id)
        assert CallContent.objects.filter(subject=lena).count() == 1
        mock_provider.script = lambda _body: reply
        stream = ask.chat.completions.create(model=world.slug, messages=words, user=named, stream=True)
        next(iter(stream))
        before = mock_provider.finished
        row = approved(in_work(mine, "deletion", pia), pia, adam)
        for _ in until(120, 0.2):
            if Request.objects.get(id=row.id).state in {State.FULFILLED, State.PARTIAL}:
                break
        left = list(
            row.verdicts.exclude(outcome__in=["erased", "retained"]).values("store", "outcome", "left", "problem")
        )
        assert Request.objects.get(id=row.id).state == State.FULFILLED, left
        assert mock_provider.finished == before, "it streams on"
        reply.pace = 0.0
        text = "".join(one.choices[0].delta.content or "" for one in stream)
    assert canary in text
    late = ingested(2, world.assistant.id)[-1]
    assert late.subject == lena, "its numbers stay, under the pseudonym"
    assert not CallContent.objects.filter(assistant=world.assistant.id).exists()
    assert executing.alive([lena]) == 0
    wanted = scanning.spelled(scanning.needles([canary, named]))
    assert hits(stage, owner, wanted) == 0
    assert places.folder(gateway_server.folder, wanted, logs=False)["hits"] == 0
