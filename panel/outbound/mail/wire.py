"""One conversation with a mail server (RFC 5321), through the egress guard, TLS verified.

Texts of the server are not kept: they quote addresses. What is kept is the step, the reply's number and our own sentence.
"""

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from typing import Any, Final

from panel.outbound.guard.egress import Hosts, Lookup, system_lookup
from panel.outbound.guard.errors import EgressError
from panel.outbound.guard.lines import dial
from panel.outbound.mail.addresses import Mailbox
from panel.outbound.mail.rules import FINAL, Tls

READ_TIMEOUT: Final = 15.0  # seconds for one answer
DEADLINE: Final = 90.0  # seconds for the whole conversation
_NAMES: Final = frozenset({"refused_url", "refused_address", "unresolvable"})


@dataclass(frozen=True)
class Server:
    """`name` is what we call ourselves (EHLO). `private` are hosts on the allow-list, as (host, port)."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    password: str = field(default="", repr=False)
    name: str = "localhost"
    private: Hosts = ()


@dataclass
class Steps:
    """How far a conversation came: connect, tls, auth, accepted; with a word of detail each."""

    done: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, detail: str = "") -> None:
        self.done.append((name, detail))


class MailError(Exception):
    """`problem` is a word of rules.PROBLEMS, `reply` the server's number or 0, `said` the guard's sentence or ""."""

    def __init__(self, problem: str, *, reply: int = 0, said: str = "", final: bool = False) -> None:
        super().__init__(problem)
        self.problem, self.reply, self.said = problem, reply, said
        self.final, self.steps = final, Steps()


class _Client(smtplib.SMTP):
    """smtplib over a line that is there already."""

    def __init__(self, line: socket.socket, server: Server, held: list[Any]) -> None:
        self._line = line
        held.append(self)  # it may fail while it is greeted, and holds a file on the line then
        super().__init__(server.host, server.port, local_hostname=server.name, timeout=READ_TIMEOUT)

    def _get_socket(self, *_: Any) -> socket.socket:
        return self._line


def deliver(
    server: Server,
    message: EmailMessage,
    *,
    sender: Mailbox,
    to: Mailbox,
    lookup: Lookup = system_lookup,
    deadline: float = 0,
) -> Steps:
    """Hand one message over, within `deadline` seconds. Raises MailError, which carries the steps done as `steps`."""
    steps = Steps()
    try:
        with _opened(server, steps, lookup, deadline or DEADLINE) as client:
            _hand_over(client, message, sender, to)
            steps.add("accepted")
    except MailError as error:
        error.steps = steps
        raise
    return steps


@contextmanager
def _opened(server: Server, steps: Steps, lookup: Lookup, deadline: float) -> Iterator[smtplib.SMTP]:
    held: list[Any] = [_line(server, lookup)]
    guard = threading.Timer(deadline, _cut, [held])
    guard.daemon = True
    guard.start()
    try:
        client = _greeted(server, held, steps)
        _signed_in(client, server, steps)
        yield client
        with contextlib.suppress(smtplib.SMTPException, OSError):
            client.quit()
    finally:
        guard.cancel()
        for one in held:
            one.close()


def _line(server: Server, lookup: Lookup) -> socket.socket:
    try:
        return dial(
            server.host,
            server.port,
            secure=server.tls is not Tls.NONE,
            allowed=server.private,
            timeout=READ_TIMEOUT,
            lookup=lookup,
        )
    except EgressError as error:
        raise MailError("name" if error.code in _NAMES else "connect", said=error.sentence) from None


def _cut(held: list[Any]) -> None:
    """From the watching thread: a read that hangs ends at once."""
    for one in list(held):
        line: Any = one.sock if isinstance(one, smtplib.SMTP) else one
        with contextlib.suppress(OSError, AttributeError):
            line.shutdown(socket.SHUT_RDWR)


def _greeted(server: Server, held: list[Any], steps: Steps) -> smtplib.SMTP:
    """A client that has said who it is, over TLS as the server's setting asks. `held`: what must be closed."""
    context = ssl.create_default_context()
    try:
        if server.tls is Tls.TLS:
            held[0] = context.wrap_socket(held[0], server_hostname=server.host)
        client = _Client(held[0], server, held)
        steps.add("connect")
        client.ehlo_or_helo_if_needed()
        if server.tls is Tls.STARTTLS:
            if not client.has_extn("starttls"):
                raise MailError("tls")
            client.starttls(context=context)
            client.ehlo()
    except ssl.SSLError:
        raise MailError("tls") from None
    except smtplib.SMTPResponseException as error:
        raise MailError("greeting", reply=error.smtp_code) from None
    except (smtplib.SMTPException, OSError):
        raise MailError("greeting") from None
    if server.tls is not Tls.NONE:
        steps.add("tls", getattr(client.sock, "version", str)() or "")
    return client


def _signed_in(client: smtplib.SMTP, server: Server, steps: Steps) -> None:
    if not server.user:
        return
    try:
        client.login(server.user, server.password)
    except smtplib.SMTPAuthenticationError as error:
        raise MailError("auth", reply=error.smtp_code) from None
    except (smtplib.SMTPException, OSError, UnicodeError):
        raise MailError("auth") from None
    steps.add("auth")


def _hand_over(client: smtplib.SMTP, message: EmailMessage, sender: Mailbox, to: Mailbox) -> None:
    wide = to.needs_utf8 or sender.needs_utf8
    if wide and not client.has_extn("smtputf8"):
        raise _final("utf8")
    options = ["SMTPUTF8", "BODY=8BITMIME"] if wide else []
    policy = SMTPUTF8 if wide else SMTP
    try:
        client.sendmail(str(sender), [str(to)], message.as_bytes(policy=policy), mail_options=options)
    except smtplib.SMTPRecipientsRefused as error:
        raise _by_reply("recipient", next(iter(error.recipients.values()))[0]) from None
    except smtplib.SMTPSenderRefused as error:
        raise MailError("sender", reply=error.smtp_code) from None
    except smtplib.SMTPDataError as error:
        raise _by_reply("content", error.smtp_code) from None
    except (smtplib.SMTPException, OSError):
        raise MailError("cut") from None


def _by_reply(problem: str, reply: int) -> MailError:
    """A reply of 5yz is for good, one of 4yz is not (RFC 5321, 4.2.1)."""
    return MailError(problem, reply=reply, final=problem in FINAL and 500 <= reply < 600)


def _final(problem: str) -> MailError:
    return MailError(problem, final=True)
