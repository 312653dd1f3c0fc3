"""Purging by partitions against batches of DELETE, on the product's own table, one hundredth of it held.

Prints one JSON object. Bar: moving what is held, detaching and dropping the days is at least ten times as fast as deleting as
many rows in batches of 10,000 along the primary key, with the product's triggers switched off (with them it is far slower,
which is told apart). Inserts beside the dropping wait less than 50 ms more (p99) than inserts of the same rows into a table of
their own at the same moments: a busy machine slows both. The manifest (reading the ids and hashing them) is told apart. Seconds
are of this machine's clock; `cpu_s` are of the server's processor. `--rows N` (3,000,000 is the promise): half goes by
partitions, half by DELETE.
"""

import argparse
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from parts import stage

if TYPE_CHECKING:
    from tests.stage.run import Run


RATIO, INSERT_MS = 10.0, 50.0
DAYS, BODY, BATCH, HELD_IN = 10, 256, 10_000, 100
GUARDED = 5_000
"""Rows that are deleted with the triggers on."""
TABLE, CLASS, CONTROL = "conversations_callcontent", "standard", "bench_control"
HELD = UUID(int=1)
# An id of a day: its milliseconds, version 7, and chance.
FILL = """
INSERT INTO conversations_callcontent (retention, day, id, assistant, subject, sealed, kept_from)
SELECT 'standard', %(day)s, (lpad(to_hex(%(ms)s + n), 12, '0') || '7' || substr(md5(n::text || random()::text), 1, 3) || '8'
       || substr(md5(random()::text), 1, 15))::uuid, gen_random_uuid(),
       CASE WHEN n %% %(every)s = 0 THEN %(held)s ELSE gen_random_uuid() END, decode(repeat(md5(n::text), %(times)s), 'hex'), ''
FROM generate_series(1, %(rows)s) n
"""
# Along the primary key from where the last batch ended, so that no batch walks over what the ones before left.
DELETE = """
WITH gone AS (
    DELETE FROM conversations_callcontent WHERE retention = 'standard' AND day = %s AND id = ANY (ARRAY(
        SELECT id FROM conversations_callcontent t WHERE retention = 'standard' AND day = %s AND id > %s
        AND NOT EXISTS (SELECT FROM panel_effective() e WHERE e.subject = t.subject) ORDER BY id LIMIT %s)) RETURNING id
)
SELECT count(*), max(id::text)::uuid FROM gone
"""


def write(statement: str, today: date, ready: Any, over: Any, took: Any) -> None:
    """The body of a process of its own, which waits for the database alone and not for this one's interpreter."""
    import psycopg  # noqa: PLC0415 - a child imports what it needs

    values, seconds = {"day": today, "every": 10**9, "held": HELD, "times": 1, "rows": 1}, list[float]()
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        ready.set()
        while not over.wait(0.002):
            begun = time.perf_counter()
            connection.execute(statement, {**values, "ms": int(time.time() * 1000)})
            seconds.append(time.perf_counter() - begun)
    took.put(seconds)


