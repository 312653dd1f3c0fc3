"""Share an assistant with people, teams and service accounts: the house's grants, on this kind."""

from datetime import datetime

from accounts.access.models import TeamGrant, UserGrant
from accounts.grants import services
from accounts.grants.queries import kinds
from assistants.catalog.models import Assistant
from panel.kernel.actors import Actor


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
    kind = kinds.grantable("assistant")
    if kind is None:
        raise LookupError("The catalogue has not registered its kind yet.")
    return services.give(
        actor=actor, kind=kind, obj=assistant, receiver=receiver, role=role, reason=reason, at=at, expires_at=expires_at
    )
