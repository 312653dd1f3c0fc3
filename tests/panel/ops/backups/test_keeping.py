"""How long backups stay, and which keys they lose."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from panel.kernel import ids
from panel.kernel.crypto.kek import LocalKeys
from panel.ops.backups import keeping, making, rules
from panel.ops.backups.format import archive, tables
from panel.ops.backups.format.archive import Manifest
from panel.ops.backups.format.reading import Files, Reader
from tests.panel.ops.backups import boxes

NEWEST = datetime(2026, 11, 23, 2, tzinfo=UTC)


def name(days: float) -> str:
    return f"panel-{NEWEST - timedelta(days=days):%Y%m%dT%H%M%SZ}-abcdef"


def test_the_newest_of_each_day_and_week_stays() -> None:
    every = [name(days) for days in range(60)]
    assert keeping.kept(every, 7, 0) == set(every[:7])
    weekly = keeping.kept(every, 1, 4)
    # 23 November 2026 is a Monday, so the week before ends with the day before.
    assert weekly == {every[0], every[1], every[8], every[15]}


def test_all_of_the_last_day_stay() -> None:
    today = [name(0), name(0.01), name(0.05)]
    assert keeping.kept([*today, name(1), name(1.02)], 1, 0) == set(today)


def test_no_backup_no_work() -> None:
    assert keeping.kept([], 7, 4) == set()


def test_what_is_not_kept_is_removed_and_nothing_half(tmp_path: Path) -> None:
    for days in range(4):
        boxes.write(tmp_path / name(days), boxes.ring(), {"keys": b""})
    (tmp_path / "panel-20200101T000000Z-broken").mkdir()
    assert keeping.prune(tmp_path, daily=2, weekly=0) == [name(2), name(3)]
    assert making.names(tmp_path) == [name(0), name(1)]
    assert not list(tmp_path.glob(".new-*"))


COLUMNS = ["id", "purpose", "wrapped", "destroyed_at"]


def keys_part(rows: list[tuple[UUID, bytes]]) -> bytes:
    text = b"".join(str(one).encode() + b"\tperson\t\\\\x" + key.hex().encode() + b"\t\\N\n" for one, key in rows)
    return tables.heading("kernel_datakey", COLUMNS) + len(text).to_bytes(4) + text + bytes(4) + b"\n"


def box_with(folder: Path, ring: LocalKeys, rows: list[tuple[UUID, bytes]]) -> Manifest:
    return boxes.write(folder, ring, {"keys": keys_part(rows), "database": b"\n"})


def test_a_destroyed_key_leaves_an_older_backup(tmp_path: Path) -> None:
    ring, folder = boxes.ring(), tmp_path / name(0)
    gone, stays = ids.new_id(), ids.new_id()
    secret, other = os.urandom(60), os.urandom(60)
    box_with(folder, ring, [(gone, secret), (stays, other)])
    assert keeping.forget_keys(folder, ring, {gone: "2026-11-23T10:00:00+00:00"})
    found = boxes.read(folder, ring)
    assert secret.hex().encode() not in found["keys"]
    assert other.hex().encode() in found["keys"]
    assert tables.rows_in(iter([found["keys"]])) == {"kernel_datakey": 2}, "the tombstone stays"
    assert b"2026-11-23T10:00:00+00:00" in found["keys"]
    assert not (folder / "keys.part").exists(), "the old part is gone from the disk"
    assert not keeping.forget_keys(folder, ring, {gone: "2026-11-23T10:00:00+00:00"}), "a second time changes nothing"


def test_a_kill_between_part_and_manifest_leaves_a_good_backup(tmp_path: Path) -> None:
    ring, folder = boxes.ring(), tmp_path / name(0)
    gone = ids.new_id()
    box_with(folder, ring, [(gone, os.urandom(60))])
    before = boxes.read(folder, ring)
    with Files(folder) as files:
        reader = Reader(files, ring)
        with reader.writer(folder).part("keys", Manifest(), file="keys.1.part") as sink:
            sink.write(b"half")
    assert boxes.read(folder, ring) == before
    assert keeping.forget_keys(folder, ring, {gone: "2026-11-23T10:00:00+00:00"})
    assert boxes.read(folder, ring) != before


def test_the_schedule_is_due_once_a_day_and_catches_up() -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert rules.next_run(at, 2, None) == at
    assert rules.next_run(at, 2, datetime(2026, 11, 23, 2, 3, tzinfo=UTC)) == datetime(2026, 11, 24, 2, tzinfo=UTC)
    assert rules.next_run(at, 2, datetime(2026, 11, 22, 2, 3, tzinfo=UTC)) == at, "the machine was off at two"
    assert rules.next_run(at, 14, datetime(2026, 11, 22, 14, 1, tzinfo=UTC)) == datetime(2026, 11, 23, 14, tzinfo=UTC)


def test_two_missed_periods_are_late() -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert not rules.is_late(at, at - timedelta(hours=47), at)
    assert rules.is_late(at, at - timedelta(hours=49), at)
    assert rules.is_late(at, None, at - timedelta(hours=49))
    assert not rules.is_late(at, None, at - timedelta(hours=1)), "a new installation"


def test_the_ring_is_named_and_no_part_left_in_clear(tmp_path: Path) -> None:
    ring = boxes.ring()
    box_with(tmp_path / "b", ring, [(ids.new_id(), b"x" * 60)])
    stored = b"".join(path.read_bytes() for path in (tmp_path / "b").iterdir())
    assert ring.current_id().encode() in stored
    assert b"kernel_datakey" not in stored
    assert archive.FORMAT == 1
