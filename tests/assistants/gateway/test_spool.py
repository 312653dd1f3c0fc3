"""The spool: what was acknowledged is there, whatever is torn, full, doubled or left behind by a dead process."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from assistants.gateway.engine.ledger import frames, segments
from assistants.gateway.engine.ledger.shipper import Shipper
from assistants.gateway.engine.ledger.spool import Spool, SpoolUnavailable
from panel.kernel import ids
from tests.stage.run import Run


def written(folder: Path) -> list[UUID]:
    return [one for path in sorted(folder.glob("*.spool")) for one, _ in frames.decode(path.read_bytes())]


def commit(folder: Path, count: int, **settings: Any) -> list[UUID]:
    """Commit frames and leave as a process does that is killed: nothing is closed."""
    made = [ids.new_id() for _ in range(count)]

    async def body() -> None:
        spool = Spool(folder, ids.new_id(), min_free=0, **settings)
        spool.start(asyncio.get_running_loop())
        await asyncio.gather(*[spool.commit(one, b"payload") for one in made])
        await asyncio.to_thread(spool.close)
        for segment in spool.take():
            segment.close()

    asyncio.run(body())
    return made


class TestFrames:
    def test_what_was_written_is_read_back(self) -> None:
        made = [(ids.new_id(), os.urandom(size)) for size in (0, 1, 5000)]
        data = b"".join(frames.encode(*one) for one in made)
        assert [one for one in frames.decode(data + bytes(100)) if one[1]] == [one for one in made if one[1]]

    @pytest.mark.parametrize("cut", [1, 8, 20, 40])
    def test_a_torn_tail_costs_only_itself(self, cut: int) -> None:
        first, second = frames.encode(ids.new_id(), b"a" * 30), frames.encode(ids.new_id(), b"b" * 30)
        assert [payload for _, payload in frames.decode(first + second[:-cut])] == [b"a" * 30]

    def test_a_flipped_bit_ends_the_segment(self) -> None:
        data = bytearray(frames.encode(ids.new_id(), b"a" * 30) + frames.encode(ids.new_id(), b"b" * 30))
        data[-3] ^= 1
        assert len(list(frames.decode(bytes(data)))) == 1

    def test_an_absurd_length_is_not_followed(self) -> None:
        assert list(frames.decode(b"\xff" * 64)) == []


class TestWriter:
    def test_acknowledged_frames_are_on_the_disk(self, tmp_path: Path) -> None:
        assert set(commit(tmp_path / "spool", 200)) == set(written(tmp_path / "spool"))

    def test_files_are_for_the_owner_only(self, tmp_path: Path) -> None:
        commit(tmp_path / "spool", 1)
        (path,) = (tmp_path / "spool").glob("*.spool")
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700

    def test_a_failing_disk_is_told_to_the_caller_and_heals(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def body() -> None:
            spool = Spool(tmp_path, ids.new_id(), min_free=0)
            spool.start(asyncio.get_running_loop())
            before, after = ids.new_id(), ids.new_id()
            await spool.commit(before, b"x")
            with monkeypatch.context() as broken:
                broken.setattr(os, "fdatasync", _full)
                with pytest.raises(SpoolUnavailable):
                    await spool.commit(ids.new_id(), b"y")
            await asyncio.sleep(0)
            await spool.commit(after, b"z")
            await asyncio.to_thread(spool.close)
            assert spool.ready
            assert written(tmp_path) == [before, after]

        asyncio.run(body())


def _full(_handle: int) -> None:
    raise OSError(28, "No space left on device")


WRITER = """
import asyncio, sys
from pathlib import Path
from assistants.gateway.engine.ledger.spool import Spool
from panel.kernel import ids

async def main():
    spool = Spool(Path(sys.argv[1]), ids.new_id(), min_free=0)
    spool.start(asyncio.get_running_loop())
    while True:
        one = ids.new_id()
        await spool.commit(one, b"x" * 100)
        print(one, flush=True)

asyncio.run(main())
"""


def test_every_frame_that_a_killed_process_acknowledged_is_found(tmp_path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(50)]
    assert not list(segments.orphans(tmp_path)), "a living process keeps its segments"
    process.send_signal(signal.SIGKILL)
    lines += process.stdout.readlines()
    process.wait()
    process.stdout.close()
    acknowledged = {UUID(line.strip()) for line in lines if line.endswith("\n")}
    assert acknowledged <= set(written(tmp_path))
    adopted = list(segments.orphans(tmp_path))
    assert adopted
    for segment in adopted:
        segment.remove()


@pytest.mark.django_db(transaction=True)
class TestShipping:
    def inbox(self, stage: Run) -> list[UUID]:
        with psycopg.connect(stage.url(stage.database)) as connection:
            return [row[0] for row in connection.execute("SELECT id FROM gateway_inbox").fetchall()]

    def ship(self, folder: Path, database: str) -> None:
        shipper = Shipper(Spool(folder, ids.new_id(), min_free=0), database)
        shipper.tick()
        shipper._drop()

    def test_what_a_dead_process_left_is_adopted_shipped_and_removed(self, tmp_path: Path, stage: Run) -> None:
        made = commit(tmp_path, 20)
        self.ship(tmp_path, stage.url(stage.database))
        assert set(self.inbox(stage)) == set(made)
        assert not list(tmp_path.glob("*.spool"))

    def test_frames_that_are_shipped_twice_are_there_once(self, tmp_path: Path, stage: Run) -> None:
        made = commit(tmp_path, 5)
        (path,) = tmp_path.glob("*.spool")
        copy = path.read_bytes()
        self.ship(tmp_path, stage.url(stage.database))
        path.write_bytes(copy)
        self.ship(tmp_path, stage.url(stage.database))
        assert sorted(self.inbox(stage)) == sorted(made)

    def test_segments_wait_while_the_database_is_away(self, tmp_path: Path, stage: Run) -> None:
        made = commit(tmp_path, 5)
        spool = Spool(tmp_path, ids.new_id(), min_free=0)
        away = Shipper(spool, "postgresql://nobody@/nothing?host=/nowhere&connect_timeout=1")
        away.tick()
        assert set(written(tmp_path)) == set(made)
        back = Shipper(spool, stage.url(stage.database))
        back.tick()
        back._drop()
        assert set(self.inbox(stage)) == set(made)

    def test_a_torn_segment_gives_what_was_whole(self, tmp_path: Path, stage: Run) -> None:
        made = commit(tmp_path, 3)
        (path,) = tmp_path.glob("*.spool")
        data = path.read_bytes()
        end = len(b"".join(frames.encode(*one) for one in frames.decode(data)))
        path.write_bytes(data[: end - 4])
        self.ship(tmp_path, stage.url(stage.database))
        assert len(self.inbox(stage)) == len(made) - 1
        assert not list(tmp_path.glob("*.spool"))


def test_the_writer_keeps_up_with_many_at_once(tmp_path: Path) -> None:
    began = time.perf_counter()
    commit(tmp_path, 5000)
    assert time.perf_counter() - began < 10
