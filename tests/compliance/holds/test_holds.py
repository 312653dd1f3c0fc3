"""A hold is in force when placing returns, on every way to delete; two people and a day end it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.approvals.models import Approval
from accounts.people.models import User
from assistants.conversations.models import CallContent
from compliance.holds.models import Attempt, Hold
from compliance.holds.models import Line as Row
from compliance.holds.rules.scope import Kind, Line
from compliance.holds.rules.states import State
from compliance.holds.services import placing, releasing
from compliance.subjects.models import Subject
from compliance.subjects.rules import Proof
from compliance.subjects.services import linking
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto import keyring
from panel.kernel.errors import Forbidden, Invalid
from panel.kernel.models import DataKey
from panel.kernel.registries import deletion
from panel.kernel.registries.deletion import Held, Target
from tests.compliance.holds import stage

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def refused(act: Any) -> None:
    with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
        act()


def target(row: CallContent) -> Target:
    return Target("call", row.id, (row.subject,), row.assistant, row.day)


def test_every_way_to_delete_is_refused_item_by_item(pia: User) -> None:
    mona, other = stage.make_subject(), stage.make_subject("otto")
    kept, free = stage.said(mona, NOON), stage.said(other, NOON)
    hold = stage.hold_on(pia, mona)
    rows = CallContent.objects.filter(id=kept.id)
    refused(rows.delete)
    refused(lambda: CallContent.objects.all().delete())
    refused(lambda: rows.update(sealed=b"gone"))
    refused(lambda: keyring.destroy(owner=mona))
    refused(lambda: DataKey.objects.filter(owner=mona).delete())
    refused(lambda: Subject.objects.filter(id=mona).delete())
    with connection.cursor() as cursor:
        refused(lambda: cursor.execute("DELETE FROM conversations_callcontent WHERE subject = %s", [mona]))
    assert deletion.held([target(kept), target(free)]) == {target(kept): [deletion.Keep(hold.id, _sentence())]}
    assert CallContent.objects.filter(id=free.id).delete()[0] == 1
    keyring.destroy(owner=other)
    assert CallContent.objects.filter(id=kept.id).exists()


def _sentence() -> str:
    return "The legal hold “M-1” keeps this. It can be deleted after the hold is released."


@pytest.mark.parametrize("kind", [Kind.ASSISTANT, Kind.CONVERSATION, Kind.FILE, Kind.PERIOD])
def test_scopes_of_every_kind(pia: User, kind: Kind) -> None:
    mona = stage.make_subject()
    kept, free = stage.said(mona, NOON), stage.said(mona, NOON - timedelta(days=3), assistant=uuid4())
    line = {
        Kind.ASSISTANT: Line(kind, kept.assistant),
        Kind.CONVERSATION: Line(kind, kept.id),
        Kind.FILE: Line(kind, kept.id),
        Kind.PERIOD: Line(kind, None, NOON.date(), NOON.date()),
    }[kind]
    stage.place(pia, line)
    refused(CallContent.objects.filter(id=kept.id).delete)
    refused(lambda: keyring.destroy(owner=mona))  # one key of the two: what is held cannot be read without it
    assert set(deletion.held([target(kept), target(free)])) == {target(kept)}
    assert CallContent.objects.filter(id=free.id).delete()[0] == 1


def test_a_person_is_held_with_all_that_is_the_same_person(pia: User) -> None:
    mona, also, later = (stage.make_subject(name) for name in ("mona", "mona.also", "mona.later"))
    linking.link(
        actor=SYSTEM,
        one=mona,
        other=also,
        proof=Proof.VOUCHED,
        at=clock.now(),
    )
    stage.hold_on(pia, also)
    linking.link(actor=SYSTEM, one=mona, other=later, proof=Proof.VOUCHED, at=clock.now())
    rows = [stage.said(one, NOON) for one in (mona, also, later)]
    for row in rows:
        refused(CallContent.objects.filter(id=row.id).delete)
    linking.split(actor=SYSTEM, subject=also, at=clock.now())
    refused(CallContent.objects.filter(id=rows[0].id).delete)  # a split narrows nothing


def test_the_choke_point_refuses_and_the_attempt_is_written_down(pia: User, bob: User) -> None:
    mona = stage.make_subject()
    row = stage.said(mona, NOON)
    hold = stage.hold_on(pia, mona)
    with (
        pytest.raises(Held, match="M-1"),
        deletion.attempt(actor=stage.fresh(bob), at=clock.now()),
        transaction.atomic(),
    ):
        deletion.require_free(target(row))
    assert Attempt.objects.filter(hold=hold, target=row.id, by_id=bob.id).count() == 1
    assert Leaf.objects.filter(event="holds.deletion.refused", object_id=hold.id).count() == 1


def test_two_people_and_a_day_release_and_what_waited_resumes(
    pia: User, adam: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed: list[datetime] = []
    monkeypatch.setattr(deletion, "_resumes", {"test": resumed.append})
    mona = stage.make_subject()
    row = stage.said(mona, NOON)
    hold = stage.hold_on(pia, mona)
    asked = releasing.ask(actor=stage.fresh(pia), hold=hold, reason=stage.REASON, at=clock.now())
    with pytest.raises(Forbidden):
        stage.approve(pia, asked)
    stage.approve(adam, asked)
    hold.refresh_from_db()
    assert hold.state == State.COOLING
    refused(CallContent.objects.filter(id=row.id).delete)
    assert releasing.release_due(clock.now() + timedelta(hours=23, minutes=59)) == 0
    assert releasing.release_due(clock.now() + timedelta(hours=24, minutes=1)) == 1
    assert releasing.release_due(clock.now() + timedelta(hours=25)) == 0
    assert len(resumed) == 1
    hold.refresh_from_db()
    assert (hold.state, hold.release_asked_by, hold.release_approved_by) == (State.RELEASED, pia.id, adam.id)
    assert CallContent.objects.filter(id=row.id).delete()[0] == 1
    with pytest.raises(placing.NotPossible):
        releasing.keep(actor=stage.fresh(pia), hold=hold, reason=stage.REASON, at=clock.now())


def test_a_release_is_called_off_by_one(pia: User, adam: User) -> None:
    hold = stage.hold_on(pia, stage.make_subject())
    stage.approve(adam, releasing.ask(actor=stage.fresh(pia), hold=hold, reason=stage.REASON, at=clock.now()))
    releasing.keep(actor=stage.fresh(adam), hold=hold, reason=stage.REASON, at=clock.now())
    hold.refresh_from_db()
    assert (hold.state, hold.cooling_since, hold.release_approved_by) == (State.ACTIVE, None, None)
    assert releasing.release_due(clock.now() + timedelta(days=3)) == 0


def test_everything_is_held_only_by_two_people(pia: User, adam: User) -> None:
    row = stage.said(stage.make_subject(), NOON)
    hold = stage.place(pia, Line(Kind.ORGANISATION))
    assert hold.state == State.DRAFT
    asked = Approval.objects.get(kind=placing.PLACE)
    stage.approve(adam, asked)
    refused(CallContent.objects.filter(id=row.id).delete)
    refused(lambda: keyring.destroy(owner=row.subject))


def test_no_version_is_narrower_and_sql_takes_no_short_cut(pia: User) -> None:
    mona, otto = stage.make_subject(), stage.make_subject("otto")
    hold = stage.hold_on(pia, mona)
    placing.widen(
        actor=stage.fresh(pia), hold=hold, lines=[Line(Kind.SUBJECT, otto)], reason=stage.REASON, at=clock.now()
    )
    assert set(Row.objects.filter(hold=hold).values_list("subject", flat=True)) == {mona, otto}
    with connection.cursor() as cursor:
        for sql in (
            "UPDATE holds_hold SET state = 'released', released_at = now()",
            "UPDATE holds_hold SET state = 'cooling', cooling_since = now() - interval '2 days'",
            "UPDATE holds_hold SET state = 'draft'",
            "UPDATE holds_hold SET revision = 1",
            "DELETE FROM holds_hold",
            "DELETE FROM holds_line",
            "UPDATE holds_line SET subject = gen_random_uuid()",
            "DELETE FROM holds_version",
            "ALTER TABLE conversations_callcontent DISABLE TRIGGER ALL",
            "SELECT purge_leaf('conversations_callcontent', 'standard', '2026-11-01', 'class_day')",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(sql)
    hold.refresh_from_db()
    assert (hold.state, hold.revision) == (State.ACTIVE, 2)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reference": "<b>"}, "reference"),
        ({"reference": ""}, "reference"),
        ({"title": "  "}, "title"),
        ({"reason": "short"}, "reason"),
        ({"lines": []}, "kind"),
        ({"lines": [Line(Kind.SUBJECT, UUID(int=7))]}, "value"),
        ({"lines": [Line(Kind.PERIOD, None, date(2026, 1, 2), None)]}, "from_day"),
    ],
)
def test_bad_input_is_a_field_error_and_changes_nothing(pia: User, change: dict[str, Any], field: str) -> None:
    given = {"reference": "M-9", "title": "Matter", "reason": stage.REASON, "lines": [Line(Kind.ASSISTANT, uuid4())]}
    with pytest.raises(Invalid) as refusal:
        placing.place(actor=stage.fresh(pia), wanted=placing.Wanted(**{**given, **change}), at=clock.now())
    assert field in refusal.value.fields
    assert not Hold.objects.exists()


def test_who_may_not_place_places_nothing(bob: User, olga: User) -> None:
    for user in (bob, olga):
        with pytest.raises(Forbidden):
            stage.place(user, Line(Kind.ASSISTANT, uuid4()))
    assert not Hold.objects.exists()
