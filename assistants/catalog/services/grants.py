"""Share an assistant with people and teams."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import queries, services
from accounts.access.models import TeamGrant, UserGrant
from accounts.access.rules import ObjectRole
from accounts.people import queries as people
from accounts.people.models import Team, User
from assistants.catalog.models import Assistant
from assistants.catalog.rules import permits
from assistants.catalog.services.changes import touch
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid, Missing


def share(
    *,
    actor: Actor,
    assistant: Assistant,
    receiver: tuple[str, str],
    role: str,
    reason: str,
    at: datetime,
    expires_at: datetime | None = None,
) -> UserGrant | TeamGrant:
    """Give ("user" or "team", id) a role, in place of the one it has. `role` is viewer, operator, editor or owner."""
    if role.upper() not in ObjectRole.__members__:
        raise Invalid(fields={"role": _("Choose one of the roles.")})
    found = _receiver(*receiver)
    if found is None:
        raise Invalid(fields={"receiver": _("Choose a person or a team.")})
    with transaction.atomic():
        grant = services.share(
            actor=actor,
            permit=permits.SHARE,
            obj=assistant,
            receiver=found,
            role=ObjectRole[role.upper()],
            reason=reason.strip(),
            at=at,
            expires_at=expires_at,
        )
        touch(assistant, at)
    return grant


def unshare(*, actor: Actor, assistant: Assistant, grant_id: UUID, at: datetime) -> None:
    """Raises Missing when the grant is not on this assistant."""
    users, teams = queries.grants_on(assistant)
    found: list[UserGrant | TeamGrant] = [*users, *teams]
    grant = next((one for one in found if one.id == grant_id), None)
    if grant is None:
        raise Missing(_("There is no such grant."))
    with transaction.atomic():
        services.unshare(actor=actor, permit=permits.SHARE, grant=grant, at=at)
        touch(assistant, at)


def _receiver(kind: str, receiver_id: str) -> User | Team | None:
    try:
        wanted = UUID(receiver_id)
    except ValueError:
        return None
    if kind == "user":
        return people.user(wanted)
    return next((team for team in people.teams() if team.id == wanted), None) if kind == "team" else None
