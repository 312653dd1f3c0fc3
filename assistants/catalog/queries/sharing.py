"""Who has which role on an assistant, and who could be given one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.access import queries as access
from accounts.access.models import TeamGrant, UserGrant
from accounts.access.rules import ObjectRole, in_force
from accounts.people import queries as people
from assistants.catalog.models import Assistant
from assistants.catalog.rules import permits
from panel.kernel.actors import Actor

WORDS = {
    ObjectRole.VIEWER: _("Viewer"),
    ObjectRole.OPERATOR: _("Operator"),
    ObjectRole.EDITOR: _("Editor"),
    ObjectRole.OWNER: _("Owner"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    id: UUID
    receiver: str
    is_team: bool
    role: ObjectRole
    reason: str
    given_at: datetime
    expires_at: datetime | None
    ended: bool

    @property
    def role_word(self) -> str:
        return str(WORDS[self.role])


def of(assistant: Assistant, at: datetime) -> list[Shown]:
    """Every grant on it, the strongest first."""
    users, teams = access.grants_on(assistant)
    names = people.names([one.user_id for one in users])
    pairs: list[tuple[UserGrant | TeamGrant, str, bool]]
    pairs = [(one, names.get(one.user_id, people.GONE), False) for one in users]
    pairs += [(one, one.group.team.name, True) for one in teams]
    found = [
        Shown(
            id=grant.id,
            receiver=name,
            is_team=is_team,
            role=grant.role,
            reason=grant.reason,
            given_at=grant.given_at,
            expires_at=grant.expires_at,
            ended=not in_force(grant.expires_at, at),
        )
        for grant, name, is_team in pairs
    ]
    return sorted(found, key=lambda one: (-one.role, one.receiver))


def receivers(actor: Actor, assistant: Assistant) -> list[tuple[str, str]]:
    """("user:id" or "team:id", name) of whom the actor may share with; empty when they may not."""
    if not access.can(actor, permits.SHARE, assistant):
        return []
    return [
        *((f"team:{team.id}", team.name) for team in people.teams()),
        *((f"user:{user_id}", name) for user_id, name in people.choices()),
    ]


def find(assistant_id: UUID) -> Assistant | None:
    return Assistant.objects.filter(id=assistant_id).first()


def shared_by(actor: Actor) -> QuerySet[Any]:
    """Ids of all that the actor may share."""
    return access.visible(Assistant.objects.all(), actor, permits.SHARE).values("id")
