"""Ships closed segments into PostgreSQL by COPY; a segment is unlinked after its rows are committed.

Delivery is at least once: the inbox refuses an id twice, and ingestion refuses a call twice.
"""

import logging
import threading
import time
from uuid import UUID

import psycopg

from assistants.gateway.engine.ledger import frames, segments
from assistants.gateway.engine.ledger.segments import Segment
from assistants.gateway.engine.ledger.spool import Spool
from panel.kernel import clock

log = logging.getLogger("panel.gateway.shipper")
TICK = 0.25
ADOPT_SECONDS = 5.0
_MAKE = (
    "CREATE TEMP TABLE IF NOT EXISTS inbox_new (id uuid, received_at timestamptz, frame bytea) ON COMMIT DELETE ROWS"
)
_COPY = "COPY inbox_new (id, received_at, frame) FROM STDIN (FORMAT binary)"
_BURY = "DELETE FROM kernel_worker WHERE id = ANY(%s)"
_MOVE = (
    "INSERT INTO gateway_inbox (id, received_at, frame) SELECT DISTINCT ON (id) * FROM inbox_new ON CONFLICT DO NOTHING"
)


class Shipper:
    def __init__(self, spool: Spool, database: str) -> None:
        self._spool = spool
        self._database = database
        self._connection: psycopg.Connection | None = None
        self._stop = threading.Event()
        self._adopted = 0.0
        self._dead: set[UUID] = set()
        self._wait = TICK
        self._thread = threading.Thread(target=self._run, name="shipper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Ship what is there, at most one try, and end."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _run(self) -> None:
        while not self._stop.wait(self._wait):
            self.tick()
        self.tick()
        self._drop()

    def tick(self) -> None:
        """One round: adopt what dead processes left, then ship all closed segments; keep them on failure."""
        if time.monotonic() - self._adopted > ADOPT_SECONDS:
            self._adopted = time.monotonic()
            orphans = list(segments.orphans(self._spool.folder))
            self._dead |= {segment.worker for segment in orphans}
            self._spool.give_back(orphans)
        waiting = self._spool.take()
        try:
            while waiting:
                self._ship(waiting[0])
                waiting.pop(0).remove()
            self._bury()
        except (psycopg.Error, OSError) as error:
            self._spool.give_back(waiting)
            log.warning("Records stay in the spool: %s", type(error).__name__)
            self._drop()
            self._wait = min(self._wait * 2, 2.0)
        else:
            self._wait = TICK
            self._spool.rotate()

    def _ship(self, segment: Segment) -> None:
        rows = list(frames.decode(segment.read()))
        if not rows:
            return
        connection = self._connect()
        now = clock.now()
        with connection.transaction():
            connection.execute(_MAKE)
            with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
                copy.set_types(["uuid", "timestamptz", "bytea"])
                for frame_id, payload in rows:
                    copy.write_row((frame_id, now, payload))
            connection.execute(_MOVE)

    def _bury(self) -> None:
        """Workers whose segments were free are gone: nobody needs to wait for their word any more."""
        if self._dead:
            self._connect().execute(_BURY, (list(self._dead),))
            self._dead.clear()

    def _connect(self) -> psycopg.Connection:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._database, autocommit=True, connect_timeout=2, application_name="panel-shipper"
            )
            self._connection.execute("SET statement_timeout = '10s'")
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
