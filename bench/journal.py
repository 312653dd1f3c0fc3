"""The journal's cost: what an entry costs a verb, and how fast the whole of it is verified.

Prints one JSON object. Bars: recording an entry takes at most 1.5 times one plain INSERT of a row of the same columns and
indexes through the ORM, in the same run (medians of interleaved rounds); verification streams at least 50,000 entries a second
from PostgreSQL on one core (entries by the seconds of CPU of this process; `with_server` adds those of the database's process).
`--leaves N`, `--rounds N`.
"""

import argparse
import json
import os
import secrets
import sys
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from parts import stage

MOST_COST, LEAST_RATE, BATCH = 1.5, 50_000, 5_000
TICKS = os.sysconf("SC_CLK_TCK")


def _timed(act: Callable[[], object]) -> tuple[float, float]:
    """Microseconds of the wall clock, and of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return (time.perf_counter() - wall) * 1e6, (time.process_time() - cpu) * 1e6


def cost(rounds: int) -> dict[str, Any]:
    from django.db import connection, models, transaction  # noqa: PLC0415 - needs django.setup

    from panel.journal.models import Leaf  # noqa: PLC0415
    from panel.journal.services import record  # noqa: PLC0415
    from panel.kernel import clock, ids  # noqa: PLC0415
    from panel.kernel.actors import Actor  # noqa: PLC0415

    fields = {f.name: f.clone() for f in Leaf._meta.fields}
    meta = type("Meta", (), {"db_table": "bench_plain", "managed": False, "app_label": "journal"})
    plain: Any = type("BenchPlain", (models.Model,), {**fields, "Meta": meta, "__module__": __name__})
    actor = Actor("person", uuid.uuid4(), via=("session", uuid.uuid4()), request_id="req_0123456789abcdef")
    thing, detail = uuid.uuid4(), {"fields": ["value", "name"], "version": 4}
    sample = {
        "actor_kind": "person",
        "via_kind": "session",
        "object_kind": "vault.secret",
        "data": secrets.token_bytes(440),
    }

    def insert() -> None:
        plain.objects.create(
            id=ids.new_id(), at=clock.now(), event="vault.secret.rotated", actor_id=actor.id, via_id=thing, object_id=thing,
            request_id="req_0123456789abcdef", **sample,
        )  # fmt: skip

    def entry() -> None:
        record("journal.signer.created", actor=actor, obj=("vault.secret", thing), detail=detail, at=clock.now())

    found: dict[str, list[tuple[float, float]]] = {"insert": [], "entry": []}
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMP TABLE bench_plain (LIKE journal_leaf INCLUDING ALL)")
        for act in [insert, entry] * 50:
            act()
        for _round in range(rounds):
            found["insert"].append(_timed(insert))
            found["entry"].append(_timed(entry))
        transaction.set_rollback(True)
    walls = {name: median(wall for wall, _cpu in rows) for name, rows in found.items()}
    cpus = {name: median(cpu for _wall, cpu in rows) for name, rows in found.items()}
    told = {f"{name}_us": round(value) for name, value in walls.items()}
    return {
        **told, "ratio": round(walls["entry"] / walls["insert"], 2), "cpu_ratio": round(cpus["entry"] / cpus["insert"], 2),
    }  # fmt: skip


def fill(count: int) -> None:
    from panel.journal import sealing  # noqa: PLC0415
    from panel.journal.models import Leaf, Pending  # noqa: PLC0415
    from panel.journal.rules import leaf as format1  # noqa: PLC0415
    from panel.kernel import clock, ids  # noqa: PLC0415

    people, things, at = [uuid.uuid4() for _ in range(500)], [uuid.uuid4() for _ in range(5000)], clock.now()
    for begin in range(0, count, BATCH):
        rows = []
        for number in range(begin, min(begin + BATCH, count)):
            who, what = people[number % 500], things[number * 7 % 5000]
            moment = at + timedelta(milliseconds=number)
            one = format1.Leaf(
                ids.new_id(), moment, "vault.secret.rotated", ("person", who), ("session", what), ("vault.secret", what),
                f"req_{number:012x}", {"version": number % 900, "fields": ["value"]}, (secrets.token_bytes(32),),
            )  # fmt: skip
            rows.append(
                Leaf(
                    id=one.id,
                    at=moment,
                    event=one.event,
                    actor_kind="person",
                    actor_id=who,
                    via_kind="session",
                    via_id=what,
                    object_kind="vault.secret",
                    object_id=what,
                    request_id=one.request,
                    data=one.data(),
                )
            )
        Leaf.objects.bulk_create(rows)
        Pending.objects.bulk_create(Pending(leaf_id=one.id) for one in rows)
        while sealing.seal(at=at):
            """Batch by batch, as the worker does."""


def rate() -> dict[str, Any]:
    from django.db import connection  # noqa: PLC0415

    from panel.journal import verification  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    before, audits = _ticks(backend), []
    wall, cpu = _timed(lambda: audits.append(verification.verify()))
    server, (audit,) = (_ticks(backend) - before) / TICKS, audits
    return {
        "entries": audit.size, "checkpoints": audit.checkpoints, "findings": len(audit.findings), "s": round(wall / 1e6, 2),
        "cpu_s": round(cpu / 1e6, 2), "server_cpu_s": round(server, 2), "per_s": round(audit.size / cpu * 1e6),
        "with_server": round(audit.size / (cpu / 1e6 + server)), "by_the_clock": round(audit.size / wall * 1e6),
    }  # fmt: skip


def _ticks(process: int) -> int:
    words = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return int(words[11]) + int(words[12])


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--leaves", type=int, default=100_000)
    asked.add_argument("--rounds", type=int, default=1_000)
    options = asked.parse_args()
    with stage.database():
        entry = cost(options.rounds)
        fill(options.leaves)
        verified = rate()
    met = entry["ratio"] <= MOST_COST and verified["per_s"] >= LEAST_RATE and not verified["findings"]
    bars = {"most_cost": MOST_COST, "least_rate": LEAST_RATE}
    print(
        json.dumps(
            {"bench": "journal", "met": met, **bars, "cost": entry, "verified": verified, "load": os.getloadavg()[0]}
        )
    )
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
