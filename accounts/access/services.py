"""Verbs of access: ask for a right, give one, take one back, end an account."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from accounts.access import queries
from accounts.access.models import RoleGrant, TeamGrant, UserGrant
from accounts.access.rules import (
    MANAGE_PEOPLE,
    MANAGE_ROLES,
    MANAGE_TEAMS,
    OBJECT_ROLE_NAMES,
    ROLE_NAMES,
    ObjectRole,
    Permit,
    Role,
    is_fresh,
    may_give,
    may_give_on,
)
from accounts.people import services as people
from accounts.people.models import Team, User
from accounts.people.rules import State
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Forbidden, Invalid, NeedsFreshFactor
from panel.kernel.installation import organisation

_permits: dict[str, Permit] = {}
_endings: list[Callable[[User, datetime], None]] = []


class LastAdministrator(Conflict):
    code = "last_administrator"


class AboveOwnRights(Forbidden):
    code = "above_own_rights"


def register_permits(*permits: Permit) -> None:
    """Make a slice's permits known. Raises ValueError when two differ under one name."""
    for permit in permits:
        if _permits.setdefault(permit.name, permit) != permit:
            raise ValueError(f"Two permits are called {permit.name!r}.")


def permits() -> dict[str, Permit]:
    return dict(_permits)


def register_ending(ending: Callable[[User, datetime], None]) -> None:
    """What ends with an account (sessions, keys): called inside the transaction that disables it."""
    _endings.append(ending)


def require(actor: Actor, permit: Permit, obj: Model | None = None) -> None:
    """Raise Forbidden unless `can`, NeedsFreshFactor when the permit asks for one and the session's is too old."""
    if not queries.can(actor, permit, obj):
        raise Forbidden(f"You need the right “{permit.title}” for this.", permit=permit.name, obj=_reference(obj))
    if permit.fresh and needs_proof(actor):
        raise NeedsFreshFactor("Prove your second factor once more for this.", permit=permit.name)


def needs_proof(actor: Actor) -> bool:
    """Persons in a session prove themselves again; keys cannot, their scope was given with a fresh factor."""
    in_session = actor.kind == "person" and (actor.via is None or actor.via[0] == "session")
    return in_session and not is_fresh(actor.fresh_at, timezone.now())


@transaction.atomic
def give_role(
    *, actor: Actor, user: User, role: Role, reason: str, at: datetime, expires_at: datetime | None = None,
    despite: bool = False,
) -> RoleGrant:  # fmt: skip
    """Give an organisation role or change its reason and end. Raises Forbidden, Invalid, LastAdministrator, Duties…"""
    require(actor, MANAGE_ROLES)
    if actor.kind == "person" and not may_give(queries.standing(actor, at).roles, role):
        raise AboveOwnRights("You cannot give a role above your own.", permit=MANAGE_ROLES.name)
    _check_end(expires_at, at)
    broken = queries.require_separate(user.id, role, at, despite=despite)
    if role is Role.ADMINISTRATOR and expires_at is not None:
        _keep_one_administrator(user, at)
    grant = RoleGrant.objects.filter(user=user, role=role).first() or RoleGrant(user=user, role=role)
    grant.key_id, grant.reason, grant.given_at, grant.expires_at = user.key_id, reason, at, expires_at
    grant.given_by(actor)
    grant.save()
    queries.forget()
    despite_of = {"despite": broken} if broken else {}
    _tell("access.role.given", actor, user, at, expires_at=expires_at, reason=reason, role=role.value, **despite_of)
    people.tell_of_access(
        actor=actor, user=user, title=organisation(), role=ROLE_NAMES[role], reason=reason, until=expires_at, at=at
    )
    return grant


@transaction.atomic
def first_administrator(*, user_id: UUID, at: datetime) -> None:
    """Set-up only: make a person administrator while there is none. Raises Conflict when there is one."""
    epochs.lock("administrators")
    if queries.holders(Role.ADMINISTRATOR, at):
        raise Conflict("This panel has an administrator already.", code="set_up_already")
    user = User.objects.get(id=user_id)
    actor = Actor("console")
    give_role(actor=actor, user=user, role=Role.ADMINISTRATOR, reason="Set up this panel", at=at)


@transaction.atomic
def withdraw_role(*, actor: Actor, user: User, role: Role, at: datetime) -> None:
    """Raises Forbidden, LastAdministrator. Withdrawing what is not there does nothing."""
    require(actor, MANAGE_ROLES)
    if role is Role.ADMINISTRATOR:
        _keep_one_administrator(user, at)
    deleted, _ = RoleGrant.objects.filter(user=user, role=role).delete()
    if deleted:
        queries.forget()
        _tell("access.role.withdrawn", actor, user, at, role=role.value)


@transaction.atomic
def disable(*, actor: Actor, user: User, reason: str, at: datetime) -> User:
    """Close an account: its sessions and keys end with it. Raises Forbidden, LastAdministrator."""
    require(actor, MANAGE_PEOPLE)
    if actor.id == user.id:
        raise Conflict("Ask another administrator to disable your own account.")
    _keep_one_administrator(user, at)
    row = people.step(user, State.DISABLED)
    for ending in _endings:
        ending(row, at)
    queries.forget()
    _tell("people.user.disabled", actor, user, at, reason=reason)
    return row


