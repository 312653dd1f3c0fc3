"""Verbs of asking for a right and answering. What is given always ends."""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import MANAGE_ROLES, ObjectRole, Permit, Role
from accounts.elevation import queries
from accounts.elevation.models import AccessRequest
from accounts.elevation.rules import EXPIRED, LONGEST, OPEN_AT_MOST, WAITS, State, state_at
from accounts.elevation.services import letters
from accounts.grants import services as grants
from accounts.grants.queries import kinds
from accounts.people import queries as people
from accounts.people.models import User
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Forbidden, Invalid, Missing


class NotPossible(Conflict):
    code = "access_request_not_possible"


@transaction.atomic
def ask(*, actor: Actor, permit: str, obj: tuple[str, UUID] | None, reason: str, at: datetime) -> AccessRequest:
    """Ask for a right. Raises Missing for an object or right that one does not see, Invalid, NotPossible."""
    reason = reason.strip()
    if not 1 <= len(reason) <= 500:
        raise Invalid(fields={"reason": _("Say in at most 500 characters what you need it for.")})
    wanted = rights.permits().get(permit)
    person = people.user(actor.id) if actor.kind == "person" and actor.id else None
    if wanted is None or person is None or queries.explain(actor, permit, obj, at) is None:
        raise Missing(_("There is no such right to ask for."))
    if _has(actor, wanted, obj):
        raise NotPossible(_("You have this right already."))
    _close_late(person, at)
    if AccessRequest.objects.filter(person=person, state=State.OPEN).count() >= OPEN_AT_MOST:
        raise NotPossible(_("You have %(n)s open requests. Wait for an answer to one.") % {"n": OPEN_AT_MOST})
    kind, object_id = obj or ("", None)
    row = AccessRequest(id=ids.new_id(at), person=person, key_id=person.key_id, permit=permit, asked_at=at)
    row.object_kind, row.object_id = kind, object_id
    row.reason, row.answer = reason, ""
    row.role = wanted.object_role.codename if obj and wanted.object_role else ""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise NotPossible(_("You asked for this already. It waits for an answer.")) from error
    _tell("asked", actor, row, at, reason)
    letters.asked(row, at)
    return row


def _has(actor: Actor, permit: Permit, obj: tuple[str, UUID] | None) -> bool:
    kind = kinds.grantable(obj[0]) if obj else None
    found = kind.find(obj[1]) if kind and obj else None
    return access.can(actor, permit, found)


def _close_late(person: User, at: datetime) -> None:
    """Nobody answered these in time: they no longer stand in the way of asking again."""
    rows = AccessRequest.objects.filter(person=person, state=State.OPEN, asked_at__lte=at - WAITS)
    rows.update(state=State.WITHDRAWN, decided_at=at, decided_by_kind="system")


@transaction.atomic
def approve(
    *,
    actor: Actor,
    request: AccessRequest,
    role: str,
    until: datetime,
    answer: str,
    at: datetime,
    despite: bool = False,
) -> AccessRequest:
    """Give the role, until an instant at most LONGEST away, `despite` a rule of separation that only warns. Raises
    Forbidden, Invalid, NotPossible, DutiesForbidden, DutiesWarned."""
    row = _answerable(actor, request, at)
    if role not in [key for key, _word in queries.roles_for(row)]:
        raise Invalid(fields={"role": _("Choose one of the roles that carry this right.")})
    if not at < until <= at + LONGEST:
        raise Invalid(fields={"until": _("Choose a day from tomorrow to %(n)s days from now.") % {"n": LONGEST.days}})
    kind = kinds.grantable(row.object_kind)
    if kind and row.object_id:
        found = kind.find(row.object_id)
        if found is None:
            raise NotPossible(_("What this is about is gone."))
        grants.share(
            actor=actor, permit=kind.permit, obj=found, receiver=row.person, role=ObjectRole[role.upper()],
            reason=row.reason, at=at, expires_at=until, beside=True,
        )  # fmt: skip
    else:
        rights.give_role(
            actor=actor,
            user=row.person,
            role=Role(role),
            reason=row.reason,
            at=at,
            expires_at=until,
            despite=despite,
        )
    row.role, row.expires_at = role, until
    _decide(actor, row, State.APPROVED, answer, at)
    return row


@transaction.atomic
def decline(*, actor: Actor, request: AccessRequest, answer: str, at: datetime) -> AccessRequest:
    """Raises Forbidden, Invalid, NotPossible."""
    row = _answerable(actor, request, at)
    if not answer.strip():
        raise Invalid(fields={"answer": _("Say why, or what to do instead.")})
    _decide(actor, row, State.DECLINED, answer, at)
    return row


@transaction.atomic
def withdraw(*, actor: Actor, request: AccessRequest, at: datetime) -> AccessRequest:
    """By the person who asked. Raises Forbidden, NotPossible."""
    row = AccessRequest.objects.select_for_update(of=("self",)).select_related("person").get(id=request.id)
    if actor.id != row.person_id:
        raise Forbidden(_("Only the person who asked can withdraw this."))
    _require_open(row, at)
    _decide(actor, row, State.WITHDRAWN, "", at)
    return row


def _answerable(actor: Actor, request: AccessRequest, at: datetime) -> AccessRequest:
    row = AccessRequest.objects.select_for_update(of=("self",)).select_related("person").get(id=request.id)
    if not queries.may_decide(actor, row):
        raise Forbidden(_("Owners and administrators answer this, nobody their own."), permit=MANAGE_ROLES.name)
    _require_open(row, at)
    return row


def _require_open(row: AccessRequest, at: datetime) -> None:
    state = state_at(row.state, row.asked_at, at)
    if state == EXPIRED:
        raise NotPossible(_("Nobody answered this in time. It can be asked again."))
    if state != State.OPEN:
        raise NotPossible(_("This was answered or withdrawn already."))


def _decide(actor: Actor, row: AccessRequest, state: State, answer: str, at: datetime) -> None:
    row.state, row.answer, row.decided_at = state, answer.strip()[:500], at
    row.decided_by_kind, row.decided_by_id = actor.kind, actor.id
    row.save()
    _tell(state.value, actor, row, at, row.answer)
    if state is not State.WITHDRAWN:
        letters.answered(row, at)


def _tell(event: str, actor: Actor, row: AccessRequest, at: datetime, words: str) -> None:
    detail = {"permit": row.permit, "role": row.role, "person": str(row.person_id)}
    if row.object_id:
        detail |= {"object": str(row.object_id)}
    if row.expires_at:
        detail |= {"expires_at": row.expires_at.isoformat()}
    personal = [journal.About(row.person_id, {"words": words})] if words else []
    journal.record(f"access.request.{event}", actor=actor, obj=row, detail=detail, personal=personal, at=at)
