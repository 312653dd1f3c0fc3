"""Lists of holds and of refused deletions."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from compliance.holds import queries
from compliance.holds.rules import permits
from compliance.holds.rules.states import WORDS, State
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import actor_of

# The state element's own words for the house's states.
LOOKS = {
    State.DRAFT: "draft",
    State.ACTIVE: "live",
    State.COOLING: "paused",
    State.RELEASED: "archived",
    State.DISCARDED: "archived",
}
COLUMNS = [
    Column(
        "reference",
        gettext_lazy("Hold"),
        cell="title",
        sort="reference",
        card="title",
        url=lambda row: reverse("holds:detail", args=[row.id]),
    ),
    Column(
        "state",
        gettext_lazy("State"),
        value=lambda row: LOOKS[State(row.state)],
        cell="state",
        card="state",
        second=lambda row: WORDS[State(row.state)],
    ),
    Column("revision", gettext_lazy("Version"), value=lambda row: f"v{row.revision}", cell="mono"),
    Column("tried", gettext_lazy("Refused deletions"), numeric=True, sort="tried"),
    Column("made_at", gettext_lazy("Placed"), cell="ago", sort="made_at", numeric=True),
]


@door(permits.VIEW)
def holds(request: HttpRequest) -> HttpResponseBase:
    """The list; released holds stay."""
    actor = actor_of(request)
    may = queries.rights(actor)
    page = ListPage(
        request,
        Rows(queries.listed(actor), ["reference"]),
        COLUMNS,
        sort="-made_at",
        filters=[
            Filter("state", gettext_lazy("State"), list(WORDS.items()), lambda rows, value: rows.filter(state=value))
        ],
        empty=Empty(
            gettext_lazy("No legal hold yet"),
            gettext_lazy("A hold keeps records for a matter: no way of deleting takes them while it lasts."),
            gettext_lazy("Place a hold"),
            reverse("holds:new"),
        ).where(may["place"]),
        searchable=gettext_lazy("Search by reference"),
        csv_name="holds",
    )
    return answer(request, "compliance/holds/list.html", page, {"may": may})


@door(permits.VIEW)
def attempts(request: HttpRequest) -> HttpResponseBase:
    """Who tried to delete what is held."""
    columns = [
        Column(
            "hold", gettext_lazy("Hold"), value=lambda row: row.hold.reference, cell="title", card="title",
            url=lambda row: reverse("holds:detail", args=[row.hold_id]),
        ),
        Column("kind", gettext_lazy("What")),
        Column("target", gettext_lazy("Id"), value=lambda row: str(row.target), cell="mono"),
        Column("by_kind", gettext_lazy("By")),
        Column("at", gettext_lazy("When"), cell="ago", sort="at", numeric=True),
    ]  # fmt: skip
    page = ListPage(
        request,
        Rows(queries.attempts(actor_of(request)), ["hold__reference", "kind"]),
        columns,
        sort="-at",
        searchable=gettext_lazy("Search by hold"),
        empty=Empty(gettext_lazy("Nobody tried"), gettext_lazy("A deletion that a hold refused is one line here.")),
        csv_name="refused-deletions",
    )
    return answer(request, "compliance/holds/attempts.html", page, {})
