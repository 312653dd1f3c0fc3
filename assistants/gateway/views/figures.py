"""The last day in four numbers, each beside the same day of the week before."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from assistants.conversations import queries
from assistants.gateway.views.traffic import share
from panel.kernel.actors import Actor
from panel.ui.cards import Figure

DAY, WEEK = timedelta(days=1), timedelta(days=7)
SAME = 2
"""Per cent up to which two days are called alike."""


def of_a_day(actor: Actor, at: datetime) -> list[Figure]:
    """Of the calls that the actor may see; nothing before the first one, so that an empty panel stays short."""
    rows = queries.visible_to(actor)
    day = queries.tally(rows, since=at - DAY)
    if not day.calls + day.turned_away:
        return []
    before = queries.tally(rows, since=at - WEEK - DAY, until=at - WEEK)
    traces = reverse("gateway:traces")
    return [
        Figure(_("Calls, 24 h"), _number(day.calls), note=against(day.calls, before.calls), url=f"{traces}?hours=24"),
        Figure(
            _("Blocked"), _number(day.blocked), share(day.blocked, day.calls), _a_week_ago(before.blocked),
            url=f"{traces}?verdict=block&hours=24" if day.blocked else "",
        ),
        Figure(
            _("Redacted"), _number(day.redacted), share(day.redacted, day.calls), _a_week_ago(before.redacted),
            url=f"{traces}?verdict=redact&hours=24" if day.redacted else "",
        ),
        Figure(_("Without a key"), _number(day.turned_away), note=_("turned away")),
    ]  # fmt: skip


def against(now: int, before: int) -> str:
    """How a day compares with the same one a week ago; empty when that one had nothing."""
    if not before:
        return ""
    change = round(100 * (now - before) / before)
    if abs(change) <= SAME:
        return _("as many as a week ago")
    words = _("%(n)s%% above a week ago") if change > 0 else _("%(n)s%% below a week ago")
    return words % {"n": _number(abs(change))}


def _a_week_ago(count: int) -> str:
    return _("%(n)s a week ago") % {"n": _number(count)} if count else ""


def _number(count: int) -> str:
    return number_format(count, force_grouping=True)
