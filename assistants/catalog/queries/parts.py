"""What a version is put together from: providers and guard policies, by the object resolver and their tables."""

from collections.abc import Iterable
from uuid import UUID

from assistants.guard import queries as guard
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
    """The content hash of a policy as it stands now. Raises Missing."""
    return guard.get(policy_id).version
