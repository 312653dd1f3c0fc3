"""Asking for an approval, taking it back, and ending those that nobody answered."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as rights
from accounts.approvals.models import Approval
from accounts.approvals.queries import standing
from accounts.approvals.rules import content, kinds
from accounts.approvals.rules.kinds import Kind
from accounts.approvals.rules.states import LONGEST, MAX_WORDS, OPEN_AT_MOST, Act, State
from accounts.approvals.services import closing, notices
from accounts.people import queries as people
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Conflict, Forbidden, Invalid

PANEL_KEY = "person:approvals"
SWEPT = 200


class AskedAlready(Conflict):
    code = "approval_asked_already"


class TooManyOpen(Conflict):
    code = "approval_too_many_open"


@transaction.atomic
def ask(
    *,
    actor: Actor,
    kind: str,
    obj: tuple[str, UUID] | None,
    effect: Mapping[str, Any],
    reason: str,
    at: datetime,
    expires_at: datetime | None = None,
) -> Approval:
    """Ask that somebody else approves exactly this effect. The same again answers with the one that waits.

    Raises Forbidden, NeedsFreshFactor (by the kind's permit), Invalid, AskedAlready, TooManyOpen; LookupError and
    ContentError are faults of the calling slice.
    """
    one = kinds.known(kind)
    rights.require(actor, one.ask, one.find(obj[1]) if one.find and obj else None)
    reason = _reason(reason)
    row = Approval(id=ids.new_id(at), kind=kind, reason=reason, answer="", asked_at=at, needed=one.approvers)
    row.object_kind, row.object_id = obj or ("", None)
    row.expires_at = _end(one, at, expires_at)
    row.effect, row.facts = dict(effect), dict(one.current(effect))
    row.digest = content.digest(content.text(kind, obj, row.effect, row.facts))
    _name_asker(row, actor, one)
    if (found := _waiting(row, at)) is not None:
        return found
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise AskedAlready(_("Somebody asked for exactly this a moment ago.")) from error
    _tell(actor, row, at)
    notices.asked(actor, row, at)
    return row


def _reason(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= MAX_WORDS:
        raise Invalid(fields={"reason": _("Say in at most %(n)s characters why.") % {"n": MAX_WORDS}})
    return text


def _end(kind: Kind, at: datetime, expires_at: datetime | None) -> datetime:
    end = expires_at or at + kind.lasts
    if not at < end <= at + LONGEST:
        raise Invalid(fields={"expires_at": _("It can wait for at most %(n)s days.") % {"n": LONGEST.days}})
    return end


def _name_asker(row: Approval, actor: Actor, kind: Kind) -> None:
    row.asker_kind, row.asker_id = actor.kind, actor.id
    person = people.user(actor.id) if actor.id else None
    row.key_id = person.key_id if person else keyring.named(PANEL_KEY)
    barred = {*kind.about(row.effect), *(standing.behind(actor.id) if actor.id else ())}
    row.barred = sorted(str(one) for one in barred)


def _waiting(row: Approval, at: datetime) -> Approval | None:
    """The same one, when it waits: asked by this actor. An old one that is over is closed and no longer in the way."""
    found = Approval.objects.select_for_update().filter(kind=row.kind, digest=row.digest, state=State.OPEN).first()
    if found is not None and found.expires_at <= at:
        closing.close(found, Act.EXPIRE, actor=Actor("system"), at=at)
        found = None
    if found is not None and found.asker_id != row.asker_id:
        raise AskedAlready(_("Somebody else asked for exactly this already. It waits for an answer."))
    mine = Approval.objects.filter(asker_id=row.asker_id, state=State.OPEN, expires_at__gt=at)
    if found is None and row.asker_id and mine.count() >= OPEN_AT_MOST:
        raise TooManyOpen(_("You have %(n)s open approvals. Wait for an answer to one.") % {"n": OPEN_AT_MOST})
    return found


def _tell(actor: Actor, row: Approval, at: datetime) -> None:
    detail = {"kind": row.kind, "digest": row.digest, "needed": row.needed, "expires_at": row.expires_at.isoformat()}
    if row.object_id:
        detail |= {"object_kind": row.object_kind, "object": str(row.object_id)}
    personal = [journal.About(row.asker_id, {"reason": row.reason})] if row.asker_id else []
    journal.record("approvals.request.asked", actor=actor, obj=row, detail=detail, personal=personal, at=at)


def withdraw(*, actor: Actor, approval: Approval, at: datetime) -> Approval:
    """Take back what one asked for; again does nothing. Raises Forbidden, NotPossible."""
    with closing.tried(Act.WITHDRAW, actor, approval, at), transaction.atomic():
        row = Approval.objects.select_for_update().get(id=approval.id)
        if actor.id is None or actor.id != row.asker_id:
            raise Forbidden(_("Only who asked can withdraw this."))
        if closing.require_open(row, Act.WITHDRAW, at, same=True):
            return closing.close(row, Act.WITHDRAW, actor=actor, at=at)
        return row


def expire(at: datetime) -> int:
    """Close what nobody answered in time; how many. Rows that somebody is deciding right now are left for the next time."""
    with transaction.atomic():
        late = Approval.objects.select_for_update(skip_locked=True).filter(state=State.OPEN, expires_at__lte=at)
        rows = list(late.order_by("expires_at")[:SWEPT])
        for row in rows:
            closing.close(row, Act.EXPIRE, actor=Actor("system"), at=at)
    return len(rows)
