"""What the acts of a review share: who acts on the review's behalf, and keys that reached nothing but what was taken."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.credentials.models import ApiKey
from accounts.credentials.rules.life import Kind
from accounts.credentials.services import keys
from accounts.people import queries as people
from accounts.people.models import User
from accounts.people.rules import Kind as UserKind
from compliance.reviews.rules.populations import Acting, Gone, Ref
from panel.kernel.actors import Actor
from panel.kernel.registries import objects


def for_review(acting: Acting) -> Actor:
    """The panel, by this item: a reviewer may take what the review lists, without the right to manage roles or teams. Who
    decided stands in the review's own event."""
    return Actor("system", via=("review_item", acting.item.id), request_id=acting.by.request_id)


def holder(acting: Acting) -> User:
    """Raises Gone."""
    found = people.user(acting.item.holder_id)
    if found is None:
        raise Gone
    return found


def given(row: Any) -> dict[str, Any]:
    """What stands on every grant, as JSON: enough to give back exactly the same."""
    return {
        "id": str(row.id),
        "giver_kind": row.giver_kind,
        "giver_id": str(row.giver_id) if row.giver_id else None,
        "reason": row.reason,
        "given_at": row.given_at.isoformat(),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
    }


def taken(kept: Any) -> dict[str, Any]:
    """`given` as field values again."""
    return {
        "id": UUID(kept["id"]),
        "giver_kind": kept["giver_kind"],
        "giver_id": UUID(kept["giver_id"]) if kept["giver_id"] else None,
        "reason": kept["reason"],
        "given_at": datetime.fromisoformat(kept["given_at"]),
        "expires_at": datetime.fromisoformat(kept["expires_at"]) if kept["expires_at"] else None,
    }


def end_keys(acting: Acting, users: Iterable[UUID]) -> tuple[Ref, ...]:
    """End for good the keys of these users that reach no assistant any more; others go on without what was taken."""
    rows = ApiKey.objects.active(acting.at).filter(owner_id__in=set(users), kind__in=(Kind.GATEWAY, Kind.CLIENT))
    ended = []
    for key in rows.select_related("owner").prefetch_related("assistants").order_by("id"):
        wanted = [one.assistant_id for one in key.assistants.all()]
        actor = Actor("service" if key.owner.kind == UserKind.SERVICE else "person", key.owner_id)
        if wanted and not objects.cards(actor, "assistant", wanted):
            keys.end(actor=for_review(acting), key=key, at=acting.at)
            ended.append(("api_key", key.id))
    return tuple(ended)
