"""Where the journal goes besides: sinks, what waits for them, and what they said."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.rules import door
from compliance.auditing import forms, queries, rules
from compliance.auditing.models import Sink
from compliance.auditing.services import sinks
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage

KINDS: dict[str, Text] = {
    "https": gettext_lazy("HTTPS"),
    "syslog": gettext_lazy("Syslog"),
    "file": gettext_lazy("File"),
    "mail": gettext_lazy("Mail"),
    "s3": gettext_lazy("Bucket"),
    "git": gettext_lazy("Git"),
    "tsa": gettext_lazy("Time-stamps"),
    "witness": gettext_lazy("Witness"),
}
WHATS: dict[str, Text] = {"entries": gettext_lazy("Entries"), "checkpoints": gettext_lazy("Checkpoints")}


def _state(row: Sink) -> str:
    return "paused" if row.paused else "failed" if row.failing_since or row.rewritten else "live"


def _word(row: Sink) -> Text:
    known = _("It knows %(n)s entries that this journal has not, or not so.") % {"n": row.rewritten}
    words: dict[str, Text] = {"paused": _("Paused"), "failed": row.problem or known, "live": _("Arrives")}
    return words[_state(row)]


@door(rules.VIEW)
def listing(request: HttpRequest) -> HttpResponseBase:
    may = access.can(actor_of(request), rules.KEEP_SINKS)
    columns = [
        Column("name", gettext_lazy("Sink"), cell="title", sort="name", card="title", second=lambda row: row.place),
        Column("kind", gettext_lazy("Kind"), value=lambda row: KINDS[row.kind]),
        Column("what", gettext_lazy("What"), value=lambda row: WHATS[row.what]),
        Column("state", gettext_lazy("State"), value=_state, second=_word, cell="state", card="state"),
        Column("backlog", gettext_lazy("Waits"), value=queries.backlog, numeric=True),
        Column("sent", gettext_lazy("Arrived"), numeric=True),
        Column("last_at", gettext_lazy("Last"), value=lambda row: row.last_at, cell="ago", numeric=True),
        Column("acts", "", value=lambda row: row, cell="compliance/auditing/cells.html#sink", csv=False),
    ]
    page = ListPage(
        request, Rows(queries.sinks(), ["name", "place"]), columns if may else columns[:-1], sort="name", csv_name="sinks",
        empty=Empty(
            gettext_lazy("No sink yet"),
            gettext_lazy("Send entries to a log system, and checkpoints to a place that nobody here can rewrite."),
            gettext_lazy("Add a sink") if may else "",
            reverse("auditing:new_sink") if may else "",
        ),
    )  # fmt: skip
    return answer(request, "compliance/auditing/sinks.html", page, {"may": may, "keys": queries.verifier_keys()})


@door(rules.KEEP_SINKS)
class New(FormPage):
    form_class = forms.Sink
    template_name = "compliance/auditing/new_sink.html"

    def perform(self, form: Any) -> str:
        sinks.add(actor=self.actor, at=self.at, **form.cleaned_data)
        self.tell(_("Added. It gets what comes within seconds."))
        return reverse("auditing:sinks")


class OfSink(Act):
    def back(self) -> str:
        return reverse("auditing:sinks")

    def sink(self) -> Sink:
        found = queries.sink(self.kwargs["sink_id"])
        if found is None:
            raise Missing(_("There is no such sink."))
        return found


@door(rules.KEEP_SINKS)
class Pause(OfSink):
    """POST pauses, or resumes one that is paused."""

    def perform(self) -> Text:
        row = self.sink()
        sinks.set_paused(actor=self.actor, sink=row, paused=not row.paused, at=self.at)
        return _("It goes on, with what waited first.") if row.paused else _("Paused. Nothing is lost meanwhile.")


@door(rules.KEEP_SINKS)
class Removal(OfSink):
    def perform(self) -> Text:
        sinks.remove(actor=self.actor, sink_id=self.sink().id, at=self.at)
        return _("Removed. What was sent stays where it is.")
