"""Who has which role on an object, who could be given one, and what became of every grant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.models import GrantChange, TeamGrant, UserGrant
from accounts.access.rules import OBJECT_ROLE_NAMES, ROLE_NAMES, Change, ObjectRole, Permit, Role, in_force
from accounts.grants.queries.kinds import grantables
from accounts.people import queries as people
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.crypto.envelope import EnvelopeError
from panel.kernel.registries import objects

NEWEST = 100
"""Lines of history that a page shows."""
ACT_WORDS: dict[str, str | Promise] = {
    Change.GIVEN: gettext_lazy("Given"),
    Change.CHANGED: gettext_lazy("Changed"),
    Change.ENDED: gettext_lazy("Taken back"),
    Change.EXPIRED: gettext_lazy("Ran out"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """`receiver_kind` is person, service or team."""

    id: UUID
    receiver: str
    receiver_kind: str
    receiver_id: UUID
    role: ObjectRole
    reason: str
    giver: str
    given_at: datetime
    expires_at: datetime | None
    ended: bool

    @property
    def is_team(self) -> bool:
        return self.receiver_kind == "team"

    @property
    def role_word(self) -> str:
        return str(OBJECT_ROLE_NAMES[self.role])

    @property
    def receiver_type(self) -> str:
        """As the API and the forms name it."""
        return "team" if self.is_team else "user"

    @property
    def path(self) -> str:
        """Of the page that takes it back, under that of the object's grants."""
        return f"{self.id}/withdrawal/"


def on(obj: Model, at: datetime) -> list[Shown]:
    """Every grant on it, the strongest first."""
    users, teams = access.grants_on(obj)
    names = people.names([*(one.user_id for one in users), *(one.giver_id for one in [*users, *teams] if one.giver_id)])
    found = [_shown(one, names.get(one.user_id, people.GONE), one.user.kind, names, at) for one in users]
    found += [_shown(one, one.group.team.name, "team", names, at) for one in teams]
    return sorted(found, key=lambda one: (-one.role, one.receiver))


def _shown(grant: UserGrant | TeamGrant, name: str, kind: str, names: dict[UUID, str], at: datetime) -> Shown:
    return Shown(
        id=grant.id,
        receiver=name,
        receiver_kind=kind,
        receiver_id=grant.receiver_id,
        role=grant.role,
        reason=grant.reason,
        giver=actor_name(grant.giver_kind, grant.giver_id, names),
        given_at=grant.given_at,
        expires_at=grant.expires_at,
        ended=not in_force(grant.expires_at, at),
    )


def receivers(actor: Actor, permit: Permit, obj: Model) -> list[tuple[str, str]]:
    """("user:id" or "team:id", name) of whom the actor may give a role on it; empty when they may not."""
    if not access.can(actor, permit, obj):
        return []
    return [
        *((f"team:{team.id}", _("%(name)s (team)") % {"name": team.name}) for team in people.teams()),
        *((f"user:{user_id}", name) for user_id, name in people.choices()),
        *((f"user:{one.user_id}", _("%(name)s (service)") % {"name": one.name}) for one in people.services()),
    ]


def held_by(user_id: UUID, at: datetime) -> list[tuple[str, UUID, ObjectRole, UserGrant | TeamGrant]]:
    """(kind, object id, role, grant) in force of a user and their teams, of every kind."""
    return _held(Q(user=user_id), Q(group__user=user_id), at)


def held_by_team(group_id: int, at: datetime) -> list[tuple[str, UUID, ObjectRole, UserGrant | TeamGrant]]:
    return _held(None, Q(group=group_id), at)


def _held(users: Q | None, teams: Q, at: datetime) -> list[tuple[str, UUID, ObjectRole, UserGrant | TeamGrant]]:
    found: list[tuple[str, UUID, ObjectRole, UserGrant | TeamGrant]] = []
    for kind in grantables():
        models = access.grant_models(kind.model)
        for table, wanted in zip(models or (), (users, teams), strict=False):
            if wanted is not None:
                rows = table.objects.in_force(at).filter(wanted).select_related("permission")[:NEWEST]
                found += [(kind.kind, one.content_object_id, one.role, one) for one in rows]
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """One line of history, in words."""

    at: datetime
    act: str
    act_word: str
    role: str
    where: str
    receiver: str
    actor: str
    reason: str
    expires_at: datetime | None

    @property
    def kind(self) -> str:
        """The mark of the timeline."""
        return "stop" if self.act in {Change.ENDED, Change.EXPIRED} else "done"


def of_object(object_id: UUID) -> QuerySet[GrantChange]:
    return GrantChange.objects.filter(object_id=object_id).order_by("-id")


def of_receivers(ids: Iterable[UUID]) -> QuerySet[GrantChange]:
    return GrantChange.objects.filter(receiver_id__in=list(ids)).order_by("-id")


def lines(reader: Actor, rows: Iterable[GrantChange]) -> list[Line]:
    """The newest lines in words that the reader may see."""
    found = list(rows)
    names = people.names({*(one.receiver_id for one in found), *(one.actor_id for one in found if one.actor_id)})
    names |= {team.id: team.name for team in people.teams_with_ids(one.receiver_id for one in found)}
    keyring.warm(one.key_id for one in found)
    places: dict[UUID, objects.Card] = {}
    for kind in {one.object_kind for one in found if one.object_kind}:
        places |= objects.cards(
            reader, kind, {one.object_id for one in found if one.object_kind == kind and one.object_id}
        )
    return [_line(one, names, places) for one in found]


def _line(one: GrantChange, names: dict[UUID, str], places: dict[UUID, Any]) -> Line:
    card = places.get(one.object_id) if one.object_id else None
    return Line(
        at=one.at,
        act=one.act,
        act_word=str(ACT_WORDS[one.act]),
        role=role_word(one.role),
        where=card.title if card else "",
        receiver=names.get(one.receiver_id, people.GONE),
        actor=actor_name(one.actor_kind, one.actor_id, names),
        reason=_reason(one),
        expires_at=one.expires_at,
    )


def role_word(role: str) -> str:
    """A role's code in words; a custom role stands there by its name."""
    if role.upper() in ObjectRole.__members__:
        return str(OBJECT_ROLE_NAMES[ObjectRole[role.upper()]])
    return str(ROLE_NAMES[Role(role)]) if role in set(Role) else (str(_("Guest")) if role == "guest" else role)


def actor_name(kind: str, actor_id: UUID | None, names: dict[UUID, str]) -> str:
    fixed = {"system": _("The panel itself"), "console": _("Console")}
    return names.get(actor_id, people.GONE) if actor_id else fixed.get(kind, kind)


def _reason(one: GrantChange) -> str:
    """ "" once the receiver's key is destroyed."""
    try:
        return str(one.reason)
    except (keyring.KeyGone, EnvelopeError):
        return ""
