"""What a version is put together from: providers and guard policies, by the object resolver and their tables."""

import json
from collections.abc import Iterable
from uuid import UUID

from django.db import connection

from assistants.guard import rules as guard
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.registries import objects

PROVIDER, POLICY = "provider", "guard_policy"


def providers(actor: Actor) -> list[tuple[UUID, str]]:
    return objects.choices(actor, PROVIDER)


def policies(actor: Actor) -> list[tuple[UUID, str]]:
    return objects.choices(actor, POLICY)


def names(providers: Iterable[UUID], policies: Iterable[UUID]) -> dict[UUID, str]:
    """Names of parts, whoever asks: they stand in versions that the asker may see."""
    cards = {**objects.cards(SYSTEM, PROVIDER, providers), **objects.cards(SYSTEM, POLICY, policies)}
    return {key: card.title for key, card in cards.items()}


def policy_digest(policy_id: UUID) -> str:
    """The content hash of a policy as it stands now; "" when there is no such policy."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT document::text FROM guard_guardpolicy WHERE id = %s", [policy_id])
        found = cursor.fetchone()
    return guard.content_hash(json.loads(found[0])) if found else ""
