"""Approving and refusing: by somebody else, of exactly what was shown, once."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as rights
from accounts.approvals.models import Approval, Decision
from accounts.approvals.queries import reading, standing
from accounts.approvals.queries.standing import Stand
from accounts.approvals.rules import content, kinds
from accounts.approvals.rules.permits import DECIDE
from accounts.approvals.rules.states import MAX_WORDS, Act, wait_for
from accounts.approvals.services import closing
from accounts.people import queries as people
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Forbidden, Invalid, TooMany


class SomethingElseShown(Conflict):
    code = "approval_something_else_shown"


class Overtaken(Conflict):
    """What it applies to has changed since it was asked. `moved`: (title, then, now)."""

    code = "approval_overtaken"


class AskerGone(Conflict):
    code = "approval_asker_gone"


def approve(*, actor: Actor, approval: Approval, seen: str, at: datetime, note: str = "") -> Approval:
    """Approve what was shown; `seen` is its digest. When enough people have, it is performed in this transaction.

    Again by the same person does nothing. Raises Forbidden, NeedsFreshFactor, NotPossible, SomethingElseShown, Overtaken (the
    approval is closed then), AskerGone, TooMany, and what performing it refuses.
    """
    moved: list[str] = []
    with closing.tried(Act.APPROVE, actor, approval, at):
        with transaction.atomic():
            row = _approve(actor, approval, seen, at, _words(note), moved)
        if moved:
            raise Overtaken(
                _("Since it was asked this has changed: %(what)s. Nothing was done; it can be asked for again.")
                % {"what": "; ".join(moved)}
            )
    return row


def _approve(actor: Actor, approval: Approval, seen: str, at: datetime, note: str, moved: list[str]) -> Approval:
    if actor.id:
        epochs.lock(f"approver:{actor.id}")
    row = Approval.objects.select_for_update().get(id=approval.id)
    mine = reading.has_approved(actor.id, row)
    if not closing.require_open(row, Act.APPROVE, at, same=mine) or mine:
        return row
    found = _require_stand(actor, row, at)
    if seen != row.digest:
        raise SomethingElseShown(_("This is not what was shown to you. Open it again."))
    _require_pace(actor, at)
    if not standing.may_still_ask(row, at):
        raise AskerGone(_("Who asked may not ask for this any more. Refuse it."))
    if changed := _changed(row):
        moved += changed
        return closing.close(row, Act.OVERTAKE, actor=actor, at=at)
    _decide(actor, row, found, at, approved=True, note=note)
    if len(_standing(row, at)) < row.needed:
        return row
    kinds.known(row.kind).perform(row, at)
    return closing.close(row, Act.APPROVE, actor=actor, at=at)


def refuse(*, actor: Actor, approval: Approval, reason: str, at: datetime) -> Approval:
    """Refuse, with a reason that who asked will read; again by the same person does nothing. Raises Forbidden,
    NeedsFreshFactor, Invalid, NotPossible."""
    reason = _words(reason)
    if not reason:
        raise Invalid(fields={"reason": _("Say why, or what to do instead.")})
    with closing.tried(Act.REFUSE, actor, approval, at), transaction.atomic():
        row = Approval.objects.select_for_update().get(id=approval.id)
        mine = actor.id is not None and row.closed_by_id == actor.id
        if not closing.require_open(row, Act.REFUSE, at, same=mine):
            return row
        found = _require_stand(actor, row, at)
        if not reading.has_approved(actor.id, row):
            _decide(actor, row, found, at, approved=False, note=reason)
        return closing.close(row, Act.REFUSE, actor=actor, at=at, answer=reason)


def _words(text: str) -> str:
    text = text.strip()
    if len(text) > MAX_WORDS:
        raise Invalid(fields={"note": _("At most %(n)s characters.") % {"n": MAX_WORDS}})
    return text


def _require_stand(actor: Actor, row: Approval, at: datetime) -> Stand:
    found = standing.stand(actor, row, at)
    if found.why_not:
        raise Forbidden(found.why_not, code="approval_not_yours")
    rights.require(actor, DECIDE)
    return found


def _require_pace(actor: Actor, at: datetime) -> None:
    """The first ten an hour are free, then each one waits, and thirty are enough: nobody reads faster."""
    earlier = reading.approved_within_hour(actor.id, at) if actor.id else []
    wait = wait_for(earlier, at)
    if wait > timedelta(0):
        sentence = _("You approved %(n)s things within an hour. Take a breath and read this one again.")
        raise TooMany(
            sentence % {"n": len(earlier)}, retry_after=max(int(wait.total_seconds()), 1), code="approval_fatigue"
        )


def _changed(row: Approval) -> list[str]:
    """What differs from the state in which it was asked, in words."""
    found = reading.read(row, compare=True)
    if found.shown is None:
        return [_("its text cannot be opened any more")]
    if content.digest(found.text) != row.digest:
        return [_("its text is not the one that was asked for")]
    return [
        _("%(fact)s was %(then)s and is %(now)s") % {"fact": fact, "then": then, "now": now}
        for fact, then, now in found.moved
    ]


def _decide(actor: Actor, row: Approval, found: Stand, at: datetime, *, approved: bool, note: str) -> None:
    person = people.user(actor.id) if actor.id else None
    if person is None:
        raise Forbidden(_("Only a person decides this."))
    one = Decision(id=ids.new_id(at), approval=row, person_id=person.id, approved=approved, digest=row.digest)
    one.for_person, one.key_id, one.note, one.decided_at = found.lent_by, person.key_id, note, at
    one.save(force_insert=True)
    detail = {"kind": row.kind, "digest": row.digest, "approved": approved}
    if found.lent_by:
        detail["for"] = str(found.lent_by)
    personal = [journal.About(person.id, {"note": note})] if note else []
    journal.record("approvals.request.decided", actor=actor, obj=row, detail=detail, personal=personal, at=at)


def _standing(row: Approval, at: datetime) -> list[Decision]:
    """Approvals that still count: whoever gave one still may."""
    found = row.decisions.filter(approved=True)
    return [one for one in found if not standing.stand(Actor("person", one.person_id), row, at).why_not]
