"""A hold outlives a restore: the ledger beside the backups knows it, and it is in force before anything is erased again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, transaction

from accounts.people.models import User
from assistants.conversations.models import CallContent
from compliance.holds.models import Hold, Line, Version
from compliance.holds.rules.scope import Kind
from compliance.holds.rules.scope import Line as Wanted
from compliance.holds.rules.states import State
from compliance.holds.services import placing, releasing
from compliance.holds.services.standing import Holds
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.crypto import keyring
from panel.kernel.installation import installation_id
from panel.ops.backups import restoring, upkeep
from panel.ops.backups.format import archive, erasures
from panel.ops.management.commands.load_backup import Command
from tests.compliance.holds import stage
from tests.panel.ops.backups import boxes

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def ledger() -> list[str]:
    return [text for _id, _at, text in Holds().collect()]


def told(rows: Any) -> list[tuple[Any, ...]]:
    return sorted(rows.values_list("id", "kind", "subject", "assistant", "item", "from_day", "to_day"), key=str)


class Lost:
    """The holds of a database, taken away as a restore of an older backup does: by rolling back to a savepoint."""

    def __enter__(self) -> "Lost":
        self.mark = transaction.savepoint()
        return self

    def __exit__(self, *_: object) -> None:
        transaction.savepoint_rollback(self.mark)
        keyring.forget()


def test_a_hold_that_is_younger_than_the_backup_is_made_again(pia: User) -> None:
    mona = stage.make_subject()
    row = stage.said(mona, NOON)
    with Lost():
        hold = stage.place(pia, Wanted(Kind.SUBJECT, mona), Wanted(Kind.PERIOD, None, NOON.date(), NOON.date()))
        placing.widen(
            actor=stage.fresh(pia), hold=hold, lines=[Wanted(Kind.CONVERSATION, uuid4())], reason=stage.REASON,
            at=clock.now(),
        )  # fmt: skip
        texts, lines = ledger(), told(Line.objects.filter(hold=hold))
    assert not Hold.objects.exists()
    assert Holds().apply(texts, clock.now()) == 1
    again = Hold.objects.get()
    assert (again.id, again.reference, again.state, again.revision) == (hold.id, "M-1", State.ACTIVE, 2)
    assert (str(again.title), again.placed_by_id, again.placed_at) == ("Complaint of Mona", pia.id, hold.placed_at)
    assert told(Line.objects.all()) == lines
    assert [str(one.reason) for one in Version.objects.order_by("number")] == [stage.REASON] * 2
    with pytest.raises(DatabaseError, match="legal hold"), transaction.atomic():
        CallContent.objects.filter(id=row.id).delete()
    assert Leaf.objects.filter(event="holds.hold.brought_back", object_id=hold.id).count() == 1
    assert Holds().apply(texts, clock.now()) == 0


def test_what_the_backup_knows_is_only_made_wider(pia: User, adam: User) -> None:
    mona, otto = stage.make_subject(), stage.make_subject("otto")
    hold = stage.hold_on(pia, mona)
    with Lost():
        placing.widen(
            actor=stage.fresh(pia), hold=hold, lines=[Wanted(Kind.SUBJECT, otto)], reason=stage.REASON, at=clock.now()
        )
        texts = ledger()
    assert set(Line.objects.values_list("subject", flat=True)) == {mona}
    assert Holds().apply(texts, clock.now()) == 1
    assert set(Line.objects.values_list("subject", flat=True)) == {mona, otto}
    with Lost():
        stage.release(pia, adam, Hold.objects.get())
        released = ledger()
    assert Holds().apply(released, clock.now()) == 0
    assert Hold.objects.get().state == State.ACTIVE  # a release is asked for anew


def test_an_older_ledger_brings_nothing_back_that_was_released(pia: User, adam: User) -> None:
    hold = stage.hold_on(pia, stage.make_subject())
    old = ledger()
    stage.release(pia, adam, hold)
    assert Holds().apply(old, clock.now()) == 0
    assert Hold.objects.get().state == State.RELEASED


def test_a_release_that_was_called_off_is_off(pia: User, adam: User) -> None:
    hold = stage.hold_on(pia, stage.make_subject())
    stage.approve(adam, releasing.ask(actor=stage.fresh(pia), hold=hold, reason=stage.REASON, at=clock.now()))
    with Lost():
        releasing.keep(actor=stage.fresh(pia), hold=hold, reason=stage.REASON, at=clock.now() + timedelta(minutes=1))
        texts = ledger()
    assert Hold.objects.get().state == State.COOLING
    assert Holds().apply(texts, clock.now()) == 1
    assert releasing.release_due(clock.now() + timedelta(days=3)) == 0


def test_a_draft_keeps_nothing_and_is_left_out(pia: User) -> None:
    stage.place(pia, Wanted(Kind.ORGANISATION))
    assert ledger() == []


def test_a_restore_holds_first_and_erases_then(pia: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger says both: the subject was erased once, and is held since. What is held comes back and stays."""
    mona, otto = stage.make_subject(), stage.make_subject("otto")
    kept, gone = stage.said(mona, NOON), stage.said(otto, NOON)
    with Lost():
        stage.hold_on(pia, mona)
        stands = {("hold", one): (at.isoformat(), text) for one, at, text in Holds().collect()}
    erased = {("subject", one, clock.now().isoformat()) for one in (mona, otto)}
    monkeypatch.setattr(upkeep, "settle", lambda **_given: None)
    manifest = SimpleNamespace(version="1", tables={})
    reader = SimpleNamespace(header=SimpleNamespace(id=uuid4(), made_at=NOON.isoformat()), manifest=manifest)
    _again, stood = Command()._end(reader, erased, stands)  # type: ignore[arg-type]
    assert stood == {"hold": 1}
    assert set(CallContent.objects.values_list("id", flat=True)) == {kept.id}
    assert gone.id != kept.id
    leaf = Leaf.objects.get(event="ops.backup.restored")
    assert b'"stood":1' in bytes(leaf.data)


