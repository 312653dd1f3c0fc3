"""What every verb of the catalogue shares: locking, the refusals, and touching the row that the gateway watches."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from assistants.catalog.models import Assistant
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict


class Changed(Conflict):
    """Somebody else changed the row since the caller read it; nothing of the caller's is saved."""

    code = "changed"


class NotPossible(Conflict):
    """The assistant's state does not allow this."""

    code = "state_forbids"


class SlugTaken(Conflict):
    """Another assistant has this model name."""

    code = "slug_taken"


def locked(assistant: Assistant, revision: int | None = None) -> Assistant:
    """The row, locked until the end of the transaction. Raises Changed when `revision` is given and has moved on."""
    found = Assistant.objects.select_for_update().get(id=assistant.id)
    if revision is not None and found.revision != revision:
        raise Changed(_("Somebody changed this assistant in the meantime. Yours is not saved."))
    return found


def touch(assistant: Assistant, at: datetime, *fields: str) -> None:
    """Save the named fields and let the gateway know."""
    assistant.epoch = epochs.bump()
    assistant.revision += 1
    assistant.changed_at = at
    assistant.save(update_fields=[*fields, "epoch", "revision", "changed_at"])


def said(actor: Actor, reason: str) -> list[tuple[UUID, dict[str, str]]]:
    """A reason for the journal: free words may tell of people, so they stand in the detail of who wrote them."""
    return [(actor.id, {"reason": reason})] if reason and actor.kind == "person" and actor.id else []
