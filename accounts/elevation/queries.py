"""Who lacks what, who can give it, and which requests somebody may see and answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import (
    MANAGE_ROLES,
    OBJECT_ROLE_NAMES,
    ROLE_NAMES,
    ObjectRole,
    Permit,
    Role,
)
from accounts.elevation.models import AccessRequest, BrokenGlass, Eligible
from accounts.elevation.rules import REVIEW, WAITS, Glass, State, glass_at
from accounts.grants.queries import kinds
from accounts.people import queries as people
from panel.kernel.actors import Actor
from panel.kernel.registries import objects

NAMED = 4
"""So many of those who can give a right are named."""


@dataclass(frozen=True)
class Explanation:
    """Why somebody may not: the right, where, which roles carry it, and who can give it."""

    permit: Permit
    where: str
    where_url: str
    roles: list[str]
    object_role: str
    givers: list[str]
    more: int
    asked: AccessRequest | None


def explain(actor: Actor, permit_name: str, obj: tuple[str, UUID] | None, at: datetime) -> Explanation | None:
    """None for a permit that nobody registered, or an object that the actor may not see."""
    permit = rights.permits().get(permit_name)
    if permit is None or actor.kind != "person" or actor.id is None:
        return None
    card = objects.cards(actor, obj[0], [obj[1]]).get(obj[1]) if obj else None
    if obj and card is None:
        return None
    names = _givers(permit, obj, at)
    return Explanation(
        permit=permit,
        where=card.title if card else "",
        where_url=card.url if card else "",
        roles=[str(ROLE_NAMES[role]) for role in Role if role in permit.roles],
        object_role=str(OBJECT_ROLE_NAMES[permit.object_role]) if permit.object_role and obj else "",
        givers=names[:NAMED],
        more=max(len(names) - NAMED, 0),
        asked=open_request(actor.id, permit_name, obj[1] if obj else None, at),
    )


def answerers(request: AccessRequest, at: datetime) -> set[UUID]:
    """Persons who may answer a request, but for who asked."""
    kind = kinds.grantable(request.object_kind)
    found = kind.find(request.object_id) if kind and request.object_id else None
    owners = {one.user_id for one in access.grants_on(found)[0] if one.role is ObjectRole.OWNER} if found else set()
    return (owners or administrators(at)) - {request.person_id}


def administrators(at: datetime) -> set[UUID]:
    return access.holders(Role.ADMINISTRATOR, at)


def _givers(permit: Permit, obj: tuple[str, UUID] | None, at: datetime) -> list[str]:
    """Names of owners of the object, then of administrators."""
    kind = kinds.grantable(obj[0]) if obj else None
    found = kind.find(obj[1]) if kind and obj else None
    owners = [one.user_id for one in access.grants_on(found)[0] if one.role is ObjectRole.OWNER] if found else []
    wardens = administrators(at)
    names = people.names([*owners, *wardens])
    ordered = [*owners, *sorted(wardens - set(owners), key=str)]
    return [names[one] for one in dict.fromkeys(ordered) if one in names] if permit.roles or owners else []


def open_request(person_id: UUID, permit: str, object_id: UUID | None, at: datetime) -> AccessRequest | None:
    rows = AccessRequest.objects.filter(person_id=person_id, permit=permit, object_id=object_id, state=State.OPEN)
    return rows.filter(asked_at__gt=at - WAITS).first()


def may_decide(actor: Actor, request: AccessRequest) -> bool:
    """Owners of the object and administrators; nobody on their own request."""
    if actor.id == request.person_id:
        return False
    kind = kinds.grantable(request.object_kind)
    if not request.object_kind:
        return access.can(actor, MANAGE_ROLES)
    found = kind.find(request.object_id) if kind and request.object_id else None
    return bool(kind and found and access.can(actor, kind.permit, found))


def visible_to(actor: Actor) -> QuerySet[AccessRequest]:
    """One's own, and those that one may answer."""
    return AccessRequest.objects.filter(Q(person_id=actor.id) | _in_hand(actor)).select_related("person")


