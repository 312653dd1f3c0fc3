"""Which assistants somebody sees, and what hangs on one."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.people import queries as people
from assistants.catalog.models import Assistant
from assistants.catalog.queries import parts
from assistants.catalog.rules import permits
from assistants.catalog.rules.states import State
from panel.kernel.actors import Actor

KINDS = {
    "console": gettext_lazy("the server's console"),
    "system": gettext_lazy("the panel"),
    "key": gettext_lazy("an API key"),
}


def visible_to(actor: Actor) -> QuerySet[Assistant]:
    """The assistants that the actor may see. Agrees with `can(actor, permits.VIEW, assistant)` for every row."""
    return access.visible(Assistant.objects.all(), actor, permits.VIEW)


def rights(actor: Actor, assistant: Assistant) -> dict[str, bool]:
    """What a page may offer: "pause", "edit", "publish", "share", "archive"."""
    found = {permit.name.removeprefix("catalog."): access.can(actor, permit, assistant) for permit in permits.PERMITS}
    return {name.partition("_")[0]: allowed for name, allowed in found.items()}


def stoppable(actor: Actor, rows: Iterable[Assistant]) -> set[UUID]:
    """Which of these are live and the actor may stop."""
    live = [row.id for row in rows if row.state == State.LIVE]
    found = (
        access.visible(Assistant.objects.filter(id__in=live), actor, permits.PAUSE)
        if live
        else Assistant.objects.none()
    )
    return set(found.order_by().values_list("id", flat=True))


def may_stop_some(actor: Actor) -> bool:
    return access.visible(Assistant.objects.filter(state=State.LIVE), actor, permits.PAUSE).exists()


def may_add(actor: Actor) -> bool:
    return access.can(actor, permits.ADD)


def owned(actor: Actor) -> int:
    return visible_to(actor).filter(owner_id=actor.id).count() if actor.id else 0


def people_and_policies(rows: Iterable[Assistant]) -> tuple[dict[UUID, str], dict[UUID, str]]:
    """Names of the owners and of the live versions' policies of these rows."""
    rows = list(rows)
    owners = people.names([row.owner_id for row in rows if row.owner_id])
    return owners, parts.names([], [row.live_version.policy_id for row in rows if row.live_version])


def some(actor: Actor, chosen: str = "", *, most: int = 100) -> list[tuple[str, str]]:
    """(id, name) to choose from, by name: at most so many, and the chosen one whichever it is."""
    rows = visible_to(actor)
    found = [(str(key), name) for key, name in rows.order_by("name", "id").values_list("id", "name")[:most]]
    if chosen and chosen not in dict(found):
        with suppress(ValueError):
            found += [(str(one.id), one.name) for one in rows.filter(id=UUID(chosen))]
    return found


def by_whom(kind: str, actor_id: UUID | None) -> str:
    """Who did something, in words for a page."""
    if kind in {"person", "service"} and actor_id:
        return people.name(actor_id)
    return str(KINDS.get(kind, kind))


def counts(actor: Actor) -> dict[str, int]:
    """How many of each state the actor sees."""
    found = dict.fromkeys([state.value for state in State], 0)
    rows = visible_to(actor).order_by().values_list("state").annotate(Count("id"))
    return {**found, **dict(rows)}


def named(actor: Actor, text: str) -> QuerySet[Assistant]:
    """Those whose name or model name holds the text, by name."""
    fits = Q(name__icontains=text) | Q(slug__icontains=text)
    return visible_to(actor).filter(fits).order_by("name", "id")


def stopped(actor: Actor) -> list[Assistant]:
    """The newest stops first, at most twenty."""
    return list(visible_to(actor).filter(state=State.PAUSED).order_by("-stopped_at")[:20])


def names(ids: set[UUID]) -> dict[UUID, str]:
    return dict(Assistant.objects.filter(id__in=ids).values_list("id", "name"))


def facts(assistant: Assistant) -> list[tuple[str, str]]:
    """Term and value for the overview's side."""
    live = assistant.live_version
    names = parts.names([live.provider_id], [live.policy_id]) if live else {}
    return [
        (_("Owner"), people.name(assistant.owner_id)),
        (_("Team"), assistant.team.name if assistant.team else "–"),
        (_("Provider"), names.get(live.provider_id, "–") if live else "–"),
        (_("Model"), live.model if live else "–"),
        (_("Guard policy"), names.get(live.policy_id, "–") if live else "–"),
        (_("Content"), _("kept") if assistant.store_content else _("not kept for API traffic")),
    ]
