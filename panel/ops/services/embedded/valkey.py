"""Valkey from the wheel, as a direct child: the broker and the shared counters, on one unix socket."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from panel.ops.services.embedded import binaries
from panel.ops.services.faults import CannotStart
from panel.ops.services.spawn import OsUser, own, server_user, spawn, tail

START_SECONDS = 30.0
SOCKET = "valkey.sock"


class Valkey:
    """One embedded server; `home` holds its append-only file, `sockets` its socket (both 0700, made here)."""

    name = "valkey"

    def __init__(self, *, home: Path, sockets: Path, log: Path, options: Mapping[str, str] | None = None) -> None:
        self.home, self.sockets, self.log = home, sockets, log
        self.options = {
            "port": "0",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
            **(options or {}),
        }
        self.user: OsUser | None = server_user()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def path(self) -> Path:
        return self.sockets / SOCKET

    def url(self, database: int = 0) -> str:
        """A redis-py URL over the socket."""
        return f"unix://{quote(str(self.path))}?db={database}"

    def start(self) -> None:
        """Start and wait for an answer. Raises CannotStart with the end of its log."""
        self.launch()
        end = time.monotonic() + START_SECONDS
        while not self.ready():
            died = self.process is not None and self.process.poll() is not None
            if died or time.monotonic() > end:
                self.stop()
                raise CannotStart(f"Valkey did not come up. Its log ends: {tail(self.log)}")
            time.sleep(0.01)

    def launch(self) -> None:
        """Start without waiting."""
        binary = binaries.valkey_server(self.user)
        own(self.home, self.user)
        own(self.sockets, self.user)
        self.path.unlink(missing_ok=True)
        home, sockets = str(self.home), str(self.sockets)
        fds: list[int] = []
        if sys.platform == "linux":
            fds = [os.open(folder, os.O_RDONLY | os.O_DIRECTORY) for folder in (self.home, self.sockets)]
            home, sockets = (f"/proc/self/fd/{fd}" for fd in fds)
        settings = {
            **self.options,
            "dir": home,
            "unixsocket": f"{sockets}/{SOCKET}",
            "unixsocketperm": "777" if self.user else "700",
        }
        arguments = [part for key, value in settings.items() for part in (f"--{key}", value)]
        try:
            self.process = spawn(
                [binary, *arguments], env={"PATH": "/usr/bin:/bin"}, log=self.log, user=self.user, pass_fds=fds
            )
        finally:
            for fd in fds:
                os.close(fd)

    def ready(self) -> bool:
        """The server answers and has loaded its data."""
        if self.process is None or self.process.poll() is not None:
            return False
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(2)
            client.connect(str(self.path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        return False

    def stop(self, timeout: float = 5.0) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(2)