class Writer:
    """Inserts one row after the other into today of a table, and keeps how long each took."""

    def __init__(self, today: date, table: str) -> None:
        own = multiprocessing.get_context("spawn")
        self.ready, self.over, self.took = own.Event(), own.Event(), own.Queue()
        statement = FILL.replace(f"INTO {TABLE} ", f"INTO {table} ")
        self.process = own.Process(target=write, args=(statement, today, self.ready, self.over, self.took), daemon=True)

    def start(self) -> None:
        self.process.start()
        self.ready.wait(60)

    def end(self) -> dict[str, float]:
        self.over.set()
        took = sorted(1000 * one for one in self.took.get(timeout=60)) or [0.0]
        self.process.join()
        return {"p50": round(took[len(took) // 2], 1), "p99": round(took[int(len(took) * 0.99)], 1), "n": len(took)}


def beside(today: date, act: Callable[[], Any]) -> tuple[Any, dict[str, dict[str, float]]]:
    """What `act` returns, and how long inserts beside it took, those into the table and those into one of their own."""
    writers = {"table": Writer(today, TABLE), "control": Writer(today, CONTROL)}
    for one in writers.values():
        one.start()
    try:
        made = act()
        return made, {name: one.end() for name, one in writers.items()}
    finally:
        for one in writers.values():
            one.over.set()


class Server:
    """Processor seconds of one connection's server process: a busy machine changes them little."""

    def __init__(self, connection: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.path = Path(f"/proc/{cursor.fetchone()[0]}/stat")

    def seconds(self) -> float:
        try:
            user, system = self.path.read_text().rpartition(")")[2].split()[11:13]
        except OSError:  # no Linux
            return 0.0
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def fill(today: date, rows: int) -> list[date]:
    """Rows on days of last year; the subject of every hundredth is held."""
    from django.db import connection  # noqa: PLC0415

    from panel.kernel.db import partitions  # noqa: PLC0415
    from tests.compliance.holds import stage as holds  # noqa: PLC0415
    from tests.factories.people import make_person  # noqa: PLC0415

    days = [today - timedelta(days=100 + number) for number in range(2 * DAYS + 1)]
    partitions.ensure(min(days), max(days))
    subject = holds.make_subject()
    counts = [rows // (2 * DAYS)] * (2 * DAYS) + [min(GUARDED, rows // 10)]
    with connection.cursor() as cursor:
        for day, count in zip(days, counts, strict=True):
            begin = int(datetime.combine(day, datetime.min.time(), UTC).timestamp() * 1000)
            values = {"day": day, "ms": begin, "every": HELD_IN, "held": subject, "times": BODY // 16}
            cursor.execute(FILL, {**values, "rows": count})
    holds.hold_on(make_person("pia", role="privacy_officer"), subject)
    return days


def drop(days: list[date]) -> dict[str, float]:
    """Seconds of moving, detaching and dropping, and seconds of what the manifest needs."""
    from django.db import OperationalError, connection, transaction  # noqa: PLC0415

    from compliance.retention.rules import merkle  # noqa: PLC0415
    from panel.kernel.db import purging  # noqa: PLC0415

    server = Server(connection)
    found = {"s": 0.0, "cpu_s": 0.0, "manifest_s": 0.0, "again": 0, "longest_drop_s": 0.0}

    def timed(act: Callable[[], Any]) -> Any:
        begun, before = time.perf_counter(), server.seconds()
        try:
            return act()
        finally:
            found["s"] += time.perf_counter() - begun
            found["cpu_s"] += server.seconds() - before

    def one(day: date) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            timed(lambda: purging.begin(TABLE, CLASS, day))
            begun = time.perf_counter()
            cursor.execute(f"SELECT id FROM {TABLE} WHERE retention IN ('standard', 'held') AND day = %s", [day])  # noqa: S608
            ids = [one for (one,) in cursor.fetchall()]
            held = len(ids) - len(set(ids))
            merkle.root(merkle.leaf(b"salt", one) for one in set(ids))
            found["manifest_s"] += time.perf_counter() - begun
            locked = time.perf_counter()
            timed(lambda: purging.drop(TABLE, CLASS, day, len(ids) - 2 * held))
            begun = time.perf_counter()
        ended = time.perf_counter()
        found["s"] += ended - begun  # the commit
        found["longest_drop_s"] = max(found["longest_drop_s"], ended - locked)

    for day in days:
        for _ in range(40):
            try:
                one(day)
                break
            except OperationalError:  # a lock that others hold: again, as the product does; what it took counts
                found["again"] += 1
                time.sleep(0.05)
        else:
            raise SystemExit(f"{day} was never free.")
    return {name: round(value, 3) for name, value in found.items()}


def delete(cursor: Any, server: Server, days: list[date]) -> dict[str, float]:
    begun, before, rows = time.perf_counter(), server.seconds(), 0
    for day in days:
        gone, last = 1, UUID(int=0)
        while gone:
            cursor.execute(DELETE, [day, day, last, BATCH])
            gone, last = cursor.fetchone()
            rows += gone
    found = {"rows": rows, "s": time.perf_counter() - begun, "cpu_s": server.seconds() - before}
    return {name: round(value, 3) for name, value in found.items()}


def measure(run: "Run", rows: int) -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415

    from panel.kernel import clock  # noqa: PLC0415

    today = clock.now().date()
    begun = time.perf_counter()
    days = fill(today, rows)
    with run.owner(run.database) as owner:
        owner.execute(f"VACUUM (ANALYZE) {TABLE}")  # as autovacuum leaves days of this age, for both sides
        owner.execute(f"CREATE TABLE {CONTROL} (LIKE {TABLE} INCLUDING DEFAULTS, PRIMARY KEY (retention, day, id))")
        owner.execute(f"GRANT INSERT ON {CONTROL} TO panel_app")
    told: dict[str, Any] = {"rows": rows, "fill_s": round(time.perf_counter() - begun, 1)}
    told["drop"], told["inserts_beside_drop_ms"] = beside(today, lambda: drop(days[:DAYS]))
    with run.owner(run.database) as owner, owner.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # no trigger fires
        server = Server(owner)
        told["delete"], told["inserts_beside_delete_ms"] = beside(today, lambda: delete(cursor, server, days[DAYS:-1]))
    with connection.cursor() as cursor:
        told["delete_guarded"] = delete(cursor, Server(connection), days[-1:])
    return told


def judged(told: dict[str, Any]) -> dict[str, Any]:
    gone, plain, guarded = told["rows"] // 2, told["delete"], told["delete_guarded"]
    ratio = (plain["s"] / plain["rows"]) / (told["drop"]["s"] / gone)
    more = told["inserts_beside_drop_ms"]["table"]["p99"] - told["inserts_beside_drop_ms"]["control"]["p99"]
    cpu = (plain["cpu_s"] / plain["rows"]) / (max(told["drop"]["cpu_s"], 0.01) / gone)
    return {
        "ratio": round(ratio, 1),
        "ratio_cpu": round(cpu, 1),
        "ratio_guarded": round((guarded["s"] / guarded["rows"]) / (told["drop"]["s"] / gone), 1),
        "insert_p99_more_ms": round(more, 1),
        "met": ratio >= RATIO and more < INSERT_MS,
    }


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=3_000_000)
    rows = asked.parse_args().rows
    with stage.database() as run:
        import panel.celery  # noqa: F401, PLC0415 - placing a hold sends a job

        found = measure(run, rows)
    found |= judged(found)
    print(json.dumps({"bench": "retention", "bar": RATIO, **found, "load": round(os.getloadavg()[0], 1)}))
    return 0 if found["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
