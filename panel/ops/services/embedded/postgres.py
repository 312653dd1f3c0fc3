"""PostgreSQL from the wheel, as a direct child: one cluster, one unix socket, scram for everyone."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from panel.ops.services.embedded import binaries
from panel.ops.services.faults import CannotStart
from panel.ops.services.spawn import OsUser, own, server_user, spawn, tail

OWNER = "panel"
START_SECONDS = 60.0
# Statements and their values can be personal: the server's log names neither.
QUIET = {
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
_ENV = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


class Postgres:
    """One embedded server.

    `home` holds the cluster, `sockets` the socket (both 0700, made here, owned by the user the server drops to).
    Reached through file descriptors, so the folders above may be closed to that user. `options` are server settings.
    """

    name = "postgres"

    def __init__(
        self, *, home: Path, sockets: Path, log: Path, password: str, options: Mapping[str, str] | None = None
    ) -> None:
        self.home, self.sockets, self.log, self.password = home, sockets, log, password
        self.options = {**QUIET, **(options or {})}
        self.user: OsUser | None = server_user()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def cluster(self) -> Path:
        return self.home / "18"

    def url(self, *, role: str = OWNER, password: str | None = None, database: str = "postgres") -> str:
        """A libpq URL over the socket."""
        secret = self.password if password is None else password
        return f"postgresql://{role}:{quote(secret, safe='')}@/{database}?host={quote(str(self.sockets), safe='')}"

    def start(self) -> None:
        """Start and wait until the server answers. Raises CannotStart with the end of its log."""
        self.launch()
        end = time.monotonic() + START_SECONDS
        while not self.ready():
            if time.monotonic() > end:
                self.stop()
                raise CannotStart(f"PostgreSQL did not come up within a minute. Its log ends: {tail(self.log)}")
            if self.process is not None and self.process.poll() is not None:
                # After a crash the old server's shared memory takes a moment to go.
                time.sleep(0.3)
                self.launch()
            time.sleep(0.02)

    def launch(self) -> None:
        """Start without waiting; the cluster is made when there is none."""
        binary = binaries.postgres_bin(self.user)
        self.home.mkdir(mode=0o700, exist_ok=True)
        own(self.sockets, self.user)
        if not self.cluster.is_dir():
            self._create(binary)
        self._clear_stale_pid()
        with self._folder(self.cluster) as (data, fd), self._folder(self.sockets) as (sockets, fd2):
            settings = {
                **self.options,
                "listen_addresses": "",
                "unix_socket_directories": sockets,
                "unix_socket_permissions": "0777" if self.user else "0700",
            }
            arguments = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
            self.process = spawn(
                [binary / "postgres", "-D", data, *arguments],
                env=_ENV,
                log=self.log,
                user=self.user,
                pass_fds=[fd, fd2] if fd >= 0 else (),
                ends_by=signal.SIGINT,
            )

    def ready(self) -> bool:
        """The server that answers is our own child, not one left from before."""
        if self.process is None or self.process.poll() is not None:
            return False
        with contextlib.suppress(OSError, ValueError, IndexError, psycopg.Error):
            if int((self.cluster / "postmaster.pid").read_text().split()[0]) != self.process.pid:
                return False
            with psycopg.connect(self.url(), connect_timeout=2):
                return True
        return False

    def stop(self, timeout: float = 5.0) -> None:
        """Fast shutdown: clients are disconnected, everything is written."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(2)

    @staticmethod
    @contextlib.contextmanager
    def _folder(path: Path):  # type: ignore[no-untyped-def]
        """A name for a folder that works for a user who may not pass the folders above it: (name, descriptor)."""
        if sys.platform != "linux":
            yield str(path), -1
            return
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            yield f"/proc/self/fd/{fd}", fd
        finally:
            os.close(fd)

    def _create(self, binary: Path) -> None:
        fresh = self.home / "new"
        shutil.rmtree(fresh, ignore_errors=True)
        own(fresh, self.user)
        read, write = os.pipe()
        os.write(write, self.password.encode() + b"\n")
        os.close(write)
        if self.user:
            os.fchown(read, self.user.uid, self.user.gid)
        try:
            with self._folder(fresh) as (data, fd):
                child = spawn(
                    [
                        binary / "initdb", "-D", data, "-U", OWNER, "--auth=scram-sha-256", f"--pwfile=/dev/fd/{read}",
                        "-E", "UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                        "--no-instructions",
                    ],
                    env=_ENV,
                    log=self.log,
                    user=self.user,
                    pass_fds=[read, *([fd] if fd >= 0 else [])],
                )  # fmt: skip
                code = _finished(child)
        finally:
            os.close(read)
        if code:
            raise CannotStart(f"The database could not be created in {self.home}: {tail(self.log, 300)}")
        fresh.rename(self.cluster)

    def _clear_stale_pid(self) -> None:
        """In a restarted container another program may carry the dead server's number; the caller holds the data lock."""
        pid_file = self.cluster / "postmaster.pid"
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int(pid_file.read_text().split()[0])
            comm = Path(f"/proc/{pid}/comm")
            if comm.exists() and comm.read_text().strip() != "postgres":
                pid_file.unlink()


def _finished(child: "subprocess.Popen[bytes]") -> int:
    """Its exit status; when the wait is broken off, the child is ended first."""
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
