"""The queue: what is due first stands first."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access.rules import door
from compliance.requests.models import Request
from compliance.requests.queries import clocks, reading, statistics
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import SOURCE_NAMES, STAFF_NAMES, Kind, Source
from compliance.requests.rules.states import OPEN, STATE_NAMES, TONES, State
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.remembered import preset
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of

WHEN: list[tuple[str, Text]] = [
    ("open", gettext_lazy("Open")),
    ("late", gettext_lazy("Late")),
    ("closed", gettext_lazy("Closed")),
]


def _when(rows: object, value: str) -> object:
    today = clocks.local(clock.now())
    found = rows.filter(state__in=OPEN) if value != "closed" else rows.exclude(state__in=OPEN)  # type: ignore[attr-defined]
    return found.filter(due_on__lt=today) if value == "late" else found


def _left(row: Request) -> str:
    """Under the date of an open one: how long there is."""
    if row.state not in OPEN:
        return ""
    if row.paused_since is not None:
        return _("the clock stands")
    days = clocks.days_left(row, clock.now())
    if days < 0:
        return ngettext("%(n)s day late", "%(n)s days late", -days) % {"n": -days}
    return ngettext("%(n)s day left", "%(n)s days left", days) % {"n": days}


def _columns(names: Mapping[UUID, str]) -> list[Column]:
    """`names`: of whoever works on requests."""
    worker = Column(
        "assignee", gettext_lazy("Works on it"),
        value=lambda row: names.get(row.assignee, "–") if row.assignee else _("nobody"),
    )  # fmt: skip
    return [*COLUMNS[:3], worker, *COLUMNS[3:]]


COLUMNS = [
    Column(
        "number", gettext_lazy("Request"), value=lambda row: row.code, cell="title", card="title", sort="number",
        second=lambda row: STAFF_NAMES[Kind(row.kind)], url=lambda row: reverse("requests:detail", args=[row.id]),
    ),
    Column(
        "state", gettext_lazy("State"), value=lambda row: TONES[State(row.state)], cell="state", card="state",
        second=lambda row: STATE_NAMES[State(row.state)],
    ),
    Column("due_on", gettext_lazy("Answer due"), value=lambda row: row.due_on.isoformat(), sort="due_on", second=_left),
    Column("regime", gettext_lazy("Law"), value=lambda row: row.regime.upper()),
    Column("source", gettext_lazy("Came by"), value=lambda row: SOURCE_NAMES[Source(row.source)]),
    Column("received_at", gettext_lazy("Received"), cell="ago", sort="received_at", numeric=True),
]  # fmt: skip


def _who(actor: Actor) -> Filter:
    wanted = {"me": Q(assignee=actor.id), "nobody": Q(assignee__isnull=True)}
    named: list[tuple[str, Text]] = [("me", gettext_lazy("Me")), ("nobody", gettext_lazy("Nobody"))]
    return Filter("who", gettext_lazy("Works on it"), named, lambda rows, one: rows.filter(wanted[one], state__in=OPEN))


FILTERS = [
    Filter("when", gettext_lazy("When"), WHEN, _when),
    Filter("kind", gettext_lazy("Kind"), list(STAFF_NAMES.items()), lambda rows, one: rows.filter(kind=one)),
    Filter("state", gettext_lazy("State"), list(STATE_NAMES.items()), lambda rows, one: rows.filter(state=one)),
]


@door(permits.SEE)
def listing(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    rows, may = reading.visible_to(actor), reading.rights(actor)
    presets = [
        preset("open", gettext_lazy("Open"), "when=open"), preset("late", gettext_lazy("Late"), "when=late"),
        preset("mine", gettext_lazy("Mine"), "who=me"),
    ]  # fmt: skip
    page = ListPage(
        request, Rows(rows, ["number"]), _columns(dict(reading.officers(clock.now()))),
        sort="due_on", filters=[*FILTERS, _who(actor)], presets=presets,
        empty=Empty(
            gettext_lazy("Nobody has asked yet"),
            gettext_lazy("People ask in the privacy centre; letters and calls are entered here."),
            gettext_lazy("Enter a request"), reverse("requests:new"),
        ).where(may["enter"]),
        searchable=gettext_lazy("Search by number"), csv_name="requests",
    )  # fmt: skip
    values = {"may": may, "numbers": statistics.numbers(rows, clock.now())}
    return answer(request, "compliance/requests/list.html", page, values)
