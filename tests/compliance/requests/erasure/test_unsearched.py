"""A database on another machine: its files cannot be searched, nobody says that they were, and an officer decides."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
import redis

from accounts.people.models import User
from assistants.conversations.models import CallContent
from compliance.requests.models import Proof, Request, Verdict
from compliance.requests.queries import reading, tracks
from compliance.requests.rules.states import State
from compliance.requests.services.copies import downloading
from compliance.requests.services.erasure import approving, ending, executing, kind
from compliance.requests.services.moving import NotPossible
from compliance.requests.services.stores import every
from panel.kernel import clock
from panel.kernel.db import epochs
from panel.kernel.errors import Forbidden, Invalid
from panel.outbound.models import Message
from tests.compliance.requests.stage import CANARY, EMAIL, approved, erased, fresh, in_work, run, said, visitor

pytestmark = pytest.mark.django_db
WHY = "The database's host searched its disks for us."


@pytest.fixture(autouse=True)
def _no_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(epochs, "wait", lambda *_args, **_more: [])


@pytest.fixture
def _elsewhere(database_files: Path) -> None:
    database_files.rmdir()


def verdict(row: Request, store: str) -> Verdict:
    return Verdict.objects.get(request=row, store=store)


def certificate(row: Request) -> dict[str, Any]:
    data = downloading.certificate(Proof.objects.get(request=row), clock.now())
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        found: dict[str, Any] = json.loads(bundle.read("certificate.json"))
    assert EMAIL.encode() not in data
    return found


@pytest.mark.usefixtures("_elsewhere")
def test_it_is_not_answered_until_an_officer_ends_it(pia: User, adam: User, olga: User) -> None:
    mine = visitor()
    said(mine.subject, CANARY)
    row = erased(mine, pia, adam)
    assert row.state == State.PARTIAL
    assert not CallContent.objects.filter(subject=mine.subject).exists()
    assert executing.alive([mine.subject]) == 0
    found = verdict(row, "search.database_files")
    assert (found.outcome, found.left) == ("unreachable", 0)
    assert verdict(row, "search").outcome == "erased"
    [letter] = Message.objects.filter(template="request_news").order_by("-id")[:1]
    assert "could not be searched" in letter.content["text"]
    with pytest.raises(Forbidden):
        ending.accept(actor=fresh(olga), request=row, reason=WHY, at=clock.now())
    with pytest.raises(Invalid):
        ending.accept(actor=fresh(pia), request=row, reason="ok", at=clock.now())
    done = ending.accept(actor=fresh(pia), request=row, reason=WHY, at=clock.now())
    assert (done.state, done.closed_at is not None) == (State.ENDED, True)
    assert ending.accept(actor=fresh(pia), request=row, reason=WHY, at=clock.now()).state == State.ENDED
    told = certificate(row)
    assert {one["store"]: one["verdict"] for one in told["stores"]}["search.database_files"] == "unreachable"
    assert told["not_searched"] == ["database_files"]
    assert any("out of this panel's reach" in one for one in told["not_promised"])
    assert reading.opened(Request.objects.get(id=row.id), "contact") == reading.GONE
    assert [one["state"] for one in tracks.steps(done)][-1] == "done"


@pytest.mark.usefixtures("_elsewhere")
def test_what_can_be_searched_later_is_searched_and_ends_as_answered(
    pia: User, adam: User, database_files: Path
) -> None:
    row = erased(visitor(), pia, adam)
    assert row.state == State.PARTIAL
    database_files.mkdir()
    approving.retry(actor=fresh(pia), request=row, at=clock.now())
    run("requests.erase", row)
    assert Request.objects.get(id=row.id).state == State.FULFILLED
    assert not row.verdicts.filter(store="search.database_files").exists()


@pytest.mark.usefixtures("_elsewhere")
def test_the_second_person_is_told_before(pia: User, adam: User) -> None:
    row = in_work(visitor(), "deletion", pia)
    asked = approving.ask(actor=fresh(pia), request=row, reason="No ground to keep it", at=clock.now())
    assert ("Out of reach of the search", "Files of the database") in [
        (str(name), str(value)) for name, value in kind.describe(asked.effect).lines
    ]


@pytest.mark.usefixtures("_elsewhere")
def test_nothing_is_ended_while_a_store_failed(pia: User, adam: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys live while a store failed: what is left could be read."""
    mine = visitor()
    said(mine.subject, CANARY)
    store = every.named("letters")

    def away(*_given: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(type(store), "erase", away)
    row = erased(mine, pia, adam)
    assert reading.not_searched(row) == []
    with pytest.raises(NotPossible):
        ending.accept(actor=fresh(pia), request=row, reason=WHY, at=clock.now())
    assert Request.objects.get(id=row.id).state == State.PARTIAL
    assert executing.alive([mine.subject]) > 0


def test_a_valkey_that_is_away_is_not_taken_for_an_empty_one(
    pia: User, adam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = visitor()
    row = approved(in_work(mine, "deletion", pia), pia, adam)
    with monkeypatch.context() as away:

        def refuse(*_given: object, **_more: object) -> None:
            raise redis.ConnectionError

        away.setattr(redis.Redis, "from_url", refuse)
        executing.erase(Quiet(), row.id)  # type: ignore[arg-type]
    assert Request.objects.get(id=row.id).state == State.PARTIAL
    assert verdict(row, "search.valkey").problem == "Valkey did not answer"
    approving.retry(actor=fresh(pia), request=row, at=clock.now())
    run("requests.erase", row)
    assert Request.objects.get(id=row.id).state == State.FULFILLED


class Quiet:
    """A run without a job, whose progress nobody shows."""

    def progress(self, *_given: Any, **_words: Any) -> None:
        return

    def checkpoint(self, _state: Any) -> None:
        return
