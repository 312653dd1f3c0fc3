"""The panel as a person starts it: `manage.py up` in its own data directory."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.architecture.tree import ROOT
from tests.stage.servers import end, wait_for

LINK = re.compile(r"Open (http://\S+)")


@dataclass
class StartedPanel:
    """`link` is the address that the start printed: the set-up link, or the panel itself."""

    data_dir: Path
    base: str
    link: str
    process: "subprocess.Popen[bytes]"
    log: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def clean_environment(data_dir: Path, port: int, **more: str) -> dict[str, str]:
    """Nothing of the test run reaches the panel."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PANEL_DATA_DIR": str(data_dir), "PORT": str(port), "PYTHONUNBUFFERED": "1", **more}


@contextmanager
def started(data_dir: Path, *words: str, **more: str) -> Iterator[StartedPanel]:
    """Start, wait for the printed link, and stop by SIGTERM. Raises StageError with what it said."""
    port = free_port()
    log = data_dir.parent / f"{data_dir.name}.up.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", *words],
            cwd=ROOT,
            env=clean_environment(data_dir, port, **more),
            stdout=out,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        wait_for(lambda: LINK.search(log.read_text()) is not None, process, log, 300)
        found = LINK.search(log.read_text())
        assert found is not None
        yield StartedPanel(data_dir, f"http://localhost:{port}", found[1], process, log)
    finally:
        end(process, signal.SIGTERM, 40)
