"""After a backup was made: erasures reach it, the list follows the directory, the schedule makes the next."""

import uuid
from pathlib import Path

import pytest

from panel.kernel import clock
from panel.kernel.crypto import keyring
from panel.ops.backups import making, places, services, upkeep
from panel.ops.backups.format import erasures
from panel.ops.backups.format.reading import Files, Reader
from panel.ops.models import Backup
from tests.panel.ops.backups import boxes

pytestmark = pytest.mark.slow
State = Backup.State


def test_an_erasure_reaches_the_older_backups_and_the_ledger(live_backups: Path) -> None:
    owner = uuid.uuid4()
    key = keyring.create("person", owners=(owner,))
    row = boxes.made()

    def in_backup() -> bool:
        with Files(live_backups / row.name) as files:
            text = b"".join(Reader(files, places.provider()).read("keys"))
        line = next(one for one in text.split(b"\n") if str(key).encode() in one)
        return rb"\\x" in line

    assert in_backup()
    keyring.destroy(owner=owner)
    assert upkeep.refresh_ledgers(at=clock.now()) == ""
    assert not in_backup()
    assert making.verify(live_backups / row.name, places.provider()) > 0
    job = places.job(uuid.uuid4(), "x")
    found = erasures.read(live_backups / erasures.NAME, places.provider(), job.header.installation)
    assert ("key", key) in {entry[:2] for entry in found}


def test_the_list_finds_what_lies_in_the_directory(live_backups: Path) -> None:
    row = boxes.made()
    Backup.objects.all().delete()
    upkeep.settle(at=clock.now())
    found = Backup.objects.get()
    assert (found.id, found.state, found.reason) == (row.id, State.DONE, Backup.Reason.FOUND)
    for path in (live_backups / row.name).iterdir():
        path.unlink()
    upkeep.settle(at=clock.now())
    assert Backup.objects.get().state == State.REMOVED


def test_the_schedule_makes_one_and_not_another(live_backups: Path) -> None:
    first = upkeep_due()
    assert first is not None
    services.carry_out(backup=first.id)
    assert upkeep_due() is None


def upkeep_due() -> Backup | None:
    return services.begin_due(at=clock.now())
