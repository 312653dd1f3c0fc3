"""The durable record: a thread that writes what came in meanwhile with one sync (group commit)."""

import asyncio
import errno
import logging
import os
import queue
import threading
import time
from pathlib import Path
from uuid import UUID

from assistants.gateway.engine.ledger import frames, segments
from assistants.gateway.engine.ledger.segments import Segment

log = logging.getLogger("panel.gateway.spool")
CHECK_SECONDS = 1.0
FULL_SEGMENT = segments.ROOM


class SpoolUnavailable(Exception):  # noqa: N818 - a state of the disk
    """Nothing can be recorded now: the disk is full, read-only or gone."""


class _Order:
    """What the thread is asked: a frame with somebody who waits for its sync, or a change of segment."""

    __slots__ = ("data", "waiter")

    def __init__(self, data: bytes, waiter: "asyncio.Future[None] | None") -> None:
        self.data = data
        self.waiter = waiter


class Spool:
    """One writer per process. `commit` returns when the frame is on the disk; `closed` are segments ready to ship."""

    def __init__(self, folder: Path, worker: UUID, *, min_free: int) -> None:
        self.folder = folder
        self.min_free = min_free
        self.worker = worker
        self._orders: queue.SimpleQueue[_Order | None] = queue.SimpleQueue()
        self._segment: Segment | None = None
        self._count = 0
        self._closed: list[Segment] = []
        self._lock = threading.Lock()
        self._rotate = False
        self._healthy = False
        self._thread = threading.Thread(target=self._run, name="spool", daemon=True)

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Open the first segment and the thread. A disk that cannot be written leaves the spool not ready."""
        self._loop = loop
        self._check()
        self._thread.start()

    @property
    def ready(self) -> bool:
        return self._healthy

    async def commit(self, frame_id: UUID, payload: bytes) -> None:
        """Returns when the frame is on the disk. Raises SpoolUnavailable."""
        waiter: asyncio.Future[None] = self._loop.create_future()
        self._orders.put(_Order(frames.encode(frame_id, payload), waiter))
        await waiter

    def leave(self, frame_id: UUID, payload: bytes) -> None:
        """Write soon; nobody waits."""
        self._orders.put(_Order(frames.encode(frame_id, payload), None))

    def rotate(self) -> None:
        """Ask for the current segment to be closed when it holds something, so that it can be shipped."""
        self._rotate = True
        self._orders.put(_Order(b"", None))

    def take(self) -> list[Segment]:
        """The closed segments; from now on the caller's."""
        with self._lock:
            taken, self._closed = self._closed, []
        return taken

    def give_back(self, kept: list[Segment]) -> None:
        with self._lock:
            self._closed = kept + self._closed

    def close(self) -> None:
        """Write what is left and end the thread; the last segment becomes a closed one."""
        self._orders.put(None)
        self._thread.join(timeout=5)

    def _run(self) -> None:
        checked = time.monotonic()
        ended = False
        while not ended:
            batch, ended = self._batch()
            if batch:
                self._write(batch)
            if time.monotonic() - checked >= CHECK_SECONDS or not self._healthy:
                self._check()
                checked = time.monotonic()
            if not ended and self._due():
                self._turn()
                self._check()
        self._turn()

    def _batch(self) -> tuple[list[_Order], bool]:
        batch: list[_Order] = []
        try:
            order = self._orders.get(timeout=CHECK_SECONDS)
            while True:
                if order is None:
                    return batch, True
                if order.data:
                    batch.append(order)
                order = self._orders.get_nowait()
        except queue.Empty:
            return batch, False

    def _write(self, batch: list[_Order]) -> None:
        error: SpoolUnavailable | None = None
        try:
            if self._segment is None:
                self._segment = self._new()
            self._segment.append(b"".join(order.data for order in batch))
        except OSError as failed:
            self._unhealthy(failed)
            error = SpoolUnavailable(failed.strerror)
        waiters = [order.waiter for order in batch if order.waiter is not None]
        if waiters:
            self._loop.call_soon_threadsafe(_release, waiters, error)

    def _due(self) -> bool:
        asked, self._rotate = self._rotate, False
        if self._segment is None or self._segment.size == 0:
            return False
        return asked or self._segment.size >= FULL_SEGMENT

    def _turn(self) -> None:
        """Close the segment; the next one is opened off the path of a request."""
        with self._lock:
            if self._segment is not None:
                self._closed.append(self._segment)
            self._segment = None

    def _new(self) -> Segment:
        self._count += 1
        return segments.create(self.folder, f"{self.worker.hex}-{self._count:08d}")

    def _check(self) -> None:
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._require_room()
            if self._segment is None:
                self._segment = self._new()
        except OSError as error:
            self._unhealthy(error)
        else:
            self._healthy = True

    def _require_room(self) -> None:
        room = os.statvfs(self.folder)
        if room.f_bavail * room.f_frsize < self.min_free:
            raise OSError(errno.ENOSPC, "the disk is almost full")

    def _unhealthy(self, error: OSError) -> None:
        if self._healthy:
            log.error("The spool cannot be written, calls are refused: %s", error.strerror)
        self._healthy = False


def _release(waiters: "list[asyncio.Future[None]]", error: SpoolUnavailable | None) -> None:
    for waiter in waiters:
        if waiter.done():
            continue
        if error is None:
            waiter.set_result(None)
        else:
            waiter.set_exception(error)
