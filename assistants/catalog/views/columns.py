"""The columns of the list of assistants."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assistants.catalog.models import Assistant
from assistants.catalog.queries.usage import Week
from assistants.catalog.views.base import STATE_WORDS, mark
from panel.ui.drawings.charts import lines
from panel.ui.lists.columns import Column

CELLS = "assistants/catalog/parts/list_cells.html"
MUCH = 0.02
"""Blocked above this share of the calls of a week is told in red."""
NOTHING = Week([])


def _version(row: Assistant) -> str:
    return f"v{row.live_version.number}" if row.live_version else "–"


def _second(row: Assistant) -> str:
    return row.stopped_reason if row.state == "paused" else row.slug


def columns(owners: Mapping[Any, str], policies: Mapping[Any, str], weeks: Mapping[UUID, Week]) -> list[Column]:
    """For the rows of one page: names of their owners and policies, and what they did in the last week."""

    def week(row: Assistant) -> Week:
        return weeks.get(row.id, NOTHING)

    return [
        Column(
            "name", gettext_lazy("Assistant"), cell="title", second=_second, mono=lambda row: row.state != "paused",
            sort="name", card="title", url=lambda row: reverse("catalog:detail", args=[row.id]),
        ),
        Column(
            "state", gettext_lazy("State"), value=lambda row: mark(row.state), second=lambda row: STATE_WORDS[row.state],
            cell="state", sort="state", card="state",
        ),
        Column("version", gettext_lazy("Version"), value=_version, cell="mono"),
        Column(
            "policy", gettext_lazy("Guard policy"),
            value=lambda row: policies.get(row.live_version.policy_id, "–") if row.live_version else "–",
        ),
        Column(
            "calls", gettext_lazy("Calls, 7 days"), value=lambda row: week(row).calls,
            second=lambda row: _curve(week(row)), cell=f"{CELLS}#calls", card="none",
        ),
        Column(
            "blocked", gettext_lazy("Blocked"), value=lambda row: _share(week(row)),
            second=lambda row: week(row).blocked > MUCH * week(row).calls, cell=f"{CELLS}#blocked", numeric=True,
        ),
        Column("owner", gettext_lazy("Owner"), value=lambda row: owners.get(row.owner_id, ""), cell="actor"),
        Column("last", gettext_lazy("Last call"), value=lambda row: week(row).last, cell=f"{CELLS}#last", numeric=True),
    ]  # fmt: skip


def _curve(week: Week) -> SafeString | str:
    if not week.calls:
        return ""
    told = ngettext("%(n)s call in 7 days", "%(n)s calls in 7 days", week.calls)
    return lines.sparkline(week.days, told % {"n": number_format(week.calls, force_grouping=True)})


def _share(week: Week) -> str:
    return _("%(n)s%%") % {"n": number_format(100 * week.blocked / week.calls, 1)} if week.calls else "–"
