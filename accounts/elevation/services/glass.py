"""Break-glass: who was named for it takes a role at once; everybody sees it, administrators hear of it, somebody reviews it."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import MANAGE_ROLES, Role
from accounts.elevation import queries
from accounts.elevation.models import BrokenGlass, Eligible
from accounts.elevation.rules import BREAK_GLASS, EMERGENCY_HOURS, GLASS_STEPS, REVIEW, Glass
from accounts.elevation.services import letters
from accounts.elevation.services.roles import person_of, require_choice
from accounts.people import queries as people
from accounts.people.models import User
from accounts.people.rules import Kind, State
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.errors import Conflict, Forbidden, Invalid

MAX_WORDS = 500


class NotPossible(Conflict):
    code = "emergency_not_possible"


class NotEligible(Forbidden):
    code = "emergency_not_eligible"


def _words(text: str, field: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= MAX_WORDS:
        raise Invalid(fields={field: _("Say it in 1 to %(n)s characters.") % {"n": MAX_WORDS}})
    return text


@transaction.atomic
def name(*, actor: Actor, user: User, role: Role, reason: str, at: datetime) -> Eligible:
    """Name somebody who may take a role in an emergency; again changes the reason. Raises Forbidden, NeedsFreshFactor,
    Invalid."""
    rights.require(actor, MANAGE_ROLES)
    require_choice(role.value, EMERGENCY_HOURS[0], EMERGENCY_HOURS)
    if user.state != State.ACTIVE or user.kind != Kind.PERSON or user.id == actor.id:
        raise Invalid(fields={"person": _("Choose an active person other than yourself.")})
    row = Eligible.objects.filter(person=user, role=role).first() or Eligible(person=user, role=role)
    row.key_id, row.reason, row.named_at = user.key_id, _words(reason, "reason"), at
    row.named_by_kind, row.named_by_id = actor.kind, actor.id
    row.save()
    detail = {"person": str(user.id), "role": role.value}
    journal.record("access.emergency.named", actor=actor, obj=row, detail=detail, at=at)
    return row


@transaction.atomic
def unname(*, actor: Actor, eligible: Eligible, at: datetime) -> None:
    """Raises Forbidden, NeedsFreshFactor."""
    rights.require(actor, MANAGE_ROLES)
    detail = {"person": str(eligible.person_id), "role": eligible.role}
    journal.record("access.emergency.unnamed", actor=actor, obj=eligible, detail=detail, at=at)
    eligible.delete()


@transaction.atomic
def take(*, actor: Actor, role: str, hours: int, reason: str, at: datetime) -> BrokenGlass:
    """Take a role at once, for at most 4 hours. Raises Forbidden, NeedsFreshFactor, NotEligible, Invalid, NotPossible."""
    rights.require(actor, BREAK_GLASS)
    person = person_of(actor)
    require_choice(role, hours, EMERGENCY_HOURS)
    reason = _words(reason, "reason")
    if not Eligible.objects.filter(person=person, role=role).exists():
        raise NotEligible(_("Nobody named you for this role in an emergency. Ask for it instead."))
    if Role(role) in access.roles_of(person.id, at):
        raise NotPossible(_("You have this role already."))
    row = BrokenGlass(id=ids.new_id(at), person_id=person.id, role=role, hours=hours, key_id=person.key_id)
    row.reason, row.started_at, row.ends_at = reason, at, at + timedelta(hours=hours)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise NotPossible(_("You have taken this role already.")) from error
    detail = {"role": role, "ends_at": row.ends_at.isoformat()}
    personal = [journal.About(person.id, {"reason": reason})]
    journal.record("access.emergency.taken", actor=actor, obj=row, detail=detail, personal=personal, at=at)
    rights.give_role(
        actor=Actor("system", via=row.journal_ref), user=person, role=Role(role), reason=reason, at=at,
        expires_at=row.ends_at, despite=True,
    )  # fmt: skip
    letters.taken(row, at)
    return row


@transaction.atomic
def end(*, actor: Actor, glass: BrokenGlass, at: datetime) -> BrokenGlass:
    """Give the role back early: the person, or who manages roles; again does nothing. Raises Forbidden."""
    row = BrokenGlass.objects.select_for_update().get(id=glass.id)
    if actor.id != row.person_id:
        rights.require(actor, MANAGE_ROLES)
    if queries.glass_state(row, at) != Glass.RUNNING:
        return row
    user = people.user(row.person_id)
    runs = [one for one in access.role_grants(row.person_id) if one.role == row.role and one.expires_at == row.ends_at]
    if user is not None and runs:
        rights.withdraw_role(actor=Actor("system", via=row.journal_ref), user=user, role=Role(row.role), at=at)
    return _ended(actor, row, at)


def _ended(actor: Actor, row: BrokenGlass, at: datetime) -> BrokenGlass:
    _step(row, Glass.ENDED)
    row.ended_at = min(at, row.ends_at)
    row.save()
    journal.record("access.emergency.ended", actor=actor, obj=row, detail={"role": row.role}, at=at)
    letters.review_waits(row, at)
    return row


def _step(row: BrokenGlass, state: Glass) -> None:
    if (Glass(row.state), state) not in GLASS_STEPS:
        raise NotPossible(_("This has moved on already."))
    row.state = state


def close_late(at: datetime) -> int:
    """Write down those whose time is over (the role ended by itself); how many."""
    with transaction.atomic():
        rows = BrokenGlass.objects.select_for_update(skip_locked=True).filter(state=Glass.RUNNING, ends_at__lte=at)
        return len([_ended(SYSTEM, row, at) for row in rows[:100]])


@transaction.atomic
def review(*, actor: Actor, glass: BrokenGlass, note: str, at: datetime) -> BrokenGlass:
    """Close the review, with a note: somebody else, once it has ended; again does nothing. Raises Forbidden, Invalid,
    NotPossible."""
    rights.require(actor, REVIEW)
    note = _words(note, "note")
    row = BrokenGlass.objects.select_for_update().get(id=glass.id)
    reviewer = person_of(actor)
    if people.may_be_same(reviewer.id, row.person_id):
        raise Forbidden(_("Somebody else reviews what you did."))
    if row.state == Glass.REVIEWED and row.reviewer_id == reviewer.id:
        return row
    if row.state == Glass.RUNNING and queries.glass_state(row, at) == Glass.ENDED:
        row = _ended(SYSTEM, row, at)
    if row.state == Glass.RUNNING:
        raise NotPossible(_("It still runs. It is reviewed once it has ended."))
    _step(row, Glass.REVIEWED)
    row.reviewer_id, row.reviewer_key_id, row.reviewed_at, row.note = reviewer.id, reviewer.key_id, at, note
    row.save()
    personal = [journal.About(reviewer.id, {"note": note})]
    journal.record("access.emergency.reviewed", actor=actor, obj=row, personal=personal, at=at)
    return row
