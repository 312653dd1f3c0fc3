"""Lists at size: what the server takes for a page, and by which plans.

Prints one JSON object. Bar: every page of traces, keys and assistants <= 150 ms (least of nine, one worker, the whole way
through middleware and template), and no page of traces reads a table from end to end. `--traces N` (10,000,000 is the promise;
the default fits into three minutes), `--assistants N`, `--keys N`.
"""

import argparse
import json
import os
import sys
import time
from statistics import median
from typing import Any

from parts import crowd, stage

BAR_MS = 150.0
ROUNDS = 9


def timed(client: Any, url: str) -> dict[str, Any]:
    """Median milliseconds of the wall clock and of this process's CPU, questions to the database, and which big tables
    their plans read from end to end. On a busy machine only the CPU and the plans tell something."""
    from django.db import connection  # noqa: PLC0415 - needs django.setup
    from django.test.utils import CaptureQueriesContext  # noqa: PLC0415

    with CaptureQueriesContext(connection) as asked:
        response = client.get(url)
    if response.status_code != 200:
        raise SystemExit(f"{url}: {response.status_code}")
    queries = [one["sql"] for one in asked.captured_queries]
    walls, cpus = [], []
    for _round in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        client.get(url)
        walls.append((time.perf_counter() - wall) * 1000)
        cpus.append((time.process_time() - cpu) * 1000)
    found = {"ms": round(median(walls), 1), "best_ms": round(min(walls), 1), "cpu_ms": round(median(cpus), 1)}
    return {**found, "queries": len(queries), "scans": crowd.scans(queries)}


def measure(traces: int, assistants: int, keys: int) -> dict[str, Any]:
    from accounts.access.rules import ObjectRole  # noqa: PLC0415
    from assistants.catalog.models import Assistant  # noqa: PLC0415
    from assistants.catalog.services import grants  # noqa: PLC0415
    from panel.kernel import actors, clock  # noqa: PLC0415
    from tests.factories.people import make_person, signed_in  # noqa: PLC0415

    adam, alice = make_person("adam", role="administrator"), make_person("alice", role="operator")
    begun = time.perf_counter()
    known = crowd.fill(alice, traces=traces, assistants=assistants, keys=keys)
    filled = round(time.perf_counter() - begun, 1)
    client = signed_in(adam)
    pages = {}
    for name, url in crowd.urls(known).items():
        pages[name] = timed(client, url)
    member, desk = make_person("bob", role="member"), Assistant.objects.get(id=known["rare"])
    given = {"receiver": ("user", str(member.id)), "role": ObjectRole.VIEWER.codename, "reason": "bench"}
    grants.share(actor=actors.console(), assistant=desk, at=clock.now(), **given)
    client = signed_in(member)
    for query in ("", "verdict=block", "verdict=observe"):
        pages[f"a viewer of one: {query or 'newest'}"] = timed(client, f"/traces/?{query}")
    return {"fill_s": filled, "pages": pages}


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--traces", type=int, default=1_000_000)
    asked.add_argument("--assistants", type=int, default=100_000)
    asked.add_argument("--keys", type=int, default=400_000)
    options = asked.parse_args()
    with stage.database(pages=True):
        found = measure(options.traces, options.assistants, options.keys)
    slow = {name: one["best_ms"] for name, one in found["pages"].items() if one["best_ms"] > BAR_MS}
    scans = {name: one["scans"] for name, one in found["pages"].items() if "conversations_call" in one["scans"]}
    size = {"traces": options.traces, "assistants": options.assistants, "keys": options.keys}
    result = {
        "bench": "lists",
        "met": not slow and not scans,
        "bar_ms": BAR_MS,
        "size": size,
        "slow": slow,
        "scans": scans,
    }
    print(json.dumps({**result, **found, "load": os.getloadavg()[0]}))
    return 0 if result["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
