"""Sinks: what is sealed arrives at least once under its own id, what waits is counted, a failure is told."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.people.models import User
from compliance.auditing import queries
from compliance.auditing.hooks import sinks_alarm
from compliance.auditing.models import Sink
from compliance.auditing.services import shipping, sinks
from compliance.auditing.services.sending import lines
from panel.journal import queries as ledger
from panel.journal import sealing
from panel.journal import services as journal
from panel.journal.models import IndexEntry, Leaf
from panel.kernel import clock
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import Conflict, Forbidden, Invalid
from panel.outbound.models import Message
from panel.outbound.webhooks import wire
from tests.factories.people import actor_of
from tests.factories.ruled import fresh

pytestmark = pytest.mark.django_db
Body = tuple[dict[str, str], bytes]


def events(count: int) -> None:
    for number in range(count):
        journal.record("auditing.journal.exported", actor=SYSTEM, detail={"form": str(number)}, at=clock.now())
    sealing.seal(at=clock.now())


def add(adam: User, kind: str = "file", target: str = "out.jsonl", **more: Any) -> Sink:
    given = {"what": "entries", "form": "ocsf", "from_now": False, **more}
    return sinks.add(actor=fresh(adam), name=f"{kind} {target}", kind=kind, target=target, at=clock.now(), **given)


@pytest.fixture
def posted(monkeypatch: pytest.MonkeyPatch) -> list[Body]:
    """A receiver that answers 200, or what `fail` of the first entry says."""
    got: list[Body] = []

    def post(url: str, headers: Any, body: bytes, **_: Any) -> wire.Answer:
        if "down" in url:
            return wire.Answer("status", 503)
        got.append((dict(headers), body))
        return wire.Answer()

    monkeypatch.setattr(wire, "post", post)
    return got


def test_a_file_gets_each_entry_once_and_goes_on_where_it_was(adam: User) -> None:
    events(3)
    row = add(adam)
    sealing.seal(at=clock.now())
    shipping.work(clock.now())
    events(2)
    shipping.work(clock.now())
    kept = (lines.folder() / "out.jsonl").read_text().splitlines()
    found = [json.loads(line)["metadata"]["sequence"] for line in kept]
    assert found == sorted(set(found))
    assert found[-1] == ledger.head().size - 1  # type: ignore[union-attr]
    row.refresh_from_db()
    assert queries.backlog(row) == 0
    assert row.sent == len(found)


def test_https_gets_json_lines_with_a_token(adam: User, posted: list[Body]) -> None:
    add(adam, "https", "https://logs.example.org/in", token="s3cret", form="leaf")
    events(2)
    assert shipping.work(clock.now()) > 0
    headers, body = posted[0]
    assert headers["authorization"] == "Bearer s3cret"
    rows = [json.loads(line) for line in body.splitlines()]
    assert [row["sequence"] for row in rows] == list(range(len(rows)))
    assert {row["leaf"]["id"] for row in rows} == {
        str(one) for one in IndexEntry.objects.values_list("leaf_id", flat=True)
    }


def test_what_fails_waits_and_is_told_and_nothing_is_lost(adam: User, posted: list[Body]) -> None:
    row = add(adam, "https", "https://down.example.org/")
    events(4)
    at = clock.now()
    shipping.work(at)
    row.refresh_from_db()
    assert (row.reached, row.sent, row.problem) == (-1, 0, "It answered 503.")
    assert queries.backlog(row) >= 4
    assert shipping.work(at) == 0  # it pauses
    assert sinks_alarm(at) is None
    found = sinks_alarm(at + timedelta(minutes=11))
    assert found is not None
    assert "example.org" in found.sentence
    row.target = "https://up.example.org/"
    row.save()
    shipping.work(at + timedelta(minutes=11))
    row.refresh_from_db()
    assert (row.problem, queries.backlog(row)) == ("", 0)
    assert len(posted[0][1].splitlines()) == row.sent


def test_a_worker_that_died_leaves_nothing_out(adam: User, posted: list[Body]) -> None:
    row = add(adam, "https", "https://logs.example.org/")
    events(2)
    at = clock.now()
    taken = shipping._leased(row, at)
    assert taken is not None
    shipping._deliver(taken, shipping._entries(taken))  # it dies here
    assert shipping.work(at) == 0  # its lease holds
    shipping.work(at + shipping.LEASE)
    first, second = (body.splitlines()[0] for _headers, body in posted)
    assert json.loads(first)["metadata"]["uid"] == json.loads(second)["metadata"]["uid"]
    row.refresh_from_db()
    assert queries.backlog(row) == 0


def test_checkpoints_go_out_at_most_once_an_hour(adam: User, posted: list[Body]) -> None:
    add(adam, "https", "https://witness.example.org/", what="checkpoints")
    add(adam, "mail", "auditor@example.org", what="checkpoints")
    events(1)
    at = clock.now()
    shipping.work(at)
    events(1)
    shipping.work(at + timedelta(minutes=5))
    assert len(posted) == 1
    assert posted[0][1].decode().startswith(ledger.origin())
    shipping.work(at + timedelta(hours=2))
    assert len(posted) == 2
    assert Message.objects.filter(template="journal_checkpoint").count() == 2


@pytest.mark.parametrize(
    ("kind", "target", "what"),
    [
        ("https", "http://logs.example.org/", "entries"),
        ("https", "https://127.0.0.1/", "entries"),
        ("https", "nonsense", "entries"),
        ("syslog", "logs.example.org:514", "entries"),
        ("syslog", "tls://", "entries"),
        ("file", "../../etc/cron.d/x", "entries"),
        ("file", "", "entries"),
        ("mail", "auditor@example.org", "entries"),
        ("mail", "nobody", "checkpoints"),
        ("tsa", "https://tsa.example.org/", "entries"),
        ("witness", "https://witness.example.org/", "checkpoints"),
        ("s3", "https://s3.example.org/bucket", "entries"),
        ("pigeon", "x", "entries"),
    ],
)
def test_wrong_targets_are_refused_with_a_sentence(adam: User, kind: str, target: str, what: str) -> None:
    with pytest.raises(Invalid):
        add(adam, kind, target, what=what)


def test_pausing_keeps_and_removing_forgets(adam: User, posted: list[Body]) -> None:
    row = add(adam, "https", "https://logs.example.org/")
    sinks.set_paused(actor=fresh(adam), sink=row, paused=True, at=clock.now())
    events(1)
    assert shipping.work(clock.now()) == 0
    sinks.set_paused(actor=fresh(adam), sink=row, paused=False, at=clock.now())
    assert shipping.work(clock.now()) > 0
    sinks.remove(actor=fresh(adam), sink_id=row.id, at=clock.now())
    assert not Sink.objects.exists()


def test_only_who_may_adds_one_and_a_name_stands_once(adam: User, olga: User) -> None:
    with pytest.raises(Forbidden):
        sinks.add(actor=actor_of(olga), name="x", kind="file", what="entries", form="leaf", target="x", at=clock.now())
    add(adam)
    with pytest.raises(Conflict):
        add(adam)


def test_the_time_of_an_entry_is_the_one_of_the_leaf(adam: User, posted: list[Body]) -> None:
    add(adam, "https", "https://logs.example.org/")
    events(1)
    shipping.work(clock.now())
    found = json.loads(posted[0][1].splitlines()[0])
    leaf = Leaf.objects.get(id=found["metadata"]["uid"])
    assert abs(datetime.fromtimestamp(found["time"] / 1000, leaf.at.tzinfo) - leaf.at) < timedelta(milliseconds=1)
