"""Verbs of sinks: where the journal's entries and checkpoints go besides."""

import re
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.auditing.models import Sink
from compliance.auditing.rules import KEEP_SINKS, ONLY_CHECKPOINTS, SINK_FORMS, SINK_KINDS, SINK_WHATS
from compliance.auditing.services.sending.commits import Repository
from panel.journal import queries as ledger
from panel.journal import services as journal
from panel.journal.rules.cosignature import Verifier, WitnessError
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Conflict, Invalid
from panel.outbound import hosts
from panel.outbound.guard.destination import host_and_port, parse
from panel.outbound.guard.errors import EgressError
from panel.outbound.mail.addresses import AddressError
from panel.outbound.mail.addresses import parse as parse_address
from panel.outbound.webhooks import wire

MOST = 20
WEB = {"https", "s3", "git", "tsa", "witness"}
_KEY_PAIR = re.compile(r"[^\s:]{3,128}:\S{3,256}")
_TOKEN = re.compile(r"[!-~]+")
_FILE = re.compile(r"[a-z0-9][a-z0-9._-]{0,80}")


@transaction.atomic
def add(
    *, actor: Actor, name: str, kind: str, what: str, form: str, target: str, at: datetime, token: str = "",
    from_now: bool = True,
) -> Sink:  # fmt: skip
    """A sink that gets everything from now on, or from the first entry. Raises Forbidden, NeedsFreshFactor, Invalid,
    Conflict."""
    access.require(actor, KEEP_SINKS)
    name = " ".join(name.split())[:80]
    if kind not in SINK_KINDS or what not in SINK_WHATS or form not in SINK_FORMS:
        raise Invalid(fields={"kind": _("Choose one of the kinds.")})
    if kind in ONLY_CHECKPOINTS and what != "checkpoints":
        raise Invalid(fields={"what": _("Only checkpoints go there.")})
    if not name:
        raise Invalid(fields={"name": _("Give it a name.")})
    if Sink.objects.filter(name=name).exists() or Sink.objects.count() >= MOST:
        raise Conflict(_("There is one with this name, or there are %(n)s already.") % {"n": MOST})
    row = Sink(id=ids.new_id(at), name=name, kind=kind, what=what, form=form, created_at=at)
    row.key_id = keyring.create("webhook", owners=(row.id,))
    row.target, row.place = _checked(kind, target.strip())
    row.token = _checked_token(kind, token.strip()) or None
    head = ledger.head()
    if from_now and head is not None:
        row.reached = head.size - 1 if what == "entries" else -1
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("There is one with this name already.")) from error
    journal.record("auditing.sink.added", actor=actor, obj=row, detail={"kind": kind, "what": what}, at=at)
    return row


def _checked_token(kind: str, token: str) -> str:
    """Raises Invalid."""
    if kind == "s3" and not _KEY_PAIR.fullmatch(token):
        raise Invalid(fields={"token": _("Write the access key's id, a colon, and the secret key.")})
    if kind == "git" and not _TOKEN.fullmatch(token):
        raise Invalid(fields={"token": _("Write a token that may commit to this repository.")})
    if kind == "witness":
        try:
            return Verifier.of(token).text()
        except WitnessError:
            told = _("Write the witness's verifier key: name+8 hex digits+base64, of the kind for cosignatures.")
            raise Invalid(fields={"token": told}) from None
    return token


def _checked(kind: str, target: str) -> tuple[str, str]:
    """(target, what is shown of it). Raises Invalid."""
    try:
        if kind in WEB:
            url = wire.vet(target, hosts.allowed())
            found = parse(url)
            if kind == "git":
                _check_repository(url)
            return url, f"{found.host}:{found.port}"
        if kind == "syslog":
            scheme, _sep, rest = target.partition("://")
            if scheme not in {"tls", "tcp"}:
                raise Invalid(fields={"target": _("Write tls://host:6514. Without TLS only hosts on the allow-list.")})
            host, port = host_and_port(rest.strip("/"))
            return f"{scheme}://{host}:{port}", f"{host}:{port}"
        if kind == "mail":
            parse_address(target)
            return target, "…@" + target.rpartition("@")[2]
    except EgressError as error:
        raise Invalid(fields={"target": error.sentence}) from None
    except AddressError as error:
        raise Invalid(fields={"target": str(error)}) from None
    if not _FILE.fullmatch(target) or ".." in target:
        raise Invalid(fields={"target": _("Give a file's name in small letters, digits, dots and dashes.")})
    return target, target


def _check_repository(url: str) -> None:
    """Raises Invalid."""
    try:
        Repository.of(url)
    except ValueError:
        told = _(
            "Write the repository's address in the API: https://api.github.com/repos/owner/name?branch=main, at Gitea and "
            "Forgejo https://git.example.org/api/v1/repos/owner/name?branch=main."
        )
        raise Invalid(fields={"target": told}) from None


@transaction.atomic
def set_paused(*, actor: Actor, sink: Sink, paused: bool, at: datetime) -> Sink:
    """Nothing goes out while it is paused; afterwards everything that waited does. Again does nothing. Raises Forbidden."""
    access.require(actor, KEEP_SINKS)
    row = Sink.objects.select_for_update().get(id=sink.id)
    if row.paused != paused:
        row.paused, row.failing_since, row.problem = paused, None, ""
        row.save(update_fields=["paused", "failing_since", "problem"])
        event = "auditing.sink.paused" if paused else "auditing.sink.resumed"
        journal.record(event, actor=actor, obj=row, at=at)
    return row


@transaction.atomic
def remove(*, actor: Actor, sink_id: UUID, at: datetime) -> None:
    """What was sent stays where it is. Raises Forbidden."""
    access.require(actor, KEEP_SINKS)
    row = Sink.objects.select_for_update().filter(id=sink_id).first()
    if row is not None:
        journal.record("auditing.sink.removed", actor=actor, obj=row, detail={"reached": row.reached}, at=at)
        keyring.destroy(owner=row.id)
        row.delete()
