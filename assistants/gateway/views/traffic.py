"""The last day, of one assistant on its overview and of all on the front page: numbers, and lanes by the hour that sum up
to them."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from assistants.catalog.models import Assistant
from assistants.catalog.queries.overview import Goal, Part
from assistants.catalog.rules import permits
from assistants.conversations import queries
from assistants.conversations.queries import Hour
from assistants.conversations.rules import SEE_TRACES
from panel.kernel.actors import Actor
from panel.ui.cards import Figure
from panel.ui.drawings import lanes
from panel.ui.drawings.charts import bars

EVERY = 6
"""Hours between two marks of the axis."""
REASONS = {
    "size": gettext_lazy("Larger than the policy allows"),
    "unicode": gettext_lazy("Hidden characters"),
    "secrets": gettext_lazy("Secret in message"),
    "injection": gettext_lazy("Prompt injection in message"),
    "pii": gettext_lazy("Personal data in message"),
    "output_secrets": gettext_lazy("Secret in answer"),
    "output_pii": gettext_lazy("Personal data in answer"),
    "output_leak": gettext_lazy("System prompt leak in answer"),
    "output_links": gettext_lazy("Link that would carry data out"),
}


def share(part: int, whole: int) -> str:
    return f"{number_format(round(100 * part / whole, 1), 1)}%" if whole and part else ""


def values(actor: Actor, assistant: Assistant, at: datetime) -> dict[str, Any]:
    """Of the calls that the actor may see."""
    hours = queries.by_hour(queries.visible_to(actor).filter(assistant=assistant.id), until=at)
    sums = {name: sum(getattr(one, name) for one in hours) for name in ("calls", "redacted", "blocked", "failed")}
    base = f"{reverse('gateway:traces')}?assistant={assistant.id}&hours=24"
    opens = access.can(actor, SEE_TRACES, assistant)
    kinds = (
        ("calls", _("Calls, 24 h"), ""),
        ("redacted", _("Redacted"), "&verdict=redact"),
        ("blocked", _("Blocked"), "&verdict=block"),
        ("failed", _("Failed"), "&end=failed"),
    )
    figures = [
        Figure(label, number_format(sums[name]), share(sums[name], sums["calls"]) if name != "calls" else "",
               url=base + query if opens and sums[name] else "")
        for name, label, query in kinds
    ]  # fmt: skip
    return {"figures": figures, **_lanes(hours)}


def _lanes(hours: list[Hour]) -> dict[str, Any]:
    labels = [_label(one) for one in hours]
    kinds = (
        ("calls", _("Calls"), "data"), ("redacted", _("Redacted"), "redact"),
        ("blocked", _("Blocked"), "block"), ("failed", _("Failed"), "block"),
    )  # fmt: skip
    return {
        "any": sum(one.calls for one in hours),
        "lanes": [
            _lane(hours, labels, name, label, tone)
            for name, label, tone in kinds
            if any(getattr(one, name) for one in hours)
        ],
        "marks": [(f"{place / len(hours) * 100:.2f}", labels[place]) for place in range(0, len(hours), EVERY)],
        "rows": [(label, one) for label, one in zip(labels, hours, strict=True) if one.calls],
        "zone": timezone.get_current_timezone_name(),
    }


def _label(hour: Hour) -> str:
    return date_format(timezone.localtime(hour.at), "H:i")


def _lane(hours: list[Hour], labels: list[str], name: str, label: str, tone: str) -> dict[str, Any]:
    numbers = [int(getattr(one, name)) for one in hours]
    peak = max(numbers)
    told = {"what": label, "sum": sum(numbers), "peak": peak, "at": labels[numbers.index(peak)]}
    sentence = _("%(what)s: %(sum)s in all, most at %(at)s with %(peak)s") % told
    return {
        "name": label,
        "tone": tone,
        "bars": lanes.draw(numbers, labels, tone=tone, sentence=sentence),
        "peak": number_format(peak),
    }


def day(actor: Actor, at: datetime) -> dict[str, Any] | None:
    """The last day of all assistants that the actor sees; None before the first call."""
    found = _lanes(queries.by_hour(queries.visible_to(actor), until=at))
    return found if found["any"] else None


def by_rule(actor: Actor, at: datetime) -> dict[str, Any] | None:
    """Which guards stopped calls of the last day; None when none did."""
    stopped = queries.blocked_by(queries.visible_to(actor), since=at - timedelta(days=1))
    if not stopped:
        return None
    most = max(count for _stage, count in stopped)
    rows = [
        {"name": REASONS.get(stage, _("Other")), "count": number_format(count), "bar": bars.row(count, most)}
        for stage, count in stopped
    ]
    return {"rows": rows, "url": f"{reverse('gateway:traces')}?verdict=block&hours=24"}


def tried(assistant: Assistant, _at: datetime) -> bool:
    return queries.tried(assistant.id)


PART = Part("traffic", "assistants/gateway/parts/traffic.html", values)
GOAL = Goal(
    "try",
    20,
    gettext_lazy("Try it in the playground"),
    gettext_lazy("See it answer, and see an attack being stopped."),
    "gateway:playground",
    permits.TRY,
    tried,
)
