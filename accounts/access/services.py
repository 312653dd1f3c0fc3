"""Verbs of access: ask for a right, give one, take one back, end an account."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import queries
from accounts.access.models import CustomRoleGrant, GrantChange, Guest, RoleGrant
from accounts.access.rules import (
    MANAGE_PEOPLE,
    MANAGE_ROLES,
    ROLE_NAMES,
    Change,
    Permit,
    Role,
    conditions_of,
    lacking,
    needs_proof,
)
from accounts.people import services as people
from accounts.people.models import User
from accounts.people.rules import Kind, State
from panel.journal import services as journal
from panel.kernel import clock
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Forbidden, Invalid, NeedsFreshFactor
from panel.kernel.installation import organisation

_permits: dict[str, Permit] = {}
_endings: list[Callable[[User, datetime], None]] = []
_listeners: list[Callable[[set[UUID], datetime], None]] = []


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


def register_change(listener: Callable[[set[UUID], datetime], None]) -> None:
    """Who must know at once that rights of users changed (keys at the gateway): called inside the transaction."""
    _listeners.append(listener)


def changed(users: Iterable[UUID], at: datetime) -> None:
    """Rights of these users are other than before: tell everything that acts on them."""
    found = set(users)
    queries.forget()
    for listener in _listeners if found else ():
        listener(found, at)


def require_over(actor: Actor, user: User, at: datetime) -> None:
    """Whoever opens, closes or renews an account may do at least what its holder may. Raises AboveOwnRights."""
    theirs = queries.prospects(user.id, at)
    require_within(actor, {one.name for one in _permits.values() if theirs.has(one)}, at)


def require_within(actor: Actor, names: Iterable[str], at: datetime) -> None:
    """Nobody gives what they do not have; an administrator gives every role. Raises AboveOwnRights."""
    own = queries.standing(actor, at)
    if actor.kind in queries.ALL_POWERFUL or Role.ADMINISTRATOR in own.roles:
        return
    if any(name not in _permits or not own.has(_permits[name]) for name in names):
        raise AboveOwnRights(_("You cannot give or take rights above your own."), permit=MANAGE_ROLES.name)


def require(actor: Actor, permit: Permit, obj: Model | None = None) -> None:
    """Raise Forbidden unless `can`, NeedsFreshFactor when the permit asks for one and the session's is too old."""
    if not queries.can(actor, permit, obj):
        raise Forbidden(lacking(actor, permit), permit=permit.name, obj=_reference(obj))
    for condition in conditions_of(permit):
        condition(actor, clock.now())
    if permit.fresh and needs_proof(actor, timezone.now()):
        raise NeedsFreshFactor(_("Prove your second factor once more for this."), permit=permit.name)


@transaction.atomic
def give_role(
    *, actor: Actor, user: User, role: Role, reason: str, at: datetime, expires_at: datetime | None = None,
    despite: bool = False,
) -> RoleGrant:  # fmt: skip
    """Give an organisation role or change its reason and end. Raises Forbidden, Invalid, LastAdministrator, Duties…"""
    require(actor, MANAGE_ROLES)
    require_within(actor, _opened_by(role), at)
    may_have_roles(user)
    check_end(expires_at, at)
    broken = queries.require_separate(user.id, role, at, despite=despite)
    if role is Role.ADMINISTRATOR and expires_at is not None:
        _keep_one_administrator(user, at)
    found = RoleGrant.objects.filter(user=user, role=role).first()
    grant = found or RoleGrant(user=user, role=role)
    grant.key_id, grant.reason, grant.given_at, grant.expires_at = user.key_id, reason, at, expires_at
    grant.given_by(actor)
    grant.save()
    act = Change.CHANGED if found else Change.GIVEN
    _tell_role("access.role.given", act, actor, user, role, reason, at, expires_at, broken)
    people.tell_of_access(
        actor=actor, user=user, title=organisation(), role=ROLE_NAMES[role], reason=reason, until=expires_at, at=at
    )
    return grant


def _opened_by(role: Role) -> set[str]:
    return {one.name for one in _permits.values() if role in one.roles}


def may_have_roles(user: User) -> None:
    """Raises Conflict for a guest."""
    if queries.guest(user.id) is not None:
        raise Conflict(_("A guest has the scope they were given, and no role. Change the scope."))


def _tell_role(
    event: str, act: Change, actor: Actor, user: User, role: Role, reason: str, at: datetime,
    expires_at: datetime | None = None, broken: str = "",
) -> None:  # fmt: skip
    GrantChange.note(act, actor=actor, receiver=user, role=role.value, reason=reason, at=at, expires_at=expires_at)
    despite = {"despite": broken} if broken else {}
    _tell(event, actor, user, at, expires_at=expires_at, reason=reason, role=role.value, **despite)
    changed([user.id], at)


