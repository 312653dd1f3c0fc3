"""Lists: reviews, the rights of one, rules, reports."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from compliance.reviews.queries import reading
from compliance.reviews.queries.words import Words
from compliance.reviews.rules.permits import DECIDE, VIEW
from compliance.reviews.rules.recurring import EVERY_WORDS
from compliance.reviews.rules.states import CAMPAIGN_WORDS
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import actor_of

CELLS = "compliance/reviews/parts/cells.html"
LOOKS = {"open": "live", "closed": "done", "cancelled": "archived", "freezing": "running", "closing": "running"}


def _decided(row: Any) -> str:
    return f"{row.count - row.waiting} / {row.count}" if row.count else "–"


COLUMNS = [
    Column(
        "name", gettext_lazy("Review"), cell="title", sort="name", card="title",
        url=lambda row: reverse("reviews:campaign", args=[row.id]),
    ),
    Column(
        "state", gettext_lazy("State"), value=lambda row: LOOKS.get(row.state, row.state), cell="state", card="state",
        second=lambda row: CAMPAIGN_WORDS[row.state],
    ),
    Column("decided", gettext_lazy("Decided"), value=_decided, numeric=True),
    Column("due_at", gettext_lazy("Closes"), cell="moment", sort="due_at"),
    Column("made_at", gettext_lazy("Begun"), cell="ago", sort="made_at", numeric=True),
]  # fmt: skip
FILTERS = [
    Filter("state", gettext_lazy("State"), list(CAMPAIGN_WORDS.items()), lambda rows, value: rows.filter(state=value))
]


@door(DECIDE)
def campaigns(request: HttpRequest) -> HttpResponseBase:
    """Those that the actor may see."""
    actor = actor_of(request)
    may = reading.rights(actor)
    empty = Empty(
        gettext_lazy("No review yet"),
        gettext_lazy(
            "A review freezes who may what, asks somebody about each right, takes what is not needed, and proves it."
        ),
        gettext_lazy("Begin a review") if may["manage"] else "",
        reverse("reviews:new") if may["manage"] else "",
    )
    page = ListPage(
        request, Campaigns(reading.visible_to(actor), ["name"]), COLUMNS, sort="-made_at", filters=FILTERS, empty=empty,
        searchable=gettext_lazy("Search by name"), csv_name="access-reviews",
    )  # fmt: skip
    return answer(request, "compliance/reviews/list.html", page, {"may": may})


@dataclass(frozen=True)
class Campaigns(Rows):
    """Open items are counted for the rows of a page only."""

    def window(self, *args: Any, **options: Any) -> list[Any]:
        rows = super().window(*args, **options)
        found = Counter(reading.waiting_in([row.id for row in rows]))
        for row in rows:
            row.waiting = found[row.id]
        return rows

    def everything(self, *args: Any, **options: Any) -> list[Any]:
        rows = super().everything(*args, **options)
        found = Counter(reading.waiting_in([row.id for row in rows]))
        for row in rows:
            row.waiting = found[row.id]
        return rows

    def search(self, words: list[str]) -> "Campaigns":
        return Campaigns(super().search(words).queryset, self.fields)

    def narrow(self, one: Filter, value: str) -> "Campaigns":
        return Campaigns(super().narrow(one, value).queryset, self.fields)


@door(VIEW)
def rules(request: HttpRequest) -> HttpResponseBase:
    """Recurring reviews."""
    columns = [
        Column("name", gettext_lazy("Rule"), cell="title", sort="name", card="title"),
        Column("every", gettext_lazy("How often"), value=lambda row: EVERY_WORDS[row.every]),
        Column("next_at", gettext_lazy("Next"), cell="moment", value=lambda row: row.next_at),
        Column("days_open", gettext_lazy("Days to decide"), numeric=True),
        Column("begun", gettext_lazy("Begun"), numeric=True),
        Column("end", "", value=lambda row: "" if row.ended_at else str(row.id), csv=False,
               cell=f"{CELLS}#end"),
    ]  # fmt: skip
    may = reading.rights(actor_of(request))
    page = ListPage(
        request, Rows(reading.rules(), ["name"]), columns, sort="name", csv_name="review-rules",
        empty=Empty(gettext_lazy("No rule yet"), gettext_lazy("A rule begins a review each month, quarter or year.")),
        extra={"may": may},
    )  # fmt: skip
    return answer(request, "compliance/reviews/rules.html", page, {"may": may})


@door(VIEW)
def reports(request: HttpRequest) -> HttpResponseBase:
    """Signed reports, newest first."""
    words = Words(actor_of(request))

    def title(row: Any) -> str:
        return row.campaign.name if row.campaign else _("Rights at an instant")

    columns = [
        Column("title", gettext_lazy("Report"), value=title, cell="title", card="title"),
        Column("as_of", gettext_lazy("At"), cell="moment", value=lambda row: row.as_of or row.campaign.frozen_at),
        Column("by", gettext_lazy("By"), value=lambda row: words.person(row.made_by_id, row.made_by_kind), cell="actor"),
        Column("made_at", gettext_lazy("Made"), cell="ago", sort="made_at", numeric=True),
        Column("take", gettext_lazy("Take"), value=lambda row: str(row.id), cell=f"{CELLS}#take", csv=False),
    ]  # fmt: skip
    page = ListPage(
        request, Rows(reading.reports(actor_of(request)).select_related("campaign")), columns, sort="-made_at",
        csv_name="review-reports",
        empty=Empty(gettext_lazy("No report yet"), gettext_lazy("Each review that closes leaves one.")),
    )  # fmt: skip
    words.learn_people({row.made_by_id for row in page.objects if row.made_by_id})
    return answer(request, "compliance/reviews/reports.html", page)
