"""Questions about guard policies."""

from uuid import UUID

from django.db.models import QuerySet

from accounts.access import queries as access
from assistants.guard.models import GuardPolicy
from assistants.guard.rules import permits
from assistants.guard.rules.presets import DEFAULT_PRESET
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing


def visible_to(actor: Actor) -> QuerySet[GuardPolicy]:
    return GuardPolicy.objects.all() if access.can(actor, permits.VIEW) else GuardPolicy.objects.none()


def choices() -> list[tuple[UUID, str]]:
    """(id, name) of every policy, the built-in ones first."""
    return [(policy.id, policy.name) for policy in GuardPolicy.objects.order_by("created_at", "id")]


def default() -> GuardPolicy:
    """The built-in policy Balanced. Raises Missing when the database was never migrated."""
    found = GuardPolicy.objects.filter(preset=DEFAULT_PRESET).first()
    if found is None:
        raise Missing("The built-in guard policies are missing: run manage.py migrate.")
    return found


def get(policy_id: UUID) -> GuardPolicy:
    """Raises Missing."""
    found = GuardPolicy.objects.filter(id=policy_id).first()
    if found is None:
        raise Missing("There is no such guard policy.")
    return found
