"""Is it there? Small questions over sockets, asked by the supervisor."""

import contextlib
import errno
import http.client
import socket
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

import redis

from panel.ops.services.faults import CannotStart

HEARTBEAT = "ops:heartbeat"


def port_is_free(host: str, port: str) -> None:
    """Raises CannotStart when somebody listens there already, or the port cannot be had."""
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise CannotStart(f"PORT must be a number from 1 to 65535, not {port!r}.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
            probe.listen(1)
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise CannotStart(
                    f"Port {port} is in use: start with another one, as in `make up PORT=8001`."
                ) from None
            if error.errno == errno.EACCES:
                raise CannotStart(f"Port {port} needs rights this user does not have: use one above 1023.") from None
            raise CannotStart(f"Port {port} on {host} cannot be used: {error.strerror}.") from None


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=2)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(2)
        self.sock.connect(str(self._path))


def _healthy(connection: http.client.HTTPConnection, path: str, host: str) -> bool:
    with contextlib.closing(connection), contextlib.suppress(OSError, http.client.HTTPException):
        connection.request("GET", path, headers={"Host": host})
        return connection.getresponse().status == 200
    return False


def answers_tcp(host: str, port: int) -> bool:
    """Whether the gateway process answers within two seconds."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return _healthy(http.client.HTTPConnection(own, port, timeout=2), "/healthz", "localhost")


def answers_unix(path: Path, host: str) -> bool:
    """Whether the panel process answers within two seconds; `host` is one that it serves."""
    return _healthy(_UnixConnection(path), "/-/healthz", host)


def valkey_answers(url: str) -> None:
    """Ask a Valkey of the customer's own once. Raises CannotStart without showing the password."""
    parts = urlsplit(url)
    where = parts.hostname or unquote(parts.path)
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5)
        try:
            client.ping()
        finally:
            client.close()
    except ValueError:
        raise CannotStart("VALKEY_URL must begin with redis://, rediss:// or unix://.") from None
    except redis.RedisError as error:
        raise CannotStart(f"Valkey at {where} (VALKEY_URL) cannot be reached: {error}") from None


def jobs_run(valkey_url: str) -> bool:
    """Whether beat sent and a worker did the heartbeat within the last minute."""
    with contextlib.suppress(redis.RedisError, ValueError):
        client = redis.Redis.from_url(valkey_url, socket_connect_timeout=5, socket_timeout=5)
        with contextlib.closing(client):
            beat = client.get(HEARTBEAT)
        return isinstance(beat, bytes) and time.time() - float(beat) < 60
    return False
