"""Exports narrow and follow the order; checks name what was altered, in a range and against a checkpoint kept elsewhere."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.people.models import User
from compliance.auditing import queries
from compliance.auditing.models import Verification
from compliance.auditing.services import exports, verifying
from panel.journal import queries as ledger
from panel.journal import sealing
from panel.journal import services as journal
from panel.journal.models import Leaf
from panel.kernel import clock, jobs
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import Forbidden, Invalid
from panel.kernel.models import Job
from panel.kernel.work import results
from tests.factories.people import actor_of
from tests.factories.ruled import fresh
from tests.stage.visits import told, visit

pytestmark = pytest.mark.django_db


def record(count: int, event: str = "auditing.journal.exported", **more: Any) -> None:
    for number in range(count):
        journal.record(event, actor=more.get("actor", SYSTEM), detail={"form": str(number)}, at=clock.now())
    sealing.seal(at=clock.now())


def taken(olga: User, form: str, **chosen: Any) -> bytes:
    job = exports.start(actor=actor_of(olga), form=form, chosen=queries.Chosen(**chosen), at=clock.now())
    done = jobs.perform(job)
    assert done.state == "done", done.error
    return b"".join(results.read(done.id))


def test_each_form_holds_the_same_entries_in_their_order(olga: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "CHUNK", 3)
    record(8)
    lines = [json.loads(line) for line in taken(olga, "jsonl", event="auditing.journal.exported").splitlines()]
    assert [row["leaf"]["event"] for row in lines[:8]] == ["auditing.journal.exported"] * 8
    assert [row["leaf"]["id"] for row in lines] == sorted(row["leaf"]["id"] for row in lines)
    as_ocsf = [json.loads(line) for line in taken(olga, "ocsf", area="auditing").splitlines()]
    assert [one["metadata"]["uid"] for one in as_ocsf[:8]] == [row["leaf"]["id"] for row in lines[:8]]
    rows = list(csv.DictReader(io.StringIO(taken(olga, "csv", area="auditing").decode())))
    assert [row["id"] for row in rows[:8]] == [row["leaf"]["id"] for row in lines[:8]]
    assert rows[0]["actor"] == "The panel itself"


def test_narrowing_by_person_time_and_means(olga: User, alice: User, bob: User) -> None:
    begun = clock.now()
    record(2, actor=actor_of(alice))
    record(1, actor=actor_of(bob))
    mine = queries.chosen(queries.Chosen(person=alice.id))
    assert set(mine.values_list("actor_id", flat=True)) == {alice.id}
    assert not queries.chosen(queries.Chosen(until=begun - timedelta(days=1))).exists()
    assert queries.chosen(queries.Chosen(since=begun - timedelta(days=1))).count() == Leaf.objects.count()
    assert not queries.chosen(queries.Chosen(means="key")).exists()
    again = queries.Chosen.of(queries.Chosen(person=alice.id, since=begun, area="people").stored())
    assert (again.person, again.since, again.area) == (alice.id, begun, "people")


def test_an_unknown_form_and_a_stranger_are_refused(olga: User, charlie: User) -> None:
    with pytest.raises(Invalid):
        exports.start(actor=actor_of(olga), form="xls", chosen=queries.Chosen(), at=clock.now())
    with pytest.raises(Forbidden):
        exports.start(actor=actor_of(charlie), form="csv", chosen=queries.Chosen(), at=clock.now())


def check(who: User, first: int | None = None, last: int | None = None, outside: str = "") -> Verification:
    row = verifying.start(actor=actor_of(who), first=first, last=last, outside=outside, at=clock.now())
    done = jobs.perform(Job.objects.get(name=verifying.NAME, key=str(row.id)))
    assert done.state == "done", done.error
    row.refresh_from_db()
    return row


def test_an_intact_journal_is_said_to_be(olga: User) -> None:
    record(5)
    found = check(olga)
    assert found.findings == []
    assert found.read >= 5


def test_a_checkpoint_of_more_entries_than_there_are_tells_that_the_tail_was_cut(olga: User, owner: Any) -> None:
    record(5)
    outside = ledger.head().note  # type: ignore[union-attr]
    assert check(olga, outside=outside).findings == []
    forged = outside.replace(f"\n{ledger.head().size}\n", f"\n{ledger.head().size + 40}\n", 1)  # type: ignore[union-attr]
    kinds = [one["kind"] for one in check(olga, outside=forged).findings or []]
    assert "shorter_than_outside" in kinds


@pytest.mark.parametrize(
    ("first", "last", "outside"), [(10**9, None, ""), (3, 1, ""), (-1, None, ""), (None, None, "hello")]
)
def test_wrong_ranges_and_texts_are_refused(olga: User, first: int | None, last: int | None, outside: str) -> None:
    record(4)
    with pytest.raises(Invalid):
        verifying.start(actor=actor_of(olga), first=first, last=last, outside=outside, at=clock.now())


def test_the_pages(olga: User, adam: User, charlie: User) -> None:
    record(3)
    shown = told(visit(fresh(olga), reverse("auditing:verifications")))
    assert "Not checked by hand yet" in shown
    answer = visit(fresh(olga), reverse("auditing:verifications"), {"first": "0"})
    jobs.perform(Job.objects.get(name=verifying.NAME))
    assert "Nothing was altered." in told(visit(fresh(olga), answer["Location"]))
    assert visit(fresh(olga), reverse("auditing:verifications"), {"first": "999999"}).status_code == 422
    assert visit(fresh(olga), reverse("auditing:export") + "?event=access.refused").status_code == 200
    assert visit(fresh(olga), reverse("auditing:export"), {"form": "ocsf"}).status_code == 302
    given = {"name": "Logs", "kind": "file", "what": "entries", "form": "ocsf", "target": "logs.jsonl"}
    assert visit(fresh(adam), reverse("auditing:new_sink"), given).status_code == 302
    shown = told(visit(fresh(olga), reverse("auditing:sinks")))
    assert "logs.jsonl" in shown
    assert "Pause" not in shown
    assert "Pause" in told(visit(fresh(adam), reverse("auditing:sinks")))
    bad = visit(fresh(adam), reverse("auditing:new_sink"), {**given, "name": "Other", "target": "../x"})
    assert bad.status_code == 422
