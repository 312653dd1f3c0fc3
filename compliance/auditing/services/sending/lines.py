"""Sending text: a POST, syslog over TCP or TLS, a file. Returning means: it arrived. Else NotSent or OSError."""

import os
import socket
import ssl
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from compliance.auditing.models import Sink
from compliance.auditing.services.sending.errors import NotSent
from panel.outbound import hosts
from panel.outbound.guard.errors import EgressError
from panel.outbound.guard.lines import dial
from panel.outbound.webhooks import wire
from panel.outbound.webhooks.wire import Answer

TIMEOUT = 15.0


def post(row: Sink, body: bytes, content: str, more: dict[str, str]) -> None:
    headers = {"content-type": content, **more}
    if row.token:
        headers["authorization"] = f"Bearer {row.token}"
    send(str(row.target), headers, body)


def send(url: str, headers: dict[str, str], body: bytes, *, method: str = "POST", read: int = 0) -> Answer:
    """One request through the egress guard; any answer but a success raises NotSent."""
    found = ask(url, headers, body, method=method, read=read)
    if found.problem:
        raise NotSent(found.said or _("It answered %(status)s.") % {"status": found.status})
    return found


def ask(url: str, headers: dict[str, str], body: bytes, *, method: str = "POST", read: int = 0) -> Answer:
    """The same, with every answer; only no answer at all raises NotSent."""
    headers = {"user-agent": "ClawPanel", **headers}
    found = wire.post(url, headers, body, allowed=hosts.allowed(), timeout=TIMEOUT, read=read, method=method)
    if found.problem not in {"", "status"}:
        raise NotSent(found.said)
    return found


def syslog(row: Sink, data: bytes) -> None:
    """TCP itself tells no arrival (RFC 6587, 3.4 and 5). So we end our side of the line and wait for the other's orderly end:
    a receiver that has not read everything resets the line or stays silent, and then all of it goes out again."""
    scheme, _sep, rest = str(row.target).partition("://")
    host, _colon, port = rest.rpartition(":")
    host = host.strip("[]")
    try:
        line = dial(host, int(port), secure=scheme == "tls", allowed=hosts.allowed(), timeout=TIMEOUT)
    except EgressError as error:
        raise NotSent(error.sentence) from None
    with line:
        try:
            if scheme == "tls":
                with ssl.create_default_context().wrap_socket(line, server_hostname=host) as secured:
                    secured.sendall(data)
                    _ended(_farewell(secured))
            else:
                line.sendall(data)
                _ended(line)
        except TimeoutError:
            raise NotSent(_("It did not end the line: what arrived is not sure, so it goes out again.")) from None
        except ssl.SSLCertVerificationError as error:
            why = error.verify_message.rstrip(".")
            raise NotSent(_("Its certificate is not trusted: %(why)s.") % {"why": why}) from None
        except ConnectionError:
            raise NotSent(_("It broke the line off: what arrived is not sure, so it goes out again.")) from None


def _farewell(secured: ssl.SSLSocket) -> socket.socket:
    """End TLS; a receiver that answers with the end of TCP alone has read as much. The plain line below."""
    with suppress(ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError):
        return secured.unwrap()
    return secured


def _ended(line: socket.socket) -> None:
    with suppress(OSError):  # TLS may have ended it already
        line.shutdown(socket.SHUT_WR)
    while line.recv(4096):
        """What a receiver says is not listened to."""


def folder() -> Path:
    return Path(settings.DATA_DIR) / "journal-stream"


def append(row: Sink, text: str) -> None:
    """On disk when it returns."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / str(row.target)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        left = memoryview(text.encode())
        while left:
            left = left[os.write(file, left) :]
        os.fsync(file)
    finally:
        os.close(file)
