"""Questions about teams."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.access import queries as access
from accounts.access.rules import OBJECT_ROLE_NAMES, SEE_TEAM, SHARE_TEAM
from accounts.grants.queries import shown
from accounts.people.models import Team
from panel.kernel.actors import Actor
from panel.kernel.registries import objects


def visible_to(actor: Actor) -> QuerySet[Team]:
    return access.visible(Team.objects.select_related("group"), actor, SEE_TEAM)


def counted(actor: Actor) -> QuerySet[Any]:
    """For the list: with `size`, the number of members."""
    return visible_to(actor).annotate(size=Count("group__user"))


def find(team_id: UUID) -> Team | None:
    return Team.objects.select_related("group").filter(id=team_id).first()


def in_hand(actor: Actor) -> QuerySet[Any]:
    return access.visible(Team.objects.all(), actor, SHARE_TEAM).values("id")


@dataclass(frozen=True)
class Held:
    title: str
    url: str
    role: str
    reason: str
    expires_at: datetime | None


def held(reader: Actor, team: Team, at: datetime) -> list[Held]:
    """What the team was given, as far as the reader may see it."""
    rows = shown.held_by_team(team.group_id, at)
    found = []
    for kind in sorted({one[0] for one in rows}):
        own = [one for one in rows if one[0] == kind]
        cards = objects.cards(reader, kind, [one[1] for one in own])
        found += [
            Held(cards[key].title, cards[key].url, str(OBJECT_ROLE_NAMES[role]), grant.reason, grant.expires_at)
            for _kind, key, role, grant in own
            if key in cards
        ]
    return found