@transaction.atomic
def enable(*, actor: Actor, user: User, at: datetime) -> User:
    """Open a disabled account again, without sessions and keys. One that never joined becomes invited."""
    require(actor, MANAGE_PEOPLE)
    ready = user.has_usable_password() and user.state == State.DISABLED
    row = people.step(user, State.ACTIVE if ready else State.INVITED)
    _tell("people.user.enabled", actor, user, at)
    return row


@transaction.atomic
def create_team(*, actor: Actor, name: str, at: datetime) -> Team:
    """Raises Forbidden, Invalid, Conflict when the name is taken."""
    require(actor, MANAGE_TEAMS)
    team = people.create_team(name=name)
    journal.record("people.team.created", actor=actor, obj=team, at=at)
    return team


@transaction.atomic
def set_membership(*, actor: Actor, team: Team, user: User, member: bool, at: datetime) -> None:
    """Put a person into a team, or take them out. Raises Forbidden."""
    require(actor, MANAGE_TEAMS)
    (people.join if member else people.leave)(team, user)
    event = "people.team.joined" if member else "people.team.left"
    journal.record(event, actor=actor, obj=team, detail={"user": str(user.id)}, at=at)


@transaction.atomic
def share(
    *,
    actor: Actor,
    permit: Permit,
    obj: Model,
    receiver: User | Team,
    role: ObjectRole,
    reason: str,
    at: datetime,
    expires_at: datetime | None = None,
    beside: bool = False,
) -> UserGrant | TeamGrant:
    """Give a user or a team a role on one object, in place of the one they have there (`beside`: next to it, for a time).
    `permit` is the slice's own for sharing. Raises Forbidden, AboveOwnRights, Invalid."""
    require(actor, permit, obj)
    own = ObjectRole.OWNER if _everywhere(actor, permit, at) else queries.object_role(actor, obj, at)
    if not may_give_on(own, role):
        raise AboveOwnRights("You cannot give a role above your own.", permit=permit.name)
    _check_end(expires_at, at)
    rows, grant = queries.place_of(obj, receiver)
    (rows.filter(permission__codename=role.codename) if beside else rows).delete()
    grant.permission = Permission.objects.get(
        content_type=ContentType.objects.get_for_model(type(obj)), codename=role.codename
    )
    grant.reason, grant.given_at, grant.expires_at = reason, at, expires_at
    grant.given_by(actor)
    grant.save(force_insert=True)
    end = expires_at.isoformat() if expires_at else ""
    detail = {"receiver": str(receiver.id), "role": role.codename, "expires_at": end}
    journal.record("access.object.shared", actor=actor, obj=_reference(obj), detail=detail, at=at)
    if isinstance(receiver, User):
        title, word = str(getattr(obj, "name", "")), OBJECT_ROLE_NAMES[role]
        people.tell_of_access(
            actor=actor, user=receiver, title=title, role=word, reason=reason, until=expires_at, at=at
        )
    return grant


@transaction.atomic
def unshare(*, actor: Actor, permit: Permit, grant: UserGrant | TeamGrant, at: datetime) -> None:
    """Take a grant back. Raises Forbidden."""
    obj: Model = grant.content_object  # type: ignore[union-attr]  # every concrete grant has it
    require(actor, permit, obj)
    detail = {"receiver": str(grant.receiver_id), "role": grant.role.codename}
    journal.record("access.object.unshared", actor=actor, obj=_reference(obj), detail=detail, at=at)
    grant.delete()


def _everywhere(actor: Actor, permit: Permit, at: datetime) -> bool:
    return actor.kind in queries.ALL_POWERFUL or queries.standing(actor, at).has(permit)


def _reference(obj: Model | None) -> tuple[str, UUID] | None:
    return getattr(obj, "journal_ref", None)


def _check_end(expires_at: datetime | None, at: datetime) -> None:
    if expires_at is not None and expires_at <= at:
        raise Invalid(fields={"expires_at": "This day has passed. Choose one after today."})


def _keep_one_administrator(leaving: User, at: datetime) -> None:
    """Serialise with every other change of administrators, then refuse to lose the last lasting one."""
    epochs.lock("administrators")
    lasting = RoleGrant.objects.in_force(at).filter(role=Role.ADMINISTRATOR, user__state=State.ACTIVE)
    if not lasting.filter(user=leaving).exists():
        return
    if not lasting.filter(expires_at__isnull=True).exclude(user=leaving).exists():
        raise LastAdministrator("This is the last administrator. Make somebody else administrator first.")


def _tell(
    event: str, actor: Actor, user: User, at: datetime, *, expires_at: datetime | None = None, reason: str = "",
    **detail: str,
) -> None:  # fmt: skip
    if expires_at:
        detail["expires_at"] = expires_at.isoformat()
    personal = [journal.About(user.id, {"reason": reason})] if reason else []
    journal.record(event, actor=actor, obj=("user", user.id), detail=detail, personal=personal, at=at)
