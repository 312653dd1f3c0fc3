"""The matrix of roles and permits, made from code and from the roles that the organisation made."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.models import CustomRole, CustomRoleGrant, Provenance
from accounts.access.rules import OBJECT_ROLE_NAMES, ROLE_NAMES, Permit, Role
from accounts.people import queries as people
from panel.journal import queries as journal
from panel.journal.models import Leaf
from panel.journal.rules import leaf
from panel.kernel.actors import Actor

VERSIONS = 50


def all_roles() -> QuerySet[Any]:
    """Those in use, with `holders`."""
    return CustomRole.objects.filter(retired_at__isnull=True).annotate(holders=Count("grants")).order_by("name")


def find(role_id: UUID) -> CustomRole | None:
    return CustomRole.objects.filter(id=role_id).first()


def own(actor: Actor, at: datetime) -> list[Permit]:
    """Permits that the actor has everywhere, in the order of their names: what they may put into a role."""
    standing = access.standing(actor, at)
    known = rights.permits()
    everything = actor.kind in access.ALL_POWERFUL
    return [known[name] for name in sorted(known) if everything or standing.has(known[name])]


@dataclass(frozen=True)
class Row:
    """One permit. `opened` are the organisation's roles and the ids of custom roles that open it everywhere."""

    pk: str
    title: str
    area: str
    fresh: bool
    by_key: bool
    object_role: str
    opened: frozenset[str]


def matrix() -> list[Row]:
    custom = list(all_roles())
    return [
        Row(
            pk=name,
            title=str(permit.title),
            area=name.partition(".")[0],
            fresh=permit.fresh,
            by_key=permit.by_key,
            object_role=str(OBJECT_ROLE_NAMES[permit.object_role]) if permit.object_role else "",
            opened=frozenset(
                [role.value for role in Role if role in permit.roles or Role.MEMBER in permit.roles]
                + [str(one.id) for one in custom if name in one.permits]
            ),
        )
        for name, permit in sorted(rights.permits().items())
    ]


def opens(key: str) -> Callable[[Row], str]:
    return lambda row: "✓" if key in row.opened else ""


@dataclass(frozen=True)
class Holder:
    id: UUID
    name: str
    reason: str
    expires_at: datetime | None


def holders(role: CustomRole, at: datetime) -> list[Holder]:
    rows = list(CustomRoleGrant.objects.in_force(at).filter(role=role))
    names = people.names(one.user_id for one in rows)
    found = [Holder(one.user_id, names.get(one.user_id, people.GONE), one.reason, one.expires_at) for one in rows]
    return sorted(found, key=lambda one: one.name.casefold())


@dataclass(frozen=True)
class Held:
    """A role that somebody was given; `role` is the built-in one's name or the id of the organisation's own."""

    role: str
    title: str
    reason: str
    giver_kind: str
    giver_id: UUID | None
    given_at: datetime
    expires_at: datetime | None


def held_by(user_id: UUID) -> list[Held]:
    """By name, the built-in ones first; those that have ended and were not cleared away yet included."""
    found: list[tuple[str, str, Provenance]] = [
        (one.role, str(ROLE_NAMES[Role(one.role)]), one) for one in access.role_grants(user_id)
    ]
    found += [(str(one.role_id), one.role.name, one) for one in access.custom_role_grants(user_id)]
    return [
        Held(role, title, one.reason, one.giver_kind, one.giver_id, one.given_at, one.expires_at)
        for role, title, one in found
    ]


@dataclass(frozen=True)
class Version:
    """One version as the journal has it: what was added and taken out."""

    at: datetime
    who: str
    event: str
    revision: int
    added: list[str]
    removed: list[str]


def versions(role: CustomRole) -> list[Version]:
    """Newest first."""
    rows = list(
        journal.entries(object_id=role.id).filter(Q(event__startswith="access.custom_role.")).order_by("-id")[:VERSIONS]
    )
    names = people.names(one.actor_id for one in rows if one.actor_id)
    return [_version(one, names) for one in rows]


def _version(row: Leaf, names: dict[UUID, str]) -> Version:
    detail = dict(leaf.parse(bytes(row.data)).detail)
    who = names.get(row.actor_id, people.GONE) if row.actor_id else row.actor_kind
    added = list(detail.get("added", detail.get("permits", [])))
    return Version(row.at, who, row.event, int(detail.get("revision", 1)), added, list(detail.get("removed", [])))
