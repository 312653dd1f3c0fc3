"""What grants ask the catalogue."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.access import queries as access
from assistants.catalog.models import Assistant
from assistants.catalog.rules import permits
from panel.kernel.actors import Actor


def find(assistant_id: UUID) -> Assistant | None:
    return Assistant.objects.filter(id=assistant_id).first()


def shared_by(actor: Actor) -> QuerySet[Any]:
    """Ids of all that the actor may share."""
    return access.visible(Assistant.objects.all(), actor, permits.SHARE).values("id")
