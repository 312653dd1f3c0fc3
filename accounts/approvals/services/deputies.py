"""Deputies: somebody stands in for somebody else, for a time."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as rights
from accounts.approvals.models import Deputy
from accounts.approvals.rules.permits import DELEGATE
from accounts.approvals.rules.states import DEPUTY_AT_MOST, MAX_WORDS
from accounts.people import queries as people
from accounts.people.rules import Kind, State
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, Invalid


@transaction.atomic
def name(*, actor: Actor, deputy_id: UUID, reason: str, starts_at: datetime, ends_at: datetime, at: datetime) -> Deputy:
    """Name a deputy for oneself. It lends nothing but the deciding of kinds that allow it, as far as one's own rights go
    at the time, and ends by itself. Raises Forbidden, NeedsFreshFactor, Invalid."""
    rights.require(actor, DELEGATE)
    person = people.user(actor.id) if actor.kind == "person" and actor.id else None
    if person is None:
        raise Forbidden(_("Only a person names a deputy."))
    deputy = people.user(deputy_id)
    if deputy is None or deputy.state != State.ACTIVE or deputy.kind != Kind.PERSON or deputy.id == person.id:
        raise Invalid(fields={"deputy": _("Choose an active person other than yourself.")})
    reason = reason.strip()
    if not 1 <= len(reason) <= MAX_WORDS:
        raise Invalid(fields={"reason": _("Say in at most %(n)s characters why.") % {"n": MAX_WORDS}})
    if not max(starts_at, at) < ends_at <= at + DEPUTY_AT_MOST:
        raise Invalid(fields={"until": _("It ends after it begins, at most %(n)s days from now.") % {"n": 90}})
    row = Deputy(id=ids.new_id(at), person_id=person.id, deputy_id=deputy.id, key_id=person.key_id, reason=reason)
    row.starts_at, row.ends_at = starts_at, ends_at
    row.save(force_insert=True)
    _tell("named", actor, row, at)
    return row


@transaction.atomic
def end(*, actor: Actor, deputy: Deputy, at: datetime) -> Deputy:
    """By the person or by their deputy; again does nothing. Raises Forbidden."""
    row = Deputy.objects.select_for_update().get(id=deputy.id)
    if actor.id is None or actor.id not in {row.person_id, row.deputy_id}:
        raise Forbidden(_("The person or their deputy ends this."))
    if row.ended_at is None and row.ends_at > at:
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        _tell("ended", actor, row, at)
    return row


def _tell(event: str, actor: Actor, row: Deputy, at: datetime) -> None:
    detail = {
        "person": str(row.person_id), "deputy": str(row.deputy_id),
        "starts_at": row.starts_at.isoformat(), "ends_at": row.ends_at.isoformat(),
    }  # fmt: skip
    personal = [journal.About(row.person_id, {"reason": row.reason})]
    journal.record(f"approvals.deputy.{event}", actor=actor, obj=row, detail=detail, personal=personal, at=at)