def test_the_ledger_carries_it_sealed_and_the_newest_counts(tmp_path: Path) -> None:
    provider, one = boxes.ring(), uuid4()

    def add(facts: erasures.Facts, *entries: erasures.Entry) -> bool:
        header, key = archive.new_header(
            provider, backup=uuid4(), installation=boxes.INSTALLATION, mode="test", made_at="ledger"
        )
        return erasures.add(tmp_path, set(entries), provider, header, key, facts)

    def read() -> tuple[set[erasures.Entry], erasures.Facts]:
        return erasures.read_all(tmp_path / erasures.NAME, provider, boxes.INSTALLATION)

    entry = ("key", UUID(int=7), "2026-11-01T00:00:00+00:00")
    assert add({}, entry)
    assert not add({("hold", one): ("2026-11-02T00:00:00+00:00", "Mona, first")}, entry)
    add({("hold", one): ("2026-11-01T00:00:00+00:00", "Mona, older")}, entry)
    assert read() == ({entry}, {("hold", one): ("2026-11-02T00:00:00+00:00", "Mona, first")})
    add({("hold", one): ("2026-11-03T00:00:00+00:00", "Mona, wider")})
    assert read() == ({entry}, {("hold", one): ("2026-11-03T00:00:00+00:00", "Mona, wider")})
    assert erasures.read(tmp_path / erasures.NAME, provider, boxes.INSTALLATION) == {entry}
    assert b"Mona" not in (tmp_path / erasures.NAME).read_bytes()


def test_the_database_that_a_restore_replaces_knows_its_holds(pia: User) -> None:
    hold = stage.hold_on(pia, stage.make_subject())
    assert ("hold", hold.id) in upkeep.standing()
    assert ("hold", hold.id) in restoring.known_standing(installation_id())
    assert restoring.known_standing(uuid4()) == {}
