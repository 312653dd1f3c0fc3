"""Releasing a hold: asked by one person, approved by another, a day to call it off, then what was put off resumes."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.approvals.models import Approval
from accounts.approvals.services import asking
from compliance.holds.models import Hold
from compliance.holds.rules import permits, states
from compliance.holds.rules.states import Act, State
from compliance.holds.services.placing import NotPossible, moved, require_reason
from panel.journal import services as journal
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.errors import Forbidden
from panel.kernel.registries import deletion

RELEASE = "holds.release"


def ask(*, actor: Actor, hold: Hold, reason: str, at: datetime) -> Approval:
    """Ask that a second person lets go of it. Raises Forbidden, NeedsFreshFactor, Invalid, NotPossible."""
    access.require(actor, permits.RELEASE)
    if actor.kind != "person":
        raise Forbidden(_("Only a person asks for a release."), permit=permits.RELEASE.name)
    require_reason(reason)
    if State(hold.state) is not State.ACTIVE:
        raise NotPossible(_("Only an active hold can be released."))
    effect = {"hold": str(hold.id), "asker": str(actor.id)}
    return asking.ask(actor=actor, kind=RELEASE, obj=hold.journal_ref, effect=effect, reason=reason, at=at)


def cool(*, approval: Approval, at: datetime) -> None:
    """For the approval, inside its transaction: the day begins. Everything stays held until it is over."""
    row = Hold.objects.select_for_update().get(id=approval.effect["hold"])
    if not moved(row, Act.APPROVE_RELEASE):
        return
    approver = approval.decisions.filter(approved=True).order_by("-id").values_list("person_id", flat=True).first()
    row.release_asked_by, row.release_approved_by = approval.asker_id, approver
    row.cooling_since = row.changed_at = at
    row.save(update_fields=["state", "release_asked_by", "release_approved_by", "cooling_since", "changed_at"])
    detail = {"reference": row.reference, "until": (at + states.COOLING).isoformat()}
    journal.record("holds.release.approved", actor=approval.actor, obj=row, detail=detail, at=at)


def keep(*, actor: Actor, hold: Hold, reason: str, at: datetime) -> Hold:
    """Call a release off while it cools. Again is no change. Raises Forbidden, Invalid, NotPossible."""
    access.require(actor, permits.PLACE)
    require_reason(reason)
    with transaction.atomic():
        row = Hold.objects.select_for_update().get(id=hold.id)
        if moved(row, Act.KEEP):
            row.release_asked_by = row.release_approved_by = row.cooling_since = None
            row.changed_at = at
            row.save(update_fields=["state", "release_asked_by", "release_approved_by", "cooling_since", "changed_at"])
            personal = [(actor.id, {"reason": reason.strip()})] if actor.id else []
            journal.record("holds.release.called_off", actor=actor, obj=row, personal=personal, at=at)
    return row


def release_due(at: datetime) -> int:
    """End the holds whose day is over, and start what was put off because of them; how many. Safe to repeat."""
    with transaction.atomic():
        rows = Hold.objects.select_for_update(skip_locked=True).filter(
            state=State.COOLING, cooling_since__lte=at - states.COOLING
        )
        ended = [row for row in rows.order_by("id") if moved(row, Act.RELEASE)]
        for row in ended:
            row.released_at = row.changed_at = at
            row.save(update_fields=["state", "released_at", "changed_at"])
            detail = {"reference": row.reference}
            journal.record("holds.hold.released", actor=SYSTEM, obj=row, detail=detail, at=at)
        if ended:
            deletion.resume(at)
    return len(ended)
