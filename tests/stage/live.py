"""The serving processes, each started as the supervisor starts it, on the live database of this worker."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from panel.ops.services import plan
from panel.ops.services.reach import answers_tcp, answers_unix
from tests.stage.mail import SmtpSink
from tests.stage.run import ROOT, Run
from tests.stage.servers import end, wait_for


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Live:
    """`url` is the panel's address; `settings` what its processes were given. `start` and `stop` take a process's name."""

    settings: dict[str, str]
    folder: Path
    processes: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings['PORT']}"

    @property
    def openai_url(self) -> str:
        return f"{self.url}/v1"

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def start(self, name: str) -> "subprocess.Popen[bytes]":
        """Start one of the plan's processes and wait until it serves."""
        process = next(one for one in plan.SERVING if one.name == name)
        with self.log(name).open("ab") as out:
            running = subprocess.Popen(
                plan.arguments(process, self.settings),
                cwd=ROOT,
                env=plan.environment(self.settings, process.secrets, name),
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.processes[name] = running
        wait_for(lambda: self._serves(name), running, self.log(name))
        return running

    def _serves(self, name: str) -> bool:
        if name == "gateway":
            return answers_tcp("127.0.0.1", int(self.settings["PORT"]))
        if name == "panel":
            return Path(self.settings["PANEL_SOCKET"]).exists() and answers_unix(
                Path(self.settings["PANEL_SOCKET"]), "localhost"
            )
        return name == "beat" or self._consumes()

    def _consumes(self) -> bool:
        """A worker declares its queue in the broker when it begins to listen."""
        with redis.Redis.from_url(self.settings["VALKEY_URL"]) as client:
            return any(b"_kombu.binding" in key for key in client.scan_iter())

    def stop(self, name: str, with_signal: signal.Signals = signal.SIGTERM) -> None:
        """End a process and its children."""
        running = self.processes.pop(name, None)
        if running is None:
            return
        if with_signal == signal.SIGKILL:
            os.killpg(running.pid, signal.SIGKILL)
        end(running, with_signal)

    def restart(self, name: str, with_signal: signal.Signals = signal.SIGTERM) -> None:
        self.stop(name, with_signal)
        self.start(name)


@pytest.fixture(scope="session")
def _live(stage: Run, live_database: str, _smtp: SmtpSink) -> Iterator[Live]:
    port = str(free_port())
    folder = stage.data_dir(live_database)
    settings = {
        **plan.DEFAULTS,
        **{name: os.environ[name] for name in plan.MACHINE if name in os.environ},
        **stage.environment(live_database),
        "PORT": port,
        "PANEL_BASE_URL": f"http://127.0.0.1:{port}",
        "PANEL_SOCKET": str(stage.folder / f"panel-{stage.worker}.sock"),
        "PANEL_WORKER_PROCESSES": "1",
        "EMAIL_URL": _smtp.url,
    }
    for name in ("run", "spool", "log"):
        (folder / name).mkdir(exist_ok=True)
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"],
        cwd=ROOT,
        env=plan.environment(settings, plan.GUARDED, "command"),
        check=True,
    )
    live = Live(settings, folder)
    try:
        yield live
    finally:
        for name in list(live.processes):
            live.stop(name)


@pytest.fixture
def gateway_server(_live: Live, live_db: None) -> Live:
    """The gateway and panel processes on a free port, on the same database as this test (committed; never flushed)."""
    for name in ("panel", "gateway"):
        if name not in _live.processes or _live.processes[name].poll() is not None:
            _live.start(name)
    return _live


@pytest.fixture
def celery_worker(_live: Live, live_db: None) -> Live:
    """The worker process on the same database and broker as this test; jobs are run as in production."""
    if "worker" not in _live.processes or _live.processes["worker"].poll() is not None:
        with redis.Redis.from_url(_live.settings["VALKEY_URL"]) as client:
            client.flushdb()
        _live.start("worker")
    return _live


def until(seconds: float = 10, pause: float = 0.02) -> Iterator[None]:
    """`for _ in until(): if condition: break; else: fail`, for what happens in another process."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        yield
        time.sleep(pause)
