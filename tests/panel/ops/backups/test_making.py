"""Backups of a database that is written to meanwhile, on a full disk, and by a process that is killed."""

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import psycopg
import pytest

from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.ops.backups import making, places, queries, services, upkeep
from panel.ops.backups.format import erasures, tables
from panel.ops.backups.format.reading import Files, Reader
from panel.ops.models import Backup
from tests.panel.ops.backups import boxes
from tests.stage.run import ROOT, Run

pytestmark = pytest.mark.slow
State = Backup.State


def rows_of(folder: Path, table: str) -> list[bytes]:
    with Files(folder) as files:
        reader = Reader(files, places.provider())
        for name, _, blocks in tables.stored(reader.read("database")):
            text = b"".join(blocks)
            if name == table:
                return text.splitlines()
    raise AssertionError(table)


def test_a_backup_is_made_verified_listed_and_journalled(live_backups: Path) -> None:
    row = boxes.made()
    assert (row.state, row.problem) == (State.DONE, "")
    assert row.verified_at is not None
    assert making.names(live_backups) == [row.name]
    assert row.bytes == sum(path.stat().st_size for path in (live_backups / row.name).iterdir())
    assert row.rows > 0
    events = list(Leaf.objects.filter(object_id=row.id).order_by("id").values_list("event", flat=True))
    assert events == ["ops.backup.started", "ops.backup.made"]


def test_under_writes_it_shows_one_moment(live_backups: Path, stage: Run) -> None:
    """A writer moves a sum between two tables all the while; no backup may see it in both or in neither."""
    over = threading.Event()
    moved = [0]

    def move() -> None:
        with psycopg.connect(stage.postgres.url(database=stage.live)) as other:
            while not over.is_set():
                with other.transaction():
                    other.execute("UPDATE journal_probe_a SET n = n - 1")
                    other.execute("UPDATE zz_probe_b SET n = n + 1")
                moved[0] += 1

    with stage.owner(stage.live) as owner:
        owner.execute("CREATE TABLE journal_probe_a (n int); CREATE TABLE zz_probe_b (n int)")
        owner.execute("INSERT INTO journal_probe_a VALUES (1000000); INSERT INTO zz_probe_b VALUES (0)")
        owner.execute("GRANT SELECT ON journal_probe_a, zz_probe_b TO panel_app")
        writer = threading.Thread(target=move)
        writer.start()
        try:
            for _ in range(3):
                before = moved[0]
                row = boxes.made()
                assert row.state == State.DONE, row.problem
                a = int(rows_of(live_backups / row.name, "journal_probe_a")[0])
                b = int(rows_of(live_backups / row.name, "zz_probe_b")[0])
                assert a + b == 1_000_000
                assert moved[0] > before, "the writer was not kept waiting"
        finally:
            over.set()
            writer.join()
            owner.execute("DROP TABLE journal_probe_a, zz_probe_b")


def test_a_full_disk_is_a_failure_with_a_sentence_and_leaves_nothing(
    live_backups: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = boxes.made()

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("panel.ops.backups.format.archive.os.fsync", full)
    failed = boxes.made()
    monkeypatch.undo()
    monkeypatch.setattr(places, "directory", lambda: live_backups)
    assert failed.state == State.FAILED
    assert "is full" in failed.problem
    assert making.names(live_backups) == [good.name]
    assert not list(live_backups.glob(".new-*"))
    assert queries.last_success() == good


KILLED = """
import os, sys, django
django.setup()
from pathlib import Path
from panel.kernel import actors, clock
from panel.ops.backups import places, services
places.directory = lambda: Path(sys.argv[1])
def told(share, what):
    if what == "people_user":
        print("half", flush=True)
        __import__("time").sleep(60)
row = services.start(actor=actors.console(), at=clock.now(), sent=False)
services.carry_out(backup=row.id, told=told)
"""


def test_killed_in_the_middle_the_earlier_one_stays_the_last_success(live_backups: Path, stage: Run) -> None:
    good = boxes.made()
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(live_backups)],
        cwd=ROOT,
        env={**os.environ, **stage.environment(stage.live)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "half\n"
    assert len(list(live_backups.glob(".new-*"))) == 1
    with pytest.raises(making.BackupFailed, match="Another backup is being made"), making.alone(live_backups):
        pass
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert making.names(live_backups) == [good.name]
    upkeep.settle(at=clock.now())
    broken = Backup.objects.exclude(id=good.id).get()
    assert (broken.state, broken.problem) == (State.FAILED, upkeep.BROKEN_OFF)
    assert queries.last_success() == good
    assert not list(live_backups.glob(".new-*")), "its half files are gone"
    assert boxes.made().state == State.DONE


def test_one_at_a_time(live_backups: Path) -> None:
    services.start(actor=actors.console(), at=clock.now(), sent=False)
    with pytest.raises(services.BackupRunning):
        services.start(actor=actors.console(), at=clock.now(), sent=False)


def test_twice_is_once(live_backups: Path) -> None:
    row = boxes.made()
    stamp = (live_backups / row.name / "manifest.part").stat().st_mtime_ns
    assert services.carry_out(backup=row.id).state == State.DONE
    assert (live_backups / row.name / "manifest.part").stat().st_mtime_ns == stamp


def test_a_copy_in_the_second_directory_is_the_same(
    live_backups: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = tmp_path / "share"
    monkeypatch.setattr(places, "copy_directory", lambda: second)
    row = boxes.made()
    assert row.copied_at is not None
    assert making.verify(second / row.name, places.provider()) > 0
    assert (second / erasures.NAME).exists()
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(places, "copy_directory", lambda: tmp_path / "file")
    other = boxes.made()
    assert (other.state, other.copied_at) == (State.DONE, None)
    assert "The copy was not made" in other.problem


def test_memory_stays_flat(live_backups: Path, stage: Run) -> None:
    """40 MB of rows in one table do not become 40 MB of this process."""
    script = (
        "import django; django.setup()\n"
        "import resource, uuid\nfrom panel.ops.backups import making, places, services\nfrom pathlib import Path\nimport sys\n"
        "places.directory = lambda: Path(sys.argv[1])\n"
        "job = places.job(uuid.uuid4(), '2026-11-23T02:00:00+00:00')\n"
        "Path(sys.argv[1]).mkdir(exist_ok=True)\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "making.make(job, services.silent)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    with stage.owner(stage.live) as owner:
        owner.execute("CREATE TABLE zz_big AS SELECT repeat(md5(n::text), 32) AS t FROM generate_series(1, 40000) n")
        owner.execute("GRANT SELECT ON zz_big TO panel_app")
        try:
            done = subprocess.run(
                [sys.executable, "-c", script, str(live_backups)],
                cwd=ROOT,
                env={**os.environ, **stage.environment(stage.live)},
                capture_output=True,
                text=True,
                check=True,
            )
        finally:
            owner.execute("DROP TABLE zz_big")
    assert int(done.stdout) < 25_000, "kB"
