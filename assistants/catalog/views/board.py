"""What the front page says of the assistants, from one question; a second one only when some were stopped."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assistants.catalog.queries import assistants as queries
from assistants.catalog.rules.states import State
from panel.kernel.actors import Actor
from panel.ui.cards import Board, Check, Task


def parts(actor: Actor, _at: datetime) -> Board:
    found = queries.counts(actor)
    stopped = _stopped(actor) if found[State.PAUSED] else []
    return Board(tasks=[*stopped, *_first_steps(actor, found)], checks=_checks(found))


def _stopped(actor: Actor) -> list[Task]:
    """Somebody stopped each for a reason, and nobody has resumed it."""
    return [
        Task(
            title=_("%(name)s is stopped") % {"name": one.name},
            sentence=one.stopped_reason,
            url=reverse("catalog:detail", args=[one.id]),
            verb=_("Look"),
            icon="circle-x",
            urgency=20,
            tone="warn",
        )
        for one in queries.stopped(actor)
    ]


def _first_steps(actor: Actor, found: dict[str, int]) -> list[Task]:
    """While nothing was ever published, the first step is what needs somebody."""
    if not queries.may_add(actor) or any(found[state] for state in (State.LIVE, State.PAUSED, State.ARCHIVED)):
        return []
    drafts = found[State.DRAFT]
    return [
        Task(
            title=_("Publish your first assistant") if drafts else _("Make your first assistant"),
            sentence=_("Give it a provider and a prompt, publish it, then call it with a key like any OpenAI client."),
            url=reverse("catalog:list") if drafts else reverse("catalog:new"),
            verb=_("Open drafts") if drafts else _("New assistant"),
            icon="bot",
            urgency=70,
        )
    ]


def _checks(found: dict[str, int]) -> list[Check]:
    live, paused = found[State.LIVE], found[State.PAUSED]
    if not live + paused:
        return []
    answering = ngettext("%(n)s is answering", "%(n)s are answering", live) % {"n": live}
    stopped = ngettext("%(n)s stopped", "%(n)s stopped", paused) % {"n": paused} if paused else ""
    return [Check(_("Assistants"), live > 0, answering, meta=stopped, url=reverse("catalog:list"))]
