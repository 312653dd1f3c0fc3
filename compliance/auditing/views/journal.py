"""The journal as a list, as CSV and as JSON lines."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from compliance.auditing import queries, rules
from compliance.auditing.services import feed as services
from panel.journal import events
from panel.journal import queries as ledger
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.errors import Refusal
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.web.files import attachment

ACTORS: dict[str, Text] = {
    "person": gettext_lazy("People"),
    "service": gettext_lazy("Service accounts"),
    "key": gettext_lazy("Keys"),
    "subject": gettext_lazy("Data subjects"),
    "console": gettext_lazy("Console"),
    "system": gettext_lazy("The panel itself"),
    "anonymous": gettext_lazy("Not signed in"),
}
PERIODS: dict[str, Text] = {
    "1": gettext_lazy("Last 24 hours"),
    "7": gettext_lazy("Last 7 days"),
    "30": gettext_lazy("Last 30 days"),
    "365": gettext_lazy("Last 365 days"),
}


def _event_choices() -> list[tuple[str, Text]]:
    ordered = sorted(events.registered().values(), key=lambda one: str(one.title).casefold())
    return [(one.name, one.title) for one in ordered]


def _since(rows: QuerySet[Leaf], days: str) -> QuerySet[Leaf]:
    start = clock.now() - timedelta(days=int(days))
    return rows.filter(id__gte=ledger.first_id(start))


MEANS: dict[str, Text] = {
    "session": gettext_lazy("Session"),
    "key": gettext_lazy("API key"),
    "token": gettext_lazy("Access token"),
    "approval": gettext_lazy("Approval"),
    "review_item": gettext_lazy("Access review"),
}


def _area_choices() -> list[tuple[str, Text]]:
    return [(one, one) for one in queries.areas()]


FILTERS = [
    Filter("event", gettext_lazy("Event"), _event_choices, lambda rows, value: rows.filter(event=value)),
    Filter("by", gettext_lazy("By"), list(ACTORS.items()), lambda rows, value: rows.filter(actor_kind=value)),
    Filter("means", gettext_lazy("Means"), list(MEANS.items()), lambda rows, value: rows.filter(via_kind=value)),
    Filter("area", gettext_lazy("Area"), _area_choices, lambda rows, value: rows.filter(event__startswith=f"{value}.")),
    Filter("since", gettext_lazy("Period"), list(PERIODS.items()), _since),
]


@dataclass(frozen=True)
class Entries(Rows):
    """Searched by id only: of a request, an entry, an actor, a key, an object. Everything else is a filter."""

    def search(self, words: list[str]) -> Rows:
        found = self.queryset
        for word in words:
            found = found.filter(_about(word))
        return Entries(found)


def _about(word: str) -> Q:
    try:
        key = UUID(word)
    except ValueError:
        return Q(request_id=word)
    return Q(id=key) | Q(actor_id=key) | Q(via_id=key) | Q(object_id=key) | Q(request_id=word)


def columns(words: queries.Words) -> list[Column]:
    """The list's columns; `words` holds the names for the rows that are shown."""

    def title(entry: Leaf) -> str:
        card = words.what(entry)
        return card.title if card else ""

    def url(entry: Leaf) -> str:
        card = words.what(entry)
        return card.url if card else ""

    return [
        Column("id", gettext_lazy("Time"), value=lambda one: one.at, cell="moment", sort="id", csv=True),
        Column(
            "event",
            gettext_lazy("Event"),
            value=lambda one: events.title(one.event),
            cell="title",
            second=lambda one: one.event,
            mono=True,
            url=lambda one: reverse("auditing:entry", args=[one.id]),
            card="title",
        ),
        Column("who", gettext_lazy("Who"), value=words.who, second=words.via, cell="actor"),
        Column("what", gettext_lazy("What"), value=title, url=url, cell="compliance/auditing/cells.html#what"),
        Column("request_id", gettext_lazy("Request"), cell="compliance/auditing/cells.html#request"),
    ]


def narrowed(request: HttpRequest) -> tuple[QuerySet[Leaf], dict[str, UUID]]:
    """The entries of one actor or object, where the URL says so. Raises Refusal (400) for what is no id."""
    asked: dict[str, UUID] = {}
    for name in ("actor", "object", "person"):
        text = request.GET.get(name, "")
        try:
            asked |= {name: UUID(text)} if text else {}
        except ValueError as error:
            raise Refusal(_("This link names nobody. Start again at the whole journal."), code="bad_filter") from error
    wanted = queries.Chosen(
        actor=asked.get("actor"), object=asked.get("object"), person=asked.get("person"),
        since=_day(request, "from", 0), until=_day(request, "to", 1),
    )  # fmt: skip
    return queries.chosen(wanted), asked


def _day(request: HttpRequest, name: str, more: int) -> datetime | None:
    """`?from=2026-10-01&to=2026-10-31`, whole days in UTC. Raises Refusal (400)."""
    text = request.GET.get(name, "")
    try:
        return datetime.fromisoformat(text[:10]).replace(tzinfo=UTC) + timedelta(days=more) if text else None
    except (ValueError, OverflowError) as error:
        raise Refusal(_("Write days as 2026-10-01."), code="bad_filter") from error


@door(rules.VIEW)
def journal(request: HttpRequest) -> HttpResponseBase:
    """The list; `?format=csv` takes what the filters leave out of the panel, which is an event."""
    actor, exported = actor_of(request), request.GET.get("format") == "csv"
    rows, asked = narrowed(request)
    words = queries.Words(actor, objects_too=not exported)
    page = list_page(request, rows, words)
    if exported:
        services.note_export(actor=actor, form="csv", at=clock.now())
    else:
        words.learn(page.objects)
    only = {name: queries.name_of(key, actor) for name, key in asked.items()}
    lines = f"{reverse('auditing:lines')}?{request.GET.urlencode()}"
    export = f"{reverse('auditing:export')}?{request.GET.urlencode()}"
    days = {name: request.GET.get(name, "")[:10] for name in ("from", "to")}
    context = {"only": only, "lines": lines, "export": export, "days": days, "kept": _kept(request)}
    return answer(request, "compliance/auditing/journal.html", page, context)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What the form of days carries along."""
    return [(name, str(value)) for name, value in request.GET.items() if name not in {"from", "to", "after", "before"}]


def list_page(request: HttpRequest, rows: QuerySet[Leaf], words: queries.Words) -> ListPage:
    return ListPage(
        request,
        Entries(rows),
        columns(words),
        sort="-id",
        filters=FILTERS,
        empty=Empty(
            gettext_lazy("Nothing has happened yet"), gettext_lazy("Every act in the panel is journalled here.")
        ),
        searchable=gettext_lazy("An id: of a request, a person, an object"),
        csv_name="journal",
    )


@door(rules.VIEW)
def lines(request: HttpRequest) -> HttpResponseBase:
    """What the filters leave, oldest first, one JSON object a line: sequence and the leaf's exact bytes."""
    actor = actor_of(request)
    rows, _asked = narrowed(request)
    page = list_page(request, rows, queries.Words(actor, objects_too=False))
    found: Any = page.narrowed
    services.note_export(actor=actor, form="jsonl", at=clock.now())
    return attachment(_lines(found.queryset), "journal.jsonl", "application/jsonl")


def _lines(rows: QuerySet[Leaf]) -> Iterator[bytes]:
    pairs = rows.order_by("id").values_list("entry__sequence", "data")
    for sequence, data in pairs.iterator(chunk_size=2000):
        place = "null" if sequence is None else str(sequence)
        yield b'{"sequence":' + place.encode() + b',"leaf":' + bytes(data) + b"}\n"
