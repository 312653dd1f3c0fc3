"""What a version is put together from: providers and guard policies."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.people import queries as people
from assistants.catalog.models import Assistant
from assistants.catalog.rules.content import Content
from assistants.guard import queries as guard
from assistants.guard.engine.pipeline import Policy
from assistants.guard.rules import presets, words
from assistants.providers import queries as provider_queries
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.registries import objects

STAGES = {key: words.STAGE_NAMES[key] for key in words.EXPLAINED}
MODES = words.MODE_NAMES
LABELS = {
    "temperature": _("Temperature"),
    "top_p": _("Top p"),
    "max_tokens": _("Longest answer, tokens"),
    "presence_penalty": _("Presence penalty"),
    "frequency_penalty": _("Frequency penalty"),
    "seed": _("Seed"),
}


def providers() -> list[tuple[UUID, str]]:
    """(id, name) of what an assistant may use."""
    return provider_queries.choices()


def for_a_start() -> str:
    """The name of the provider that a first assistant runs on, or ""."""
    found = provider_queries.for_a_start()
    return found.name if found else ""


def policies() -> list[tuple[UUID, str]]:
    return guard.choices()


def teams() -> list[tuple[UUID, str]]:
    return [(team.id, team.name) for team in people.teams()]


def names(providers: Iterable[UUID], policies: Iterable[UUID]) -> dict[UUID, str]:
    """Names of parts, whoever asks: they stand in versions that the asker may see."""
    cards = {**objects.cards(SYSTEM, "provider", providers), **objects.cards(SYSTEM, "guard_policy", policies)}
    return {key: card.title for key, card in cards.items()}


def policy_digest(policy_id: UUID) -> str:
    """The content hash of a policy as it stands now. Raises Missing."""
    return guard.get(policy_id).version


def policy(content: Content) -> Policy:
    """The guard policy that a content runs under, as the gateway would build it. Raises Missing."""
    return Policy.from_json(guard.get(UUID(content.policy)).document).tightened(content.guards)


def faults(provider_id: UUID | None, policy_id: UUID | None) -> set[str]:
    """Which of "provider" and "policy" do not exist."""
    known = {"provider": dict(providers()), "policy": dict(policies())}
    chosen = {"provider": provider_id, "policy": policy_id}
    return {name for name, one in chosen.items() if one is not None and one not in known[name]}


@dataclass(frozen=True, slots=True)
class StageChoice:
    """A stage of a policy and the (mode, name) pairs that are stricter than it."""

    key: str
    name: str
    mode_name: str
    explains: str
    stricter: list[tuple[str, str]]


def stage_choices(policy_id: UUID) -> list[StageChoice]:
    """In pipeline order. Raises Missing."""
    found = []
    for line in guard.stages(guard.get(policy_id)):
        above = presets.MODES[presets.MODES.index(line.mode) + 1 :]
        stricter = [(mode, str(MODES[mode])) for mode in above if mode != "redact" or line.key in presets.REDACTABLE]
        found.append(StageChoice(line.key, line.name, line.mode_name, line.explains, stricter))
    return found


def trouble(actor: Actor, assistant: Assistant) -> dict[str, Any]:
    """For the head of an assistant's pages: what is wrong with the provider of what is live, and where to look."""
    live = assistant.live_version
    told = provider_queries.trouble(live.provider) if live else ""
    if live is None or not told:
        return {}
    verb = _("Look at the provider") if provider_queries.visible_to(actor).exists() else ""
    return {"trouble": told, "trouble_at": live.provider_id, "trouble_verb": verb}