@transaction.atomic
def first_administrator(*, user_id: UUID, at: datetime) -> None:
    """Set-up only: make a person administrator while there is none. Raises Conflict when there is one."""
    epochs.lock("administrators")
    if queries.holders(Role.ADMINISTRATOR, at):
        raise Conflict(_("This panel has an administrator already."), code="set_up_already")
    user = User.objects.get(id=user_id)
    actor = Actor("console")
    give_role(actor=actor, user=user, role=Role.ADMINISTRATOR, reason="Set up this panel", at=at)


@transaction.atomic
def withdraw_role(*, actor: Actor, user: User, role: Role, at: datetime, reason: str = "") -> None:
    """Raises Forbidden, LastAdministrator. Withdrawing what is not there does nothing."""
    require(actor, MANAGE_ROLES)
    require_within(actor, _opened_by(role), at)
    if role is Role.ADMINISTRATOR:
        _keep_one_administrator(user, at)
    deleted, _ = RoleGrant.objects.filter(user=user, role=role).delete()
    if deleted:
        _tell_role("access.role.withdrawn", Change.ENDED, actor, user, role, reason, at)


def expire_roles(at: datetime) -> int:
    """Let roles run out, and visits of guests: their accounts close. Returns how many."""
    rows = [
        *RoleGrant.objects.ended(at).select_related("user"),
        *CustomRoleGrant.objects.ended(at).select_related("user", "role"),
    ]
    for one in rows:
        name = one.role if isinstance(one, RoleGrant) else one.role.name
        GrantChange.note(Change.EXPIRED, actor=SYSTEM, receiver=one.user, role=name, reason="", at=at)
        journal.record("access.grant.expired", actor=SYSTEM, obj=("user", one.user_id), detail={"role": name}, at=at)
        one.delete()
    visits = Guest.objects.filter(expires_at__lte=at).exclude(user__state=State.DISABLED).select_related("user")
    for visit in visits:
        GrantChange.note(Change.EXPIRED, actor=SYSTEM, receiver=visit.user, role="guest", reason="", at=at)
        close(actor=SYSTEM, user=visit.user, reason="The visit ended", at=at)
    changed([one.user_id for one in rows], at)
    return len(rows) + len(visits)


@transaction.atomic
def disable(*, actor: Actor, user: User, reason: str, at: datetime) -> User:
    """Close an account: its sessions and keys end with it. Raises Forbidden, LastAdministrator."""
    require(actor, MANAGE_PEOPLE)
    if actor.id == user.id:
        raise Conflict(_("Ask another administrator to disable your own account."))
    require_over(actor, user, at)
    _keep_one_administrator(user, at)
    return close(actor=actor, user=user, reason=reason, at=at)


def close(*, actor: Actor, user: User, reason: str, at: datetime) -> User:
    """What disabling does, for a caller that has asked who may."""
    row = people.step(user, State.DISABLED)
    for ending in _endings:
        ending(row, at)
    _tell("people.user.disabled", actor, user, at, reason=reason)
    changed([user.id], at)
    return row


@transaction.atomic
def enable(*, actor: Actor, user: User, at: datetime) -> User:
    """Open a disabled account again, without sessions and keys. One that never joined becomes invited."""
    require(actor, MANAGE_PEOPLE)
    require_over(actor, user, at)
    ready = user.kind == Kind.SERVICE or (user.has_usable_password() and user.state == State.DISABLED)
    row = people.step(user, State.ACTIVE if ready else State.INVITED)
    _tell("people.user.enabled", actor, user, at)
    changed([user.id], at)
    return row


def _reference(obj: Model | None) -> tuple[str, UUID] | None:
    return getattr(obj, "journal_ref", None)


def check_end(expires_at: datetime | None, at: datetime) -> None:
    if expires_at is not None and expires_at <= at:
        raise Invalid(fields={"expires_at": "This day has passed. Choose one after today."})


def _keep_one_administrator(leaving: User, at: datetime) -> None:
    """Serialise with every other change of administrators, then refuse to lose the last lasting one."""
    epochs.lock("administrators")
    lasting = RoleGrant.objects.in_force(at).filter(role=Role.ADMINISTRATOR, user__state=State.ACTIVE)
    if not lasting.filter(user=leaving).exists():
        return
    if not lasting.filter(expires_at__isnull=True).exclude(user=leaving).exists():
        raise LastAdministrator(_("This is the last administrator. Make somebody else administrator first."))


def _tell(
    event: str, actor: Actor, user: User, at: datetime, *, expires_at: datetime | None = None, reason: str = "",
    **detail: str,
) -> None:  # fmt: skip
    if expires_at:
        detail["expires_at"] = expires_at.isoformat()
    personal = [journal.About(user.id, {"reason": reason})] if reason else []
    journal.record(event, actor=actor, obj=("user", user.id), detail=detail, personal=personal, at=at)
