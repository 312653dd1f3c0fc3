"""Purging by partitions against batches of DELETE, on the product's own table and triggers, one hundredth of it held.

Prints one JSON object. Bar: moving what is held, detaching and dropping the days is at least ten times as fast as deleting the
same rows in batches of 10,000 by primary key; inserts beside it wait less than 50 ms (p99). The manifest (reading the ids and
hashing them) is told apart. `--rows N` (3,000,000 is the promise): half goes by partitions, half by DELETE.
"""

import argparse
import json
import os
import sys
import threading
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import django  # noqa: E402 - the path above comes first

from tests.stage.run import new_run  # noqa: E402

RATIO, INSERT_MS = 10.0, 50.0
DAYS, BODY, BATCH, HELD_IN = 10, 256, 10_000, 100
TABLE, CLASS = "conversations_callcontent", "standard"
HELD = UUID(int=1)
# An id of a day: its milliseconds, version 7, and chance.
FILL = """
INSERT INTO conversations_callcontent (retention, day, id, assistant, subject, sealed, kept_from)
SELECT 'standard', %(day)s, (lpad(to_hex(%(ms)s + n), 12, '0') || '7' || substr(md5(n::text || random()::text), 1, 3) || '8'
       || substr(md5(random()::text), 1, 15))::uuid, gen_random_uuid(),
       CASE WHEN n %% %(every)s = 0 THEN %(held)s ELSE gen_random_uuid() END, decode(repeat(md5(n::text), %(times)s), 'hex'), ''
FROM generate_series(1, %(rows)s) n
"""
DELETE = """
DELETE FROM conversations_callcontent WHERE (retention, day, id) IN (
    SELECT retention, day, id FROM conversations_callcontent t WHERE retention = 'standard' AND day = %s
    AND NOT EXISTS (SELECT FROM panel_effective() e WHERE e.subject = t.subject) LIMIT %s)
"""


class Writer(threading.Thread):
    """Inserts one row after the other into today, and keeps how long each took."""

    def __init__(self, today: date) -> None:
        super().__init__(daemon=True)
        self.today, self.over, self.took = today, threading.Event(), list[float]()

    def run(self) -> None:
        from django.db import connection  # noqa: PLC0415

        values = {"day": self.today, "every": 10**9, "held": HELD, "times": 1, "rows": 1}
        with connection.cursor() as cursor:
            while not self.over.wait(0.002):
                begun = time.perf_counter()
                cursor.execute(FILL, {**values, "ms": int(time.time() * 1000)})
                self.took.append(time.perf_counter() - begun)
        connection.close()

    def p99(self) -> float:
        return round(1000 * sorted(self.took)[int(len(self.took) * 0.99)], 1) if self.took else 0.0


def fill(today: date, rows: int) -> list[date]:
    """Rows on days of last year; the subject of every hundredth is held."""
    from django.db import connection  # noqa: PLC0415

    from panel.kernel.db import partitions  # noqa: PLC0415
    from tests.compliance.holds import stage as holds  # noqa: PLC0415
    from tests.factories.people import make_person  # noqa: PLC0415

    days = [today - timedelta(days=100 + number) for number in range(2 * DAYS)]
    partitions.ensure(min(days), max(days))
    subject = holds.make_subject()
    with connection.cursor() as cursor:
        for day in days:
            begin = int(datetime.combine(day, datetime.min.time()).timestamp() * 1000)
            values = {"day": day, "ms": begin, "every": HELD_IN, "held": subject, "times": BODY // 16}
            cursor.execute(FILL, {**values, "rows": rows // len(days)})
    holds.hold_on(make_person("pia", role="privacy_officer"), subject)
    return days


def drop(days: list[date]) -> tuple[float, float]:
    """Seconds of moving, detaching and dropping, and seconds of what the manifest needs."""
    from django.db import connection, transaction  # noqa: PLC0415

    from compliance.retention.rules import merkle  # noqa: PLC0415
    from panel.kernel.db import purging  # noqa: PLC0415

    dropped = manifest = 0.0
    for day in days:
        with transaction.atomic(), connection.cursor() as cursor:
            begun = time.perf_counter()
            purging.begin(TABLE, CLASS, day)
            dropped += time.perf_counter() - begun
            begun = time.perf_counter()
            cursor.execute(f"SELECT id FROM {TABLE} WHERE retention IN ('standard', 'held') AND day = %s", [day])  # noqa: S608
            ids = [one for (one,) in cursor.fetchall()]
            held = len(ids) - len(set(ids))
            merkle.root(merkle.leaf(b"salt", one) for one in set(ids))
            manifest += time.perf_counter() - begun
            begun = time.perf_counter()
            purging.drop(TABLE, CLASS, day, len(ids) - 2 * held)
        dropped += time.perf_counter() - begun
    return dropped, manifest


def delete(days: list[date]) -> float:
    from django.db import connection  # noqa: PLC0415

    begun = time.perf_counter()
    with connection.cursor() as cursor:
        for day in days:
            gone = BATCH
            while gone == BATCH:
                cursor.execute(DELETE, [day, BATCH])
                gone = cursor.rowcount
    return time.perf_counter() - begun


def measure(rows: int) -> dict[str, Any]:
    from panel.kernel import clock  # noqa: PLC0415

    today = clock.now().date()
    days = fill(today, rows)
    found: dict[str, Any] = {"rows": rows, "held": rows // HELD_IN}
    writer = Writer(today)
    writer.start()
    time.sleep(0.3)
    seconds, manifest = drop(days[:DAYS])
    writer.over.set()
    writer.join()
    found |= {"drop_s": round(seconds, 3), "manifest_s": round(manifest, 3), "insert_p99_ms": writer.p99()}
    other = Writer(today)
    other.start()
    time.sleep(0.3)
    deleted = delete(days[DAYS:])
    other.over.set()
    other.join()
    found |= {"delete_s": round(deleted, 3), "insert_p99_ms_beside_delete": other.p99()}
    return {**found, "ratio": round(deleted / seconds, 1)}


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--rows", type=int, default=3_000_000)
    rows = asked.parse_args().rows
    run = new_run()
    try:
        run.fresh(run.database)
        os.environ.update(run.environment(run.database))
        django.setup()
        found = measure(rows)
    finally:
        run.stop()
    met = found["ratio"] >= RATIO and found["insert_p99_ms"] < INSERT_MS
    print(json.dumps({"bench": "retention", "met": met, "bar": RATIO, **found, "load": os.getloadavg()[0]}))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
