"""Verbs of custom roles: named sets of permits. Nobody puts into one, or gives, what they do not have themselves."""

from collections.abc import Iterable
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.models import CustomRole, CustomRoleGrant, GrantChange
from accounts.access.rules import MANAGE_ROLES, Change
from accounts.people import services as people
from accounts.people.models import User
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid
from panel.kernel.installation import organisation


class RoleNameTaken(Conflict):
    code = "role_name_taken"


class RoleChanged(Conflict):
    code = "changed"


class RoleRetired(Conflict):
    code = "role_retired"


@transaction.atomic
def make(*, actor: Actor, name: str, purpose: str, permits: Iterable[str], at: datetime) -> CustomRole:
    """Raises Forbidden, AboveOwnRights, Invalid, RoleNameTaken."""
    rights.require(actor, MANAGE_ROLES)
    role = CustomRole(made_at=at, changed_at=at, permits=_checked(actor, permits, at))
    _save(role, name, purpose, new=True)
    journal.record("access.custom_role.made", actor=actor, obj=role, detail={"permits": role.permits}, at=at)
    return role


@transaction.atomic
def change(
    *, actor: Actor, role: CustomRole, name: str, purpose: str, permits: Iterable[str], revision: int, at: datetime
) -> CustomRole:
    """A new version; everybody who has the role has the new set at once. Raises Forbidden, Invalid, RoleChanged."""
    rights.require(actor, MANAGE_ROLES)
    row = _locked(role)
    if row.revision != revision:
        raise RoleChanged(_("Somebody changed this role in the meantime. Yours is not saved."))
    wanted = _checked(actor, permits, at, had=row.permits)
    detail = {
        "revision": row.revision + 1,
        "added": sorted(set(wanted) - set(row.permits)),
        "removed": sorted(set(row.permits) - set(wanted)),
    }
    row.permits, row.revision, row.changed_at = wanted, row.revision + 1, at
    _save(row, name, purpose)
    journal.record("access.custom_role.changed", actor=actor, obj=row, detail=detail, at=at)
    rights.changed(row.grants.values_list("user_id", flat=True), at)
    return row


@transaction.atomic
def retire(*, actor: Actor, role: CustomRole, at: datetime) -> None:
    """It gives nothing any more; its name is free again, its history stays. Raises Forbidden, RoleRetired."""
    rights.require(actor, MANAGE_ROLES)
    row = _locked(role)
    row.retired_at = row.changed_at = at
    row.save(update_fields=["retired_at", "changed_at"])
    journal.record("access.custom_role.retired", actor=actor, obj=row, at=at)
    for grant in row.grants.select_related("user", "role"):
        _end(actor, grant, _("The role was retired."), at)


@transaction.atomic
def give(
    *, actor: Actor, user: User, role: CustomRole, reason: str, at: datetime, expires_at: datetime | None = None,
    despite: bool = False,
) -> CustomRoleGrant:  # fmt: skip
    """Give it, or change its reason and end. Raises Forbidden, AboveOwnRights, Invalid, RoleRetired, Duties…"""
    rights.require(actor, MANAGE_ROLES)
    row = _locked(role)
    rights.require_within(actor, row.permits, at)
    rights.may_have_roles(user)
    rights.check_end(expires_at, at)
    broken = access.require_separate(user.id, None, at, despite=despite, permits=frozenset(row.permits))
    found = CustomRoleGrant.objects.filter(user=user, role=row).first()
    grant = found or CustomRoleGrant(user=user, role=row)
    grant.key_id, grant.reason, grant.given_at, grant.expires_at = user.key_id, reason, at, expires_at
    grant.given_by(actor)
    grant.save()
    act = Change.CHANGED if found else Change.GIVEN
    GrantChange.note(
        act, actor=actor, receiver=user, role=row.name, reason=reason, at=at, expires_at=expires_at
    )  # fmt: skip
    _tell("access.role.given", actor, user, row, reason, at, broken)
    people.tell_of_access(
        actor=actor, user=user, title=organisation(), role=row.name, reason=reason, until=expires_at, at=at
    )
    return grant


@transaction.atomic
def withdraw(*, actor: Actor, user: User, role: CustomRole, at: datetime, reason: str = "") -> None:
    """Raises Forbidden, AboveOwnRights. Withdrawing what is not there does nothing."""
    rights.require(actor, MANAGE_ROLES)
    rights.require_within(actor, role.permits, at)
    for grant in CustomRoleGrant.objects.filter(user=user, role=role).select_related("user", "role"):
        _end(actor, grant, reason, at)


def _end(actor: Actor, grant: CustomRoleGrant, reason: str, at: datetime) -> None:
    user, role = grant.user, grant.role
    grant.delete()
    GrantChange.note(Change.ENDED, actor=actor, receiver=user, role=role.name, reason=reason, at=at)
    _tell("access.role.withdrawn", actor, user, role, reason, at)


def _tell(event: str, actor: Actor, user: User, role: CustomRole, reason: str, at: datetime, broken: str = "") -> None:
    personal = [journal.About(user.id, {"reason": reason})] if reason else []
    detail: dict[str, str | int] = {"custom_role": str(role.id), "revision": role.revision}
    if broken:
        detail["despite"] = broken
    journal.record(event, actor=actor, obj=("user", user.id), detail=detail, personal=personal, at=at)
    rights.changed([user.id], at)


def _locked(role: CustomRole) -> CustomRole:
    row = CustomRole.objects.select_for_update().get(id=role.id)
    if row.retired_at is not None:
        raise RoleRetired(_("This role was retired."))
    return row


def _checked(actor: Actor, permits: Iterable[str], at: datetime, had: Iterable[str] = ()) -> list[str]:
    """Known permits, each of which the actor has; what stands in the role already may stay."""
    wanted = sorted(set(permits))
    known = rights.permits()
    if not wanted or set(wanted) - set(known):
        raise Invalid(fields={"permits": _("Choose at least one of the rights.")})
    own = access.standing(actor, at)
    if actor.kind not in access.ALL_POWERFUL and any(not own.has(known[one]) for one in set(wanted) - set(had)):
        raise rights.AboveOwnRights(_("A role cannot hold a right that you do not have."), permit=MANAGE_ROLES.name)
    return wanted


def _save(role: CustomRole, name: str, purpose: str, *, new: bool = False) -> None:
    role.name, role.purpose = " ".join(name.split()), " ".join(purpose.split())
    if not role.name:
        raise Invalid(fields={"name": _("Give the role a name.")})
    try:
        with transaction.atomic():
            role.save(force_insert=new)
    except IntegrityError as error:
        raise RoleNameTaken(_("There is a role with this name already.")) from error
