"""The worker's side of the outbox: lease a row, talk to the mail server outside any transaction, write down what came of it.

Two workers never hold one message: a lease is taken under SKIP LOCKED and lasts longer than a conversation may. A worker
that is killed leaves its lease behind, and the message is taken again when that has run out.
"""

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.installation import organisation
from panel.outbound import services
from panel.outbound.mail import directory, servers
from panel.outbound.mail.addresses import AddressError, Mailbox, parse
from panel.outbound.mail.envelope import compose
from panel.outbound.mail.letters import Written
from panel.outbound.mail.rules import (
    KEEP_OTHER,
    KEEP_ROW,
    KEEP_SENT,
    LEASE,
    PER_MINUTE,
    State,
    next_try,
)
from panel.outbound.mail.servers import Profile
from panel.outbound.mail.wire import MailError, deliver
from panel.outbound.models import Message

BATCH = 30


def due(at: datetime) -> list[UUID]:
    """Messages whose time has come, oldest first, as many as may go out this minute; none without a mail server."""
    if servers.current() is None:
        return []
    rows = Message.objects.filter(state=State.QUEUED, next_at__lte=at).filter(_free(at)).order_by("next_at", "id")
    return list(rows.values_list("id", flat=True)[: min(BATCH, _allowance(at))])


def send(message_id: UUID, at: datetime) -> str:
    """Send one message if it is due and nobody else does; the state it is in then, or "" when it was not ours."""
    profile = servers.current()
    if profile is None or _allowance(at) <= 0:
        return ""
    row = _leased(message_id, at)
    if row is None:
        return ""
    try:
        problem = _attempt(row, profile)
    except MailError as error:
        return _settle(row, at, error.problem, reply=error.reply, final=error.final)
    return _settle(row, at, problem, final=True) if problem else _settle(row, at, "")


def _free(at: datetime) -> Q:
    return Q(leased_until__isnull=True) | Q(leased_until__lte=at)


def _allowance(at: datetime) -> int:
    gone = Message.objects.filter(state=State.SENT, ended_at__gt=at - timedelta(minutes=1))
    return max(0, PER_MINUTE - gone.count())


@transaction.atomic
def _leased(message_id: UUID, at: datetime) -> Message | None:
    rows = Message.objects.select_for_update(skip_locked=True).filter(_free(at), id=message_id)
    row = rows.filter(state=State.QUEUED, next_at__lte=at).first()
    if row is None:
        return None
    if row.expires_at and row.expires_at <= at:
        services.end(row, State.CANCELLED, "late", at)
        row.save()
        return None
    row.lease, row.leased_until, row.tries = ids.new_id(), at + LEASE, row.tries + 1
    row.save(update_fields=["lease", "leased_until", "tries"])
    return row


def _attempt(row: Message, profile: Profile) -> str:
    """Hand the message over. Raises MailError; answers with a problem that no try can cure, or ""."""
    try:
        content = row.content
        to = _recipient(row)
    except KeyGone:
        return "key"
    except AddressError:
        return "address"
    if to is None:
        return "nobody"
    if content is None:
        return "key"
    written = Written(content["subject"], content["text"], content["html"], "")
    mail = compose(
        written, sender=profile.sender, sender_name=organisation() or "ClawPanel", to=to, reply_to=profile.reply_to,
        number=row.id, at=timezone.now(),
    )  # fmt: skip
    deliver(profile.server, mail, sender=profile.sender, to=to)
    return ""


def _recipient(row: Message) -> Mailbox | None:
    if row.person is None:
        return parse(row.address or "")
    found = directory.find(row.person)
    return parse(found.address) if found else None


@transaction.atomic
def _settle(row: Message, at: datetime, problem: str, *, reply: int = 0, final: bool = False) -> str:
    """Write down the end of a try, if the lease is still ours."""
    mine = Message.objects.select_for_update().filter(id=row.id, lease=row.lease).first()
    if mine is None:
        return ""
    again = None if final else next_try(mine.tries, at, secrets.randbelow(1000) / 1000)
    mine.reply = reply
    if not problem:
        services.end(mine, State.SENT, "", at)
    elif problem in {"nobody", "key"}:
        services.end(mine, State.CANCELLED, problem, at)
    elif again is None:
        services.end(mine, State.FAILED, problem, at)
        journal.record("outbound.mail.failed", actor=SYSTEM, obj=mine, detail={"problem": problem}, at=at)
    else:
        mine.problem, mine.next_at, mine.lease, mine.leased_until = problem, again, None, None
    mine.save()
    return str(mine.state)


@transaction.atomic
def forget(at: datetime) -> int:
    """Empty what was sent three days ago, or ended otherwise a month ago; drop rows after 90 days. How many changed."""
    ended = Message.objects.filter(content__isnull=False)
    sent = ended.filter(state=State.SENT, ended_at__lt=at - KEEP_SENT)
    other = ended.filter(state__in=[State.FAILED, State.CANCELLED], ended_at__lt=at - KEEP_OTHER)
    # A link that no longer works is worth nothing to anybody who may read the outbox.
    late = ended.filter(expires_at__lt=at).exclude(state=State.QUEUED)
    late_queue = Message.objects.filter(state=State.QUEUED, expires_at__lt=at).filter(_free(at))
    changed = late_queue.update(state=State.CANCELLED, problem="late", ended_at=at)
    for rows in (sent, other, late):
        changed += rows.update(content=None, has_link=False)
    # Addresses of people without an account go with the content.
    Message.objects.filter(content__isnull=True, address__isnull=False).update(address=None)
    dropped, _kinds = Message.objects.exclude(state=State.QUEUED).filter(ended_at__lt=at - KEEP_ROW).delete()
    return changed + dropped
