"""Keeps the snapshot current: LISTEN first, then load, then one loop that is wake-up and poll at once."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg import AsyncConnection

from assistants.gateway.engine.config import Config
from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.state import rows as sql
from assistants.gateway.engine.state.callers import client_of, keys_of
from assistants.gateway.engine.state.loader import Loader
from assistants.gateway.engine.state.persons import Persons
from assistants.gateway.engine.state.snapshot import EMPTY, Key, Lease, Snapshot, Version
from assistants.gateway.engine.state.tokens import Unknown
from panel.kernel import clock
from panel.kernel.crypto.envelope import EnvelopeError
from panel.kernel.crypto.kek import KekError

log = logging.getLogger("panel.gateway.snapshot")
CHANNEL = "panel_epoch"
HUNG_SECONDS = 5.0
BEAT_SECONDS = 2.0
FIRST_SECONDS = 3.0
LOOKUPS = 4
BEYOND = 20_000
RECENT_SECONDS = 1.0
_AWAY = (psycopg.Error, OSError, TimeoutError, KekError, EnvelopeError)


class Feed:
    """`snapshot` is what requests read; `on_change` is told of each new one, `moved` then names the subjects whose consents
    or links changed with it; `stopped` follows the stop file."""

    def __init__(self, config: Config, worker: UUID, on_change: Callable[[Snapshot], None]) -> None:
        self.config = config
        self.worker = worker
        self.snapshot = EMPTY
        self.lease = Lease(config.lease)
        self.stopped = False
        self._on_change = on_change
        self._loader = Loader(config.kek_serving)
        self._first = asyncio.Event()
        self._contact = asyncio.Event()
        self._unknown = Unknown()
        self._beyond: dict[bytes, Key] = {}
        self._started = clock.now()
        self._beaten = (-1, 0.0)
        self._tasks: list[asyncio.Task[None]] = []
        self._asking: AsyncConnection | None = None
        self._lookups = asyncio.Semaphore(LOOKUPS)
        self.persons = Persons(self._look_up)
        self.moved: frozenset[UUID] = frozenset()

    async def start(self) -> None:
        """Begin to follow; waits a moment for the first snapshot, but a database that is away stops nothing."""
        self._tasks = [asyncio.create_task(self._follow()), asyncio.create_task(self._watch_stop())]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_SECONDS):
                await self._first.wait()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(*_AWAY):
            async with asyncio.timeout(1), await self._connect() as connection:
                await connection.execute(sql.GONE, (self.worker,))
        await self._forget()

    async def _follow(self) -> None:
        back = 0.05
        while True:
            try:
                async with await self._connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    while True:
                        async with asyncio.timeout(HUNG_SECONDS):
                            await self._refresh(connection)
                            back = 0.05
                            async for _ in connection.notifies(timeout=self.config.poll, stop_after=1):
                                pass
            except _AWAY as error:
                log.warning("No contact to the database, serving from the snapshot: %s", type(error).__name__)
                await asyncio.sleep(back)
                back = min(2 * back, 1.0)

    async def _connect(self) -> AsyncConnection:
        return await AsyncConnection.connect(
            self.config.database, autocommit=True, connect_timeout=2, application_name="panel-gateway"
        )

    async def _refresh(self, connection: AsyncConnection) -> None:
        began = time.monotonic()
        found = await self._loader.load(connection)
        if found is not self.snapshot:
            self.snapshot, self.moved = found, self._loader.changed
            self.persons.forget(self.moved)
            self._unknown.clear()
            self._beyond.clear()
            self._on_change(found)
        self._in_contact(began)
        self._first.set()
        await self._beat(connection, found.epoch)

    async def _beat(self, connection: AsyncConnection, epoch: int) -> None:
        """Acknowledge a new epoch at once, and be seen alive every two seconds."""
        now: datetime = clock.now()
        if self._beaten[0] != epoch or time.monotonic() - self._beaten[1] >= BEAT_SECONDS:
            await connection.execute(sql.BEAT, (self.worker, epoch, now, self._started))
            self._beaten = (epoch, time.monotonic())

    async def _watch_stop(self) -> None:
        while True:
            stopped = self.config.stop_file.exists()
            if stopped != self.stopped:
                self.stopped = stopped
                self._on_change(self.snapshot)
            await asyncio.sleep(0.25)

    @property
    def is_recent(self) -> bool:
        return self.lease.age <= RECENT_SECONDS

    async def recent(self) -> None:
        """Until what is held is not older than a second: whoever withdrew a consent is told after so long that it holds, also
        when this worker heard nothing. Raises ApiError when it stays older."""
        if self.is_recent:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(RECENT_SECONDS):
                await self._contact.wait()
        if not self.is_recent:
            raise ApiError("consent_unchecked")

    def _in_contact(self, began: float) -> None:
        self.lease.renew(began)
        self._contact.set()
        self._contact = asyncio.Event()

    async def key(self, digest: bytes) -> Key | None:
        """The key behind a digest: from the snapshot, else by one indexed read. Raises ApiError while that cannot be asked."""
        known = self.snapshot.keys.get(digest) or self._beyond.get(digest)
        if known is not None or digest in self._unknown:
            return known
        return await self._beyond_snapshot(digest, sql.KEY, digest, lambda row: keys_of(row).get(digest))

    async def client(self, public: str) -> Key | None:
        """The OAuth client with a public id, likewise."""
        place = b"client:" + public.encode()
        known = self.snapshot.clients.get(public) or self._beyond.get(place)
        if known is not None or place in self._unknown:
            return known
        return await self._beyond_snapshot(place, sql.CLIENT, public, client_of)

    async def _beyond_snapshot(
        self, digest: bytes, query: str, value: object, read: Callable[[sql.Row], Key | None]
    ) -> Key | None:
        before = self.snapshot
        row = await self._look_up(query, value)
        found = None if row is None else read(row)
        if before is self.snapshot:
            # Only what was read in this epoch may be remembered in it: a revocation empties both memories.
            self._remember(digest, found)
        return found

    def _remember(self, digest: bytes, found: Key | None) -> None:
        if found is None:
            self._unknown.add(digest)
        elif len(self._beyond) < BEYOND:
            self._beyond[digest] = found

    async def trial(self, assistant: UUID, digest: str) -> Version | None:
        """A version that was frozen for a try, by its content's hash: one indexed read. Raises ApiError."""
        row = await self._look_up(sql.TRIAL, assistant, digest)
        found = self._loader.trial(row[0], bytes(row[1])) if row is not None else None
        return found if found is not None and found.digest == digest else None

    async def may_try(self, person: UUID, assistant: UUID) -> bool:
        """Whether somebody's rights still let them try an assistant. Raises ApiError."""
        row = await self._look_up(sql.TRYING, person, assistant, clock.now())
        return row is not None and bool(row[0])

    async def job(self, job_id: UUID) -> sql.Row | None:
        """What the page of a long job shows now: whether it is over, and the rest. Raises ApiError."""
        return await self._look_up(sql.JOB, job_id)

    async def _look_up(self, query: str, *values: object) -> sql.Row | None:
        """One indexed read, beside the snapshot. Raises ApiError while the database cannot be asked."""
        async with self._lookups:
            held = self._asking
            try:
                return await self._in_time(query, *values)
            except _AWAY:
                await self._forget()
            if held is None:
                raise ApiError("snapshot_stale")
            # The line was held since before: the database may have started anew meanwhile.
            try:
                return await self._in_time(query, *values)
            except _AWAY:
                await self._forget()
                raise ApiError("snapshot_stale") from None

    async def _in_time(self, query: str, *values: object) -> sql.Row | None:
        async with asyncio.timeout(2):
            return await self._ask(query, *values)

    async def _ask(self, query: str, *values: object) -> sql.Row | None:
        if self._asking is None or self._asking.closed:
            self._asking = await self._connect()
        found = await sql.rows(self._asking, query, *values)
        return found[0] if found else None

    async def _forget(self) -> None:
        if self._asking is not None:
            with contextlib.suppress(psycopg.Error, OSError):
                await self._asking.close()
            self._asking = None
