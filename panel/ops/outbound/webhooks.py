"""/webhooks/: programs that hear of events, and a new one with its secret."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.rules import door
from panel.kernel.errors import Invalid
from panel.ops.outbound import forms, rules
from panel.outbound.models import Endpoint
from panel.outbound.webhooks import queries, services
from panel.outbound.webhooks.rules import STATE_NAMES, State
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import FormPage

LOOKS = {State.ACTIVE: "live", State.PAUSED: "paused", State.DISABLED: "failed"}


def look(row: Endpoint) -> str:
    return "failed" if row.state == State.ACTIVE and row.failing_since else LOOKS[State(row.state)]


def word(row: Endpoint) -> Text:
    return _("Fails now") if look(row) == "failed" and row.state == State.ACTIVE else STATE_NAMES[State(row.state)]


COLUMNS = [
    Column(
        "name", gettext_lazy("Webhook"), cell="title", sort="name", card="title", second=lambda row: row.host,
        url=lambda row: reverse("ops:webhook", args=[row.id]),
    ),
    Column("state", gettext_lazy("State"), value=look, second=word, cell="state", card="state"),
    Column(
        "events", gettext_lazy("Events"), numeric=True,
        value=lambda row: gettext_lazy("Every") if row.events == ["*"] else len(row.events),
    ),
    Column("waits", gettext_lazy("Waits"), numeric=True, sort="waits"),
    Column("dead", gettext_lazy("Given up"), numeric=True, sort="dead"),
    Column("created_at", gettext_lazy("Made"), cell="ago", sort="created_at", numeric=True),
]  # fmt: skip


@door(rules.SEE_HOOKS)
def listing(request: HttpRequest) -> HttpResponseBase:
    may = access.can(actor_of(request), rules.SET_HOOKS)
    page = ListPage(
        request, Rows(queries.counted(), ["name", "host"]), COLUMNS, sort="name", csv_name="webhooks",
        searchable=gettext_lazy("Search by name or host"),
        filters=[
            Filter("state", gettext_lazy("State"), list(STATE_NAMES.items()), lambda rows, one: rows.filter(state=one))
        ],
        empty=Empty(
            gettext_lazy("No webhook yet"),
            gettext_lazy("A program of yours hears of each event within seconds, signed so that it knows who calls."),
            gettext_lazy("New webhook") if may else "",
            reverse("ops:new_webhook") if may else "",
        ),
    )  # fmt: skip
    return answer(request, "ops/outbound/webhooks.html", page, {"may": may})


class Once(FormPage):
    """A page whose answer to a good form is the secret, once."""

    def shown(self, made: services.Made) -> HttpResponseBase:
        self.template_name = "ops/outbound/webhook_once.html"
        return self.show(endpoint=made.endpoint, secret=made.secret)


@door(rules.SET_HOOKS)
class New(Once):
    form_class = forms.Webhook
    template_name = "ops/outbound/new_webhook.html"

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        if not given["url"]:
            raise Invalid(fields={"url": _("Give the address that events are sent to.")})
        return self.shown(
            services.create(actor=self.actor, name=given["name"], url=given["url"], events=form.chosen, at=self.at)
        )
