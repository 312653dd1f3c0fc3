"""The overview of an assistant: what to have before people rely on it, and the parts that slices above plug in."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import queries as access
from accounts.access.rules import Permit
from assistants.catalog.models import Assistant
from assistants.catalog.queries import keys, versions
from assistants.catalog.rules import permits
from panel.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Goal:
    """Something to have before going live. `done(assistant, at)` asks what exists, with one indexed query."""

    name: str
    order: int
    title: Any
    sentence: Any
    url_name: str
    permit: Permit
    done: Callable[[Assistant, datetime], bool]


@dataclass(frozen=True, slots=True)
class Line:
    """A goal of one assistant; `url` is "" for who may not open it."""

    title: Any
    sentence: Any
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the page: `values(actor, assistant, at)` fills its template, None leaves it out."""

    name: str
    template: str
    values: Callable[[Actor, Assistant, datetime], dict[str, Any] | None]


_goals: dict[str, Goal] = {}
_parts: dict[str, Part] = {}


def register_goal(goal: Goal) -> None:
    _goals[goal.name] = goal


def register_part(part: Part) -> None:
    _parts[part.name] = part


def goals(actor: Actor, assistant: Assistant, at: datetime) -> list[Line]:
    """The way to go live, in order; empty when all of it is behind, or the assistant is out of use."""
    if assistant.state == "archived":
        return []
    found = []
    for goal in sorted(_goals.values(), key=lambda goal: goal.order):
        opens = access.can(actor, goal.permit, assistant)
        url = reverse(goal.url_name, args=[assistant.id]) if opens else ""
        found.append(Line(goal.title, goal.sentence, url, goal.done(assistant, at)))
    return [] if all(line.done for line in found) else found


def parts(actor: Actor, assistant: Assistant, at: datetime) -> list[tuple[str, dict[str, Any]]]:
    """(template, values) of what is plugged in."""
    found = [(part.template, part.values(actor, assistant, at)) for part in _parts.values()]
    return [(template, values) for template, values in found if values is not None]


def _written(assistant: Assistant, _at: datetime) -> bool:
    if assistant.live_version_id:
        return True
    draft = versions.draft_of(assistant)
    return bool(draft.system_prompt.strip() and draft.provider_id and draft.model and draft.policy_id)


for goal in (
    Goal("draft", 10, _("Write the draft"), _("Prompt, provider, model and guard policy."), "catalog:draft",
         permits.EDIT, _written),
    Goal(
        "tests", 30, _("Keep a pinned test"), _("What must stay blocked or allowed. It runs before every publish."),
        "catalog:cases", permits.EDIT, lambda assistant, _at: assistant.cases.exists(),
    ),
    Goal(
        "publish", 40, _("Publish a version"), _("From then on calls are answered by it."),
        "catalog:publication", permits.PUBLISH, lambda assistant, _at: assistant.live_version_id is not None,
    ),
    Goal(
        "key", 50, _("Give an application a key"), _("It calls like any OpenAI client."),
        "catalog:keys", permits.VIEW, lambda assistant, at: keys.count(assistant.id, at) > 0,
    ),
):  # fmt: skip
    register_goal(goal)
