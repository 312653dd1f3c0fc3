"""The kill switch: stop an assistant everywhere, and let it answer again."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from assistants.catalog.models import Assistant
from assistants.catalog.rules import permits
from assistants.catalog.rules.states import Move, after
from assistants.catalog.services.changes import NotPossible, locked, said, touch
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Invalid

PATIENCE = 1.0
"""Seconds until the verb returns although a worker is silent; a silent worker refuses by itself when its lease ends."""


@dataclass(frozen=True, slots=True)
class Switched:
    """`silent` names the gateway workers that had not acknowledged in time; empty means that it holds everywhere."""

    assistant: Assistant
    silent: list[str]


def pause(*, actor: Actor, assistant: Assistant, reason: str, at: datetime) -> Switched:
    """Refuse every call from now on. Returns when every live worker has acknowledged, or after one second."""
    access.require(actor, permits.PAUSE, assistant)
    reason = reason.strip()
    if not 1 <= len(reason) <= 300:
        raise Invalid(fields={"reason": _("Say why, in at most 300 characters.")})
    with transaction.atomic():
        assistant = _moved(assistant, Move.PAUSE)
        assistant.stopped_reason, assistant.stopped_at = reason, at
        assistant.stopped_by_kind, assistant.stopped_by_id = actor.kind, actor.id
        touch(assistant, at, "state", "stopped_reason", "stopped_at", "stopped_by_kind", "stopped_by_id")
        journal.record("catalog.assistant.paused", actor=actor, obj=assistant, personal=said(actor, reason), at=at)
    return Switched(assistant, epochs.wait(assistant.epoch, timeout=PATIENCE))


def resume(*, actor: Actor, assistant: Assistant, at: datetime) -> Switched:
    """Answer again, with the version that is live now."""
    access.require(actor, permits.PAUSE, assistant)
    with transaction.atomic():
        assistant = _moved(assistant, Move.RESUME)
        assistant.stopped_reason, assistant.stopped_at = None, None
        assistant.stopped_by_kind, assistant.stopped_by_id = "", None
        touch(assistant, at, "state", "stopped_reason", "stopped_at", "stopped_by_kind", "stopped_by_id")
        journal.record("catalog.assistant.resumed", actor=actor, obj=assistant, at=at)
    return Switched(assistant, epochs.wait(assistant.epoch, timeout=PATIENCE))


def _moved(assistant: Assistant, move: Move) -> Assistant:
    assistant = locked(assistant)
    state = after(assistant.state, move, published=assistant.live_version_id is not None)
    if state is None:
        if move is Move.PAUSE:
            raise NotPossible(_("Only a live assistant can be stopped. This one does not answer calls now."))
        raise NotPossible(_("Only a stopped assistant can be resumed."))
    assistant.state = state
    return assistant
