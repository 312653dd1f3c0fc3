"""The gateway beside its own upstream, in one run: what the guards, the key check and the record cost.

Prints one JSON object. Bars (one worker, guards and record on): added p50 at one caller <= 1.5 ms (hard 3), CPU <= 0.8 ms a
JSON request and <= 3 ms a stream of 64 chunks, <= 150 MiB, no bad answer. `--seconds N` is the length of each round.
"""

import argparse
import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import django  # noqa: E402 - the path above comes first
from parts import load  # noqa: E402

from tests.stage.live import free_port  # noqa: E402
from tests.stage.run import Run, new_run  # noqa: E402

BARS = {"added_p50_ms": 3.0, "json_cpu_ms": 0.8, "stream_cpu_ms": 3.0, "rss_mib": 150.0}
GRANIAN = ["granian", "--interface", "asgi", "--host", "127.0.0.1", "--workers", "1", "--no-ws", "--loop", "uvloop"]


@contextmanager
def serving(module: str, port: int, folder: Path, environment: dict[str, str]) -> Iterator[int]:
    """A granian with one worker; yields its process id once it answers."""
    arguments = [str(Path(sys.executable).with_name(GRANIAN[0])), *GRANIAN[1:], "--port", str(port), module]
    process = subprocess.Popen(
        arguments, cwd=folder, env={**os.environ, **environment}, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=1)
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.05)
            else:
                break
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def world(run: Run, port: int) -> str:
    """An assistant named bench over the mock; returns its key."""
    os.environ.update(run.environment(run.database))
    django.setup()
    from tests.assistants.gateway import world as worlds  # noqa: PLC0415 - models need the set-up above
    from tests.stage.provider import MockProvider  # noqa: PLC0415

    return worlds.for_bench(MockProvider(url=f"http://127.0.0.1:{port}/v1"))


async def measure(direct: load.Target, gateway: load.Target, seconds: float) -> dict[str, Any]:
    """Each cell three times, upstream and gateway in turn; the round with the least CPU or the least p50 counts."""
    for target in (direct, gateway):
        await load.run(target, users=4, seconds=1)
    found: dict[str, Any] = {}
    for name, users, stream in (
        ("json_1", 1, False),
        ("json_16", 16, False),
        ("stream_1", 1, True),
        ("stream_16", 16, True),
    ):
        rounds = []
        for _ in range(3):
            pair = [await load.run(one, users=users, seconds=seconds, stream=stream) for one in (direct, gateway)]
            rounds.append([one.as_dict() for one in pair])
        best = min(rounds, key=lambda pair: pair[1]["p50_ms"] - pair[0]["p50_ms"])
        cpu = min(pair[1]["cpu_ms"] for pair in rounds)
        bad = sum(one["bad"] for pair in rounds for one in pair)
        found[name] = {"direct": best[0], "gateway": {**best[1], "cpu_ms": cpu}, "bad": bad}
    return found


def summary(found: dict[str, Any]) -> dict[str, Any]:
    one, many = found["json_1"], found["json_16"]
    values = {
        "added_p50_ms": round(one["gateway"]["p50_ms"] - one["direct"]["p50_ms"], 3),
        "added_ttft_ms": round(
            found["stream_1"]["gateway"]["ttft_p50_ms"] - found["stream_1"]["direct"]["ttft_p50_ms"], 3
        ),
        "json_cpu_ms": many["gateway"]["cpu_ms"],
        "json_cpu_ratio": round(many["gateway"]["cpu_ms"] / max(many["direct"]["cpu_ms"], 0.001), 1),
        "stream_cpu_ms": found["stream_16"]["gateway"]["cpu_ms"],
        "rss_mib": max(cell["gateway"]["rss_mib"] for cell in found.values()),
        "bad": sum(cell["bad"] for cell in found.values()),
    }
    met = all(values[name] <= bar for name, bar in BARS.items()) and values["bad"] == 0
    return {"bench": "gateway", "met": met, "bars": BARS, **values, "load": os.getloadavg()[0]}


def main() -> int:
    asked = argparse.ArgumentParser()
    asked.add_argument("--seconds", type=float, default=2.0)
    asked.add_argument("--all", action="store_true", help="print every cell")
    options = asked.parse_args()
    run, upstream, gateway = new_run(), free_port(), free_port()
    try:
        run.fresh(run.database)
        settings = {**run.environment(run.database), "PORT": str(gateway)}
        with serving("mock:app", upstream, ROOT / "bench" / "parts", {}) as mock:
            key = world(run, upstream)
            with serving("panel.asgi:application", gateway, ROOT, settings) as server:
                targets = load.Target(upstream, key, mock), load.Target(gateway, key, server)
                found = asyncio.run(measure(*targets, options.seconds))
    finally:
        run.stop()
    result = summary(found)
    print(json.dumps({**result, **({"cells": found} if options.all else {})}))
    return 0 if result["met"] else 1


if __name__ == "__main__":
    sys.exit(main())
