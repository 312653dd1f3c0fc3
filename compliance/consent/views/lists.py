"""Lists of purposes and of what people chose."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from compliance.consent import queries
from compliance.consent.rules import permits
from compliance.consent.rules.purposes import BASIS_NAMES, USE_NAMES
from compliance.consent.rules.states import Act
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of

STATES: dict[str, Text] = {"live": gettext_lazy("Active"), "archived": gettext_lazy("Retired")}
ACTS: dict[str, Text] = {
    Act.GIVE: gettext_lazy("Given"),
    Act.WITHDRAW: gettext_lazy("Withdrawn"),
    Act.SIGNAL: gettext_lazy("Withdrawn by a privacy signal"),
    Act.OBJECT: gettext_lazy("Objected"),
}
CHANNELS: dict[str, Text] = {
    "chat": gettext_lazy("Chat"),
    "centre": gettext_lazy("Privacy centre"),
    "api": gettext_lazy("Application"),
    "document": gettext_lazy("Document"),
    "signal": gettext_lazy("Browser signal"),
}
COLUMNS = [
    Column(
        "slug",
        gettext_lazy("Purpose"),
        cell="title",
        sort="slug",
        card="title",
        second=lambda row: USE_NAMES[row.use],
        url=lambda row: reverse("consent:detail", args=[row.id]),
    ),
    Column("basis", gettext_lazy("Legal basis"), value=lambda row: BASIS_NAMES[row.basis], sort="basis"),
    Column(
        "state",
        gettext_lazy("State"),
        value=lambda row: "archived" if row.retired_at else "live",
        cell="state",
        card="state",
        second=lambda row: STATES["archived" if row.retired_at else "live"],
    ),
    Column("given", gettext_lazy("Given"), value=lambda row: row.given, numeric=True, sort="given"),
    Column("changed_at", gettext_lazy("Changed"), cell="ago", sort="changed_at", numeric=True),
]
FILTERS = [
    Filter("basis", gettext_lazy("Legal basis"), list(BASIS_NAMES.items()), lambda rows, one: rows.filter(basis=one)),
    Filter("use", gettext_lazy("Use"), list(USE_NAMES.items()), lambda rows, one: rows.filter(use=one)),
]


@door(permits.VIEW)
def purposes(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    actor = actor_of(request)
    may = queries.rights(actor)
    empty = Empty(
        gettext_lazy("No purpose yet"),
        gettext_lazy("A purpose says why data is processed. Bound to an assistant, its consent is asked and enforced."),
        gettext_lazy("Write a purpose"),
        reverse("consent:new"),
    )
    page = ListPage(
        request,
        Rows(queries.listed(actor), ["slug"]),
        COLUMNS,
        sort="slug",
        filters=FILTERS,
        empty=empty.where(may["write"]),
        searchable=gettext_lazy("Search by name"),
        csv_name="purposes",
    )
    return answer(request, "compliance/consent/list.html", page, {"may": may})


@door(permits.VIEW)
def records(request: HttpRequest) -> HttpResponseBase:
    """The ledger: every act by pseudonym."""
    columns = [
        Column("subject", gettext_lazy("Subject"), value=lambda row: str(row.subject_id), cell="mono", card="title"),
        Column("purpose", gettext_lazy("Purpose"), value=lambda row: row.purpose.slug),
        Column("act", gettext_lazy("Chose"), value=lambda row: ACTS[row.act]),
        Column("channel", gettext_lazy("Where"), value=lambda row: CHANNELS[row.channel]),
        Column("words", gettext_lazy("Words"), cell="hash", card="none"),
        Column("at", gettext_lazy("When"), cell="ago", sort="at", numeric=True),
    ]
    acts = list(ACTS.items())
    channels = list(CHANNELS.items())
    page = ListPage(
        request,
        Rows(queries.ledger(actor_of(request))),
        columns,
        sort="-at",
        filters=[
            Filter("act", gettext_lazy("Chose"), acts, lambda rows, value: rows.filter(act=value)),
            Filter("channel", gettext_lazy("Where"), channels, lambda rows, value: rows.filter(channel=value)),
        ],
        empty=Empty(gettext_lazy("Nobody chose yet"), gettext_lazy("Each choice is one line here, and never changes.")),
        csv_name="consent-records",
    )
    return answer(request, "compliance/consent/records.html", page, {})
