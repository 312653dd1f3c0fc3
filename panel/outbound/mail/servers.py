"""Which mail server is in force: the environment's, else the panel's, else none."""

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.boot import environment, smtp_settings
from panel.kernel.crypto import keyring
from panel.kernel.errors import Conflict, Invalid
from panel.outbound import hosts
from panel.outbound.guard.destination import host_and_port
from panel.outbound.guard.errors import EgressError
from panel.outbound.mail.addresses import AddressError, Mailbox, parse
from panel.outbound.mail.rules import Tls
from panel.outbound.mail.wire import Server
from panel.outbound.models import MailServer

VARIABLE, MAIL_KEY = "EMAIL_URL", "mail:server"


@dataclass(frozen=True)
class Profile:
    """A mail server and whom its messages come from. `fixed`: it stands in the environment."""

    server: Server
    sender: Mailbox
    reply_to: Mailbox | None
    fixed: bool
    shown: dict[str, str | int | bool] = field(default_factory=dict)


def fixed() -> bool:
    """Whether the environment names the mail server."""
    return bool(environment().get(VARIABLE))


def is_set() -> bool:
    """Whether messages have a way out."""
    return fixed() or MailServer.objects.exists()


def current() -> Profile | None:
    """The server in force, or None. Raises AddressError when the environment's sender cannot be used."""
    if fixed():
        return _from_environment()
    row = MailServer.objects.first()
    return None if row is None else _profile(row)


def _from_environment() -> Profile:
    found = smtp_settings(environment()[VARIABLE])
    tls = Tls.TLS if found.tls else Tls.STARTTLS if found.starttls else Tls.NONE
    # Whoever sets the environment has the machine: its host needs no entry on the allow-list.
    private = {(found.host, found.port), *hosts.allowed()}
    server = Server(found.host, found.port, tls, found.user, found.password, _own_name(), private)
    shown = _shown(found.host, found.port, tls, found.user, bool(found.password), found.sender, found.reply_to)
    reply_to = parse(found.reply_to) if found.reply_to else None
    return Profile(server, parse(found.sender), reply_to, fixed=True, shown=shown)


def _profile(row: MailServer) -> Profile:
    user, password, reply_to = row.user or "", row.password or "", row.reply_to or ""
    server = Server(row.host, row.port, Tls(row.tls), user, password, _own_name(), hosts.allowed())
    shown = _shown(row.host, row.port, row.tls, user, bool(password), row.sender, reply_to)
    return Profile(server, parse(row.sender), parse(reply_to) if reply_to else None, fixed=False, shown=shown)


def _shown(
    host: str, port: int, tls: str, user: str, password: bool, sender: str, reply_to: str
) -> dict[str, str | int | bool]:
    """What a page may show: everything but the password."""
    return {
        "host": host, "port": port, "tls": str(tls), "user": user, "has_password": password,
        "sender": sender, "reply_to": reply_to,
    }  # fmt: skip


def _own_name() -> str:
    return urlsplit(settings.BASE_URL).hostname or "localhost"


@transaction.atomic
def change(
    *, actor: Actor, host: str, port: int, tls: Tls, user: str, password: str, sender: str, reply_to: str, at: datetime
) -> MailServer:
    """Store the mail server; an empty `password` keeps the stored one as long as host and user stay the same.

    Raises Invalid, Conflict when the environment holds it.
    """
    if fixed():
        raise Conflict(_("EMAIL_URL in the environment holds the mail server; change it there."))
    name = _checked(host=host, port=port, tls=tls, sender=sender, reply_to=reply_to)
    row = MailServer.objects.select_for_update().first() or MailServer(key_id=keyring.named(MAIL_KEY))
    # A stored password never goes to another machine than the one it was typed for.
    same = (row.host, row.port, row.user or "") == (name, port, user)
    if user and not password and not (same and row.password):
        raise Invalid(fields={"password": _("Type the password for this server and user.")})
    kept = row.password if same else None
    row.password = (password or kept) if user else None
    row.host, row.port, row.tls, row.user = name, port, tls, user or None
    row.sender, row.reply_to, row.changed_at = sender.strip(), reply_to.strip() or None, at
    row.save()
    detail = {"host": name, "port": port, "tls": tls.value, "password": bool(password)}
    journal.record("outbound.server.changed", actor=actor, obj=("mail_server", row.id), detail=detail, at=at)
    return row


@transaction.atomic
def forget(*, actor: Actor, at: datetime) -> None:
    """Take the mail server out: messages wait in the outbox. Raises Conflict when the environment holds it."""
    if fixed():
        raise Conflict(_("EMAIL_URL in the environment holds the mail server; change it there."))
    row = MailServer.objects.first()
    if row is not None:
        journal.record("outbound.server.removed", actor=actor, obj=("mail_server", row.id), at=at)
        row.delete()


def _checked(*, host: str, port: int, tls: Tls, sender: str, reply_to: str) -> str:
    """The host's plain spelling. Raises Invalid."""
    faults = {}
    name = host.strip()
    try:
        name, port = host_and_port(f"[{name}]:{port}" if ":" in name else f"{name}:{port}")
    except EgressError as error:
        faults["host"] = error.sentence
    if tls is Tls.NONE and (name, port) not in hosts.allowed():
        faults["tls"] = _("Without TLS only a host on the allow-list can be used. Choose STARTTLS or TLS.")
    for box, text in (("sender", sender), ("reply_to", reply_to)):
        if text.strip() or box == "sender":
            try:
                parse(text)
            except AddressError:
                faults[box] = _("Give a plain address, such as panel@example.org.")
    if faults:
        raise Invalid(fields=faults)
    return name
