"""Verbs of grants on objects: share, take back, let run out."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.models import GrantChange, TeamGrant, UserGrant
from accounts.access.rules import OBJECT_ROLE_NAMES, Change, ObjectRole, Permit, Role, may_give_on
from accounts.grants.queries import places
from accounts.grants.queries.kinds import Grantable, grantables
from accounts.people import queries as persons
from accounts.people import services as people
from accounts.people.models import Team, User
from panel.journal import services as journal
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.errors import Conflict, Invalid, Missing

MOST = 500
"""Grants that one run lets run out."""


@transaction.atomic
def give(
    *,
    actor: Actor,
    kind: Grantable,
    obj: Model,
    receiver: tuple[str, str],
    role: str,
    reason: str,
    at: datetime,
    expires_at: datetime | None = None,
) -> UserGrant | TeamGrant:
    """Give ("user" or "team", id) a role, in place of the one it has. `role` is viewer, operator, editor or owner.

    Raises Forbidden, AboveOwnRights, Invalid, Conflict.
    """
    if role.upper() not in ObjectRole.__members__:
        raise Invalid(fields={"role": _("Choose one of the roles.")})
    found = _receiver(*receiver)
    if found is None:
        raise Invalid(fields={"receiver": _("Choose a person, a team or a service account.")})
    grant = share(
        actor=actor, permit=kind.permit, obj=obj, receiver=found, role=ObjectRole[role.upper()], reason=reason.strip(),
        at=at, expires_at=expires_at,
    )  # fmt: skip
    kind.touched(obj, at)
    return grant


def own(obj: Model, owner: User | None, permit: Permit, reason: str, at: datetime) -> None:
    """Who makes an object owns it."""
    if owner is not None:
        share(actor=SYSTEM, permit=permit, obj=obj, receiver=owner, role=ObjectRole.OWNER, reason=reason, at=at)


@transaction.atomic
def take_back(*, actor: Actor, kind: Grantable, obj: Model, grant_id: UUID, at: datetime, reason: str = "") -> None:
    """Raises Missing when the grant is not on this object, Forbidden."""
    users, teams = access.grants_on(obj)
    found: list[UserGrant | TeamGrant] = [*users, *teams]
    grant = next((one for one in found if one.id == grant_id), None)
    if grant is None:
        raise Missing(_("There is no such grant."))
    unshare(actor=actor, permit=kind.permit, grant=grant, at=at, reason=reason.strip())
    kind.touched(obj, at)


def _receiver(kind: str, receiver_id: str) -> User | Team | None:
    try:
        wanted = UUID(receiver_id)
    except ValueError:
        return None
    if kind == "team":
        return persons.team(wanted)
    return persons.user(wanted) if kind == "user" else None


@transaction.atomic
def expire(at: datetime) -> int:
    """Let run out what has ended: nothing gave these rights any more since the very instant (every question asks for
    the end), now they are gone, told and in the history. Returns how many."""
    done = 0
    for kind in grantables():
        for table in access.grant_models(kind.model) or ():
            for grant in table.objects.ended(at).select_for_update(of=("self",), skip_locked=True)[:MOST]:
                end_grant(grant, Change.EXPIRED, actor=SYSTEM, reason="", at=at)
                done += 1
    return done + rights.expire_roles(at)


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
    rights.require(actor, permit, obj)
    own = _own_role(actor, permit, obj, at)
    if not may_give_on(own, role):
        raise rights.AboveOwnRights("You cannot give a role above your own.", permit=permit.name)
    rights.check_end(expires_at, at)
    expires_at = _within_visit(receiver, role, expires_at)
    rows, grant = places.place_of(obj, receiver)
    replaced, _rows = (rows.filter(permission__codename=role.codename) if beside else rows).delete()
    grant.permission = Permission.objects.get(
        content_type=ContentType.objects.get_for_model(type(obj)), codename=role.codename
    )
    grant.reason, grant.given_at, grant.expires_at = reason, at, expires_at
    grant.given_by(actor)
    grant.save(force_insert=True)
    until = expires_at.isoformat() if expires_at else ""
    detail = {"receiver": str(receiver.id), "role": role.codename, "expires_at": until}
    journal.record("access.object.shared", actor=actor, obj=reference(obj), detail=detail, at=at)
    GrantChange.note(
        Change.CHANGED if replaced else Change.GIVEN, actor=actor, receiver=receiver, role=role.codename,
        reason=reason, at=at, obj=reference(obj), expires_at=expires_at,
    )  # fmt: skip
    rights.changed(places.behind(receiver), at)
    if isinstance(receiver, User):
        title, word = str(getattr(obj, "name", "")), OBJECT_ROLE_NAMES[role]
        people.tell_of_access(
            actor=actor, user=receiver, title=title, role=word, reason=reason, until=expires_at, at=at
        )
    return grant


@transaction.atomic
def unshare(*, actor: Actor, permit: Permit, grant: UserGrant | TeamGrant, at: datetime, reason: str = "") -> None:
    """Take a grant back. Raises Forbidden."""
    obj: Model = grant.content_object  # type: ignore[union-attr]  # every concrete grant has it
    rights.require(actor, permit, obj)
    end_grant(grant, Change.ENDED, actor=actor, reason=reason, at=at)


def end_grant(grant: UserGrant | TeamGrant, act: Change, *, actor: Actor, reason: str, at: datetime) -> None:
    """Delete a grant and tell of it, for a caller that has asked who may."""
    where = reference(grant.content_object)  # type: ignore[union-attr]
    detail = {"receiver": str(grant.receiver_id), "role": grant.role.codename}
    event = "access.object.unshared" if act is Change.ENDED else "access.grant.expired"
    journal.record(event, actor=actor, obj=where, detail=detail, at=at)
    receiver = grant.user if isinstance(grant, UserGrant) else grant.group.team
    GrantChange.note(act, actor=actor, receiver=receiver, role=grant.role.codename, reason=reason, at=at, obj=where)
    grant.delete()
    rights.changed(places.behind(receiver), at)


@transaction.atomic
def restore(
    *, actor: Actor, obj: Model, receiver: User | Team, role: ObjectRole, given: Mapping[str, Any], at: datetime
) -> UserGrant | TeamGrant:
    """Give back exactly the grant that was taken: `given` are its id, giver, reason, day and end. For a caller that has
    asked who may. Raises Conflict when they were given one on this object since."""
    rows, grant = places.place_of(obj, receiver)
    if rows.exists():
        raise Conflict(_("They were given a role here anew in the meantime."), code="given_anew")
    grant.permission = Permission.objects.get(
        content_type=ContentType.objects.get_for_model(type(obj)), codename=role.codename
    )
    for name, value in given.items():
        setattr(grant, name, value)
    grant.save(force_insert=True)
    detail = {"receiver": str(receiver.id), "role": role.codename, "reinstated": True}
    journal.record("access.object.shared", actor=actor, obj=reference(obj), detail=detail, at=at)
    GrantChange.note(
        Change.GIVEN, actor=actor, receiver=receiver, role=role.codename, reason=grant.reason, at=at,
        obj=reference(obj), expires_at=grant.expires_at,
    )  # fmt: skip
    rights.changed(places.behind(receiver), at)
    return grant


def _within_visit(receiver: User | Team, role: ObjectRole, expires_at: datetime | None) -> datetime | None:
    """A guest may look, and no longer than they are a guest."""
    visit = access.guest(receiver.id) if isinstance(receiver, User) else None
    if visit is None or visit.expires_at is None:
        return expires_at
    if role > ObjectRole.VIEWER:
        raise Conflict(_("A guest may look, and no more. Give the role of a viewer."))
    return min(expires_at or visit.expires_at, visit.expires_at)


def _own_role(actor: Actor, permit: Permit, obj: Model, at: datetime) -> ObjectRole | None:
    """The highest role that the actor may give: the one they have, or the one of which they may do everything anyway."""
    own = access.standing(actor, at)
    if actor.kind in access.ALL_POWERFUL or (Role.ADMINISTRATOR in own.roles and own.has(permit)):
        return ObjectRole.OWNER
    area = permit.name.partition(".")[0] + "."
    known = [one for one in rights.permits().values() if one.object_role and one.name.startswith(area)]
    roles = list(ObjectRole) if own.has(permit) else []
    found = [role for role in roles if all(own.has(one) for one in known if (one.object_role or role) <= role)]
    granted = access.object_role(actor, obj, at)
    return max([*found, *([granted] if granted else [])], default=None)


def reference(obj: Model | None) -> tuple[str, UUID] | None:
    return getattr(obj, "journal_ref", None)
