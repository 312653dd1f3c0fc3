"""Traces: what became of each call, without its words."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from assistants.catalog.queries import assistants
from assistants.conversations import queries
from assistants.conversations.rules import ACTIONS, SEE_TRACES
from assistants.gateway.views import detail, words
from assistants.gateway.views.source import Trace, Traces
from panel.kernel import clock
from panel.ui.drawings import tape
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.peek import Peek
from panel.ui.lists.remembered import preset
from panel.ui.menu import actor_of


def _name(kind: str) -> Any:
    def read(trace: Trace) -> str | None:
        card = trace.card(kind)
        return card.title if card else None

    return read


COLUMNS = [
    Column("at", gettext_lazy("Time"), cell="moment", sort="at", url=lambda trace: reverse("gateway:trace", args=[trace.pk])),
    Column("title", gettext_lazy("Call"), cell="title", card="title", second=_name("assistant"),
           url=lambda trace: reverse("gateway:trace", args=[trace.pk])),
    Column("action", gettext_lazy("Verdict"), value=lambda trace: trace.verdict, cell="verdict", card="state"),
    Column("tape", gettext_lazy("Guards"), cell="tape", card="none"),
    Column("key", gettext_lazy("Key or person"), value=lambda trace: trace.called_by,
           second=lambda trace: words.SOURCES[trace.call.source]),
    Column("status", gettext_lazy("Status"), value=lambda trace: trace.call.status, numeric=True, card="none"),
    Column("millis", gettext_lazy("ms"), value=lambda trace: trace.millis, numeric=True, card="none"),
    Column("tokens", gettext_lazy("Tokens"), numeric=True, card="none"),
    Column("request_id", gettext_lazy("Request"), cell="hash", card="none"),
]  # fmt: skip
PERIODS = [("1", gettext_lazy("Last hour")), ("24", gettext_lazy("Last day")), ("168", gettext_lazy("Last 7 days"))]
PRESETS = [
    preset("blocked", gettext_lazy("Blocked"), "verdict=block"),
    preset("redacted", gettext_lazy("Redacted"), "verdict=redact"),
    preset("failed", gettext_lazy("Failed"), "end=failed"),
    preset("tried", gettext_lazy("Playground"), "source=playground"),
]
ENDS = {
    "answered": (gettext_lazy("Answered"), {"status__lt": 400}),
    "refused": (gettext_lazy("Refused"), {"status__gte": 400, "status__lt": 500}),
    "failed": (gettext_lazy("Failed"), {"status__gte": 500}),
}


def filters(request: HttpRequest) -> list[Filter]:
    actor = actor_of(request)
    return [
        Filter("assistant", gettext_lazy("Assistant"), assistants.some(actor, request.GET.get("assistant", "")),
               lambda rows, value: rows.filter(assistant=value)),
        Filter("verdict", gettext_lazy("Verdict"), [(one, tape.WORDS[one]) for one in ACTIONS],
               lambda rows, value: rows.filter(action=value)),
        Filter("end", gettext_lazy("End"), [(name, label) for name, (label, _found) in ENDS.items()],
               lambda rows, value: rows.filter(**ENDS[value][1])),
        Filter("source", gettext_lazy("Source"), list(words.SOURCES.items()), lambda rows, value: rows.filter(source=value)),
        Filter("hours", gettext_lazy("Period"), PERIODS,
               lambda rows, value: queries.since(rows, clock.now() - timedelta(hours=int(value)))),
    ]  # fmt: skip


@door(SEE_TRACES)
def traces(request: HttpRequest) -> HttpResponseBase:
    """The list, newest first."""
    actor = actor_of(request)
    page = ListPage(
        request,
        Traces(actor, queries.visible_to(actor)),
        COLUMNS,
        sort="-at",
        filters=filters(request),
        empty=Empty(
            gettext_lazy("No call yet"),
            gettext_lazy(
                "Each call of an assistant leaves a trace: its verdicts, its timing and its sizes, not its words."
            ),
        ),
        searchable=gettext_lazy("Find a request id"),
        csv_name="traces",
        presets=PRESETS,
        peek=Peek(
            title=lambda trace: trace.title,
            template="assistants/gateway/peek.html",
            context=detail.facts,
            find=lambda key: detail.find(actor, key),
        ),
    )
    return answer(request, "assistants/gateway/traces.html", page)
