"""Verbs of the outbox. A message is queued in the transaction of the act it tells of, and sent by a worker after commit."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from kombu.exceptions import OperationalError

from panel.journal import services as journal
from panel.kernel import ids, jobs
from panel.kernel.actors import Actor
from panel.kernel.crypto import blind, keyring
from panel.kernel.errors import Conflict, Invalid
from panel.kernel.models import DataKey
from panel.outbound.mail import directory, letters
from panel.outbound.mail.addresses import AddressError, parse
from panel.outbound.mail.rules import INDEX, PER_RECIPIENT, State
from panel.outbound.models import Message

LOG = logging.getLogger(__name__)
KEY = "mail"


@transaction.atomic
def send_mail(
    *,
    actor: Actor,
    template: str,
    to: UUID | str,
    context: Mapping[str, Any],
    at: datetime,
    language: str = "",
    once: str = "",
    expires_at: datetime | None = None,
) -> Message:
    """Queue a letter to a person (id) or to an address, inside the caller's transaction.

    `once` makes it idempotent: the same word (ids only, nothing personal) gives the message that is there. `expires_at`:
    when what it says ends to hold, such as a link; later it is not sent. Beyond 20 messages an hour to one recipient it
    is kept as cancelled, so that no act fails because of its notice. Raises Invalid for an address that is none.
    """
    if once and (found := Message.objects.filter(once=once).first()):
        return found
    known = directory.find(to) if isinstance(to, UUID) else None
    address = to if isinstance(to, str) else None
    if address is not None:
        _check(address)
    row = Message(id=ids.new_id(at), person=to if isinstance(to, UUID) else None, address=address, template=template)
    row.recipient = blind.index(INDEX, str(to))
    row.language = language or (known.language if known else "")
    words = {"to": known.name, "zone": known.time_zone} if known else {}
    written = letters.write(template, context, row.language, **words)
    row.key_id = _key_of(row.person)
    row.content = {"subject": written.subject, "text": written.text, "html": written.html, "link": written.link}
    row.has_link, row.once, row.expires_at = bool(written.link), once or None, expires_at
    row.actor_kind, row.actor_id, row.created_at, row.next_at = actor.kind, actor.id, at, at
    if _too_many(row.recipient, at):
        end(row, State.CANCELLED, "rate", at)
    return _saved(row)


def _saved(row: Message) -> Message:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        found = Message.objects.filter(once=row.once).first() if row.once else None
        if found is None:
            raise
        return found
    if row.state == State.QUEUED:
        transaction.on_commit(partial(_wake, row.id))
    return row


def _wake(message_id: UUID) -> None:
    """Only a hint that the row is due: without a broker the schedule finds it."""
    try:
        jobs.send("outbound.send_mail", message_id=message_id)
    except (OperationalError, OSError):
        LOG.warning("The broker does not answer: the message %s waits for the schedule.", message_id)


def _check(address: str) -> None:
    try:
        parse(address)
    except AddressError:
        raise Invalid(fields={"email": _("Give a plain address, such as name@example.org.")}) from None


def _too_many(recipient: bytes, at: datetime) -> bool:
    hour = Message.objects.filter(recipient=recipient, created_at__gt=at - timedelta(hours=1))
    return hour.exclude(state=State.CANCELLED).count() >= PER_RECIPIENT


def _key_of(person: UUID | None) -> UUID:
    """The person's own mail key, so that it ends with them; strangers' messages share one and end by their period."""
    if person is None:
        return keyring.named(KEY)
    keys = DataKey.objects.filter(owner=person, purpose=KEY, destroyed_at__isnull=True)
    return keys.order_by("id").values_list("id", flat=True).first() or keyring.create(KEY, owners=(person,))


def end(row: Message, state: State, problem: str, at: datetime) -> None:
    """Set, not saved: the message has come to its end."""
    row.state, row.problem, row.ended_at, row.lease, row.leased_until = state, problem, at, None, None


@transaction.atomic
def retry(*, actor: Actor, message: Message, at: datetime) -> Message:
    """Send a failed or waiting message now, with all its tries before it. Raises Conflict."""
    row = Message.objects.select_for_update().get(id=message.id)
    if row.state == State.SENT:
        raise Conflict(_("This message was sent already."))
    if row.content is None:
        raise Conflict(_("The content of this message is no longer kept."))
    if row.expires_at and row.expires_at <= at:
        raise Conflict(_("What this message says no longer holds. Make a new one."))
    if row.leased_until and row.leased_until > at:
        raise Conflict(_("This message is being sent right now."))
    row.state, row.problem, row.reply, row.tries, row.next_at, row.ended_at = State.QUEUED, "", 0, 0, at, None
    row.lease = row.leased_until = None
    row.save()
    journal.record("outbound.mail.retried", actor=actor, obj=row, at=at)
    transaction.on_commit(partial(_wake, row.id))
    return row


@transaction.atomic
def cancel(*, actor: Actor, message: Message, at: datetime) -> Message:
    """Never send a waiting message. Raises Conflict when it was sent or is being sent."""
    row = Message.objects.select_for_update().get(id=message.id)
    if row.state != State.QUEUED:
        raise Conflict(_("This message does not wait any more."))
    if row.leased_until and row.leased_until > at:
        raise Conflict(_("This message is being sent right now."))
    end(row, State.CANCELLED, "hand", at)
    row.save()
    journal.record("outbound.mail.cancelled", actor=actor, obj=row, at=at)
    return row


@transaction.atomic
def read(*, actor: Actor, message: Message, at: datetime) -> dict[str, str]:
    """What a message says, with its link; journalled. Raises Conflict when it is no longer kept."""
    content = message.content
    if content is None:
        raise Conflict(_("The content of this message is no longer kept."))
    journal.record("outbound.mail.read", actor=actor, obj=message, at=at)
    return {name: str(value) for name, value in content.items()}
