"""A throw-away PostgreSQL and Valkey for one test run: the product's own embedded services, without their durability."""

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from panel.ops.services.embedded.postgres import Postgres
from panel.ops.services.embedded.valkey import Valkey

FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


class StageError(RuntimeError):
    """A process of the stage did not get ready; carries the end of its log."""


def postgres(folder: Path, password: str) -> Postgres:
    folder.mkdir(exist_ok=True)
    return Postgres(
        home=folder / "data", sockets=folder / "s", log=folder / "postgres.log", password=password, options=FAST
    )


def valkey(folder: Path) -> Valkey:
    folder.mkdir(exist_ok=True)
    options = {"appendonly": "no", "databases": "64"}
    return Valkey(home=folder / "data", sockets=folder / "s", log=folder / "valkey.log", options=options)


def wait_for(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path, seconds: float = 60) -> None:
    """Until `ready`, or StageError with the end of the log when the process ended or the time is over."""
    until = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > until:
            tail = log.read_text(errors="replace")[-3000:]
            raise StageError(f"{process.args!r} did not get ready (exit {process.poll()}): {tail}")
        time.sleep(0.02)


def end(process: "subprocess.Popen[bytes] | None", with_signal: signal.Signals, seconds: float = 15) -> None:
    if process is None or process.poll() is not None:
        return
    process.send_signal(with_signal)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)