def waiting_for(actor: Actor, at: datetime) -> QuerySet[AccessRequest]:
    """Open requests that this actor may answer."""
    rows = AccessRequest.objects.filter(_in_hand(actor), state=State.OPEN, asked_at__gt=at - WAITS)
    return rows.exclude(person_id=actor.id).select_related("person")


def waiting_now(actor: Actor, at: datetime) -> list[AccessRequest]:
    """The same as a list, those that wait longest first, asked for once a page."""
    rows = waiting_for(actor, at).order_by("asked_at")[:100]
    return access.once(f"elevation.waiting:{actor.id}", lambda: list(rows))


def _in_hand(actor: Actor) -> Q:
    found = Q(object_kind="") if access.can(actor, MANAGE_ROLES) else Q(pk__in=[])
    for kind in kinds.grantables():
        found |= Q(object_kind=kind.kind, object_id__in=kind.in_hand(actor))
    return found


def roles_for(request: AccessRequest) -> list[tuple[str, Any]]:
    """What an approval can give: the object's role, or the organisation's roles that carry the right (the least first)."""
    permit = rights.permits().get(request.permit)
    if permit is None:
        return []
    if request.object_kind:
        least = permit.object_role
        return [(least.codename, OBJECT_ROLE_NAMES[least])] if least else []
    return [(role.value, ROLE_NAMES[role]) for role in reversed(Role) if role in permit.roles and role != Role.MEMBER]


def title_of(request: AccessRequest) -> Any:
    """Not a str yet: a letter says it in its reader's language."""
    permit = rights.permits().get(request.permit)
    return permit.title if permit else request.permit


def where_of(actor: Actor, requests: Iterable[AccessRequest]) -> dict[UUID, objects.Card]:
    """Cards of the objects that requests are about, by the objects' ids."""
    wanted: dict[str, list[UUID]] = {}
    for one in requests:
        if one.object_id:
            wanted.setdefault(one.object_kind, []).append(one.object_id)
    return {key: card for kind, keys in wanted.items() for key, card in objects.cards(actor, kind, keys).items()}


def glass_state(row: BrokenGlass, at: datetime) -> Glass:
    return glass_at(row.state, row.ends_at, at)


def unreviewed() -> list[BrokenGlass]:
    """Roles taken in an emergency that nobody has reviewed yet: those that run, and those that have ended."""
    rows = BrokenGlass.objects.exclude(state=Glass.REVIEWED).order_by("-started_at")[:20]
    return access.once("elevation.unreviewed", lambda: list(rows))


def glass_visible_to(actor: Actor) -> QuerySet[BrokenGlass]:
    """One's own; who reviews sees all."""
    rows = BrokenGlass.objects.all()
    if access.can(actor, REVIEW):
        return rows
    return rows.filter(person_id=actor.id) if actor.id else rows.none()


def reviews_for(actor: Actor, at: datetime) -> list[BrokenGlass]:
    """Ended ones that this person may review."""
    if actor.kind != "person" or not access.can(actor, REVIEW):
        return []
    return [one for one in unreviewed() if one.person_id != actor.id and glass_state(one, at) == Glass.ENDED]


def reviewers(at: datetime) -> set[UUID]:
    return {one for role in Role if role in REVIEW.roles for one in access.holders(role, at)}


def eligible_roles(person_id: UUID | None) -> list[Role]:
    """Roles that a person may take in an emergency."""
    if person_id is None:
        return []
    rows = Eligible.objects.filter(person_id=person_id).order_by("role")
    return [Role(role) for role in rows.values_list("role", flat=True)]


def eligibles() -> list[Eligible]:
    return list(Eligible.objects.order_by("role", "id")[:200])


def eligible(eligible_id: UUID) -> Eligible | None:
    return Eligible.objects.filter(id=eligible_id).first()
