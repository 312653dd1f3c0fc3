"""The draft: what the next version will be."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from assistants.catalog.models import Assistant, Draft
from assistants.catalog.queries import parts
from assistants.catalog.rules import content, permits
from assistants.catalog.rules.states import State
from assistants.catalog.services.changes import Changed, NotPossible
from assistants.guard import queries as guard
from assistants.guard.rules import presets
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid


def edit(
    *,
    actor: Actor,
    assistant: Assistant,
    system_prompt: str,
    provider_id: UUID | None,
    model: str,
    policy_id: UUID | None,
    parameters: dict[str, Any],
    revision: int,
    at: datetime,
) -> Draft:
    """Replace the draft that had `revision`. Raises Changed when somebody was faster, Invalid, NotPossible."""
    access.require(actor, permits.EDIT, assistant)
    cleaned = _parameters(parameters)
    system_prompt = system_prompt.replace("\r\n", "\n")
    if len(system_prompt) > content.PROMPT_LIMIT or "\0" in system_prompt:
        raise Invalid(fields={"system_prompt": _("A prompt is text of at most 100,000 characters.")})
    _chosen(provider_id, policy_id)
    with transaction.atomic():
        draft = Draft.objects.select_for_update(of=("self",)).select_related("assistant").get(assistant=assistant)
        if draft.revision != revision:
            raise Changed(_("Somebody saved this draft in the meantime. Yours is not saved."))
        if draft.assistant.state == State.ARCHIVED:
            raise NotPossible(_("An archived assistant cannot be edited. Bring it back first."))
        draft.system_prompt = system_prompt
        draft.provider_id, draft.policy_id = provider_id, policy_id
        draft.model, draft.parameters = model.strip()[: content.MODEL_LIMIT], cleaned
        draft.revision += 1
        draft.edited_by_kind, draft.edited_by_id, draft.edited_at = actor.kind, actor.id, at
        draft.save()
        journal.record("catalog.draft.edited", actor=actor, obj=assistant, detail={"revision": draft.revision}, at=at)
    return draft


def tighten(
    *, actor: Actor, assistant: Assistant, guards: dict[str, dict[str, Any]], revision: int, at: datetime
) -> Draft:
    """Make the guards of the draft stricter than its policy: stage to {mode, threshold}. Raises Invalid, Changed."""
    access.require(actor, permits.EDIT, assistant)
    with transaction.atomic():
        draft = Draft.objects.select_for_update(of=("self",)).select_related("assistant").get(assistant=assistant)
        if draft.revision != revision:
            raise Changed(_("Somebody saved this draft in the meantime. Yours is not saved."))
        if draft.assistant.state == State.ARCHIVED:
            raise NotPossible(_("An archived assistant cannot be edited. Bring it back first."))
        if draft.policy_id is None:
            raise NotPossible(_("Choose a guard policy in the draft first."))
        loose = presets.weaker(guard.get(draft.policy_id).document, guards)
        if loose:
            raise Invalid(fields={name: _("An assistant may only be stricter than its policy.") for name in loose})
        draft.guards = guards
        draft.revision += 1
        draft.edited_by_kind, draft.edited_by_id, draft.edited_at = actor.kind, actor.id, at
        draft.save()
        detail = {"revision": draft.revision, "stages": sorted(guards)}
        journal.record("catalog.guards.tightened", actor=actor, obj=assistant, detail=detail, at=at)
    return draft


def _chosen(provider_id: UUID | None, policy_id: UUID | None) -> None:
    sentences = {
        "provider": _("There is no such provider, or it is disabled."),
        "policy": _("There is no such guard policy."),
    }
    faults = parts.faults(provider_id, policy_id)
    if faults:
        raise Invalid(fields={name: sentences[name] for name in faults})


def _parameters(raw: dict[str, Any]) -> dict[str, int | float]:
    try:
        return content.clean_parameters(raw)
    except content.ParameterError as error:
        bounds = error.bounds
        if bounds is None:
            sentence = _("There is no parameter “%(name)s”.") % {"name": error.name}
        else:
            limits = {"low": f"{bounds.low:g}", "high": f"{bounds.high:g}"}
            sentence = _("Choose a number from %(low)s to %(high)s.") % limits
        raise Invalid(fields={error.name if bounds else "parameters": sentence}) from error
