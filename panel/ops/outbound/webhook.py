"""/webhooks/<id>/: one webhook, what became of each delivery, its acts."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.rules import door
from panel.journal import events
from panel.kernel.errors import Missing
from panel.ops.outbound import forms, rules
from panel.ops.outbound.webhooks import Once, look, word
from panel.outbound.models import Delivery, Endpoint
from panel.outbound.webhooks import queries, services
from panel.outbound.webhooks.rules import OUTCOME_NAMES, PROBLEMS, TRIES, Outcome, State
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.remembered import preset
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page

LOOKS = {Outcome.QUEUED: "draft", Outcome.DELIVERED: "done", Outcome.DEAD: "failed"}
PRESETS = [
    preset("dead", gettext_lazy("Given up"), "state=dead"),
    preset("waiting", gettext_lazy("Waiting"), "state=queued"),
]


def _what(row: Delivery) -> Text:
    answered = _("Answer %(status)s.") % {"status": row.status} if row.status else ""
    return " ".join(str(one) for one in (PROBLEMS.get(row.problem, row.problem), answered) if one) or "–"


COLUMNS = [
    Column("event", gettext_lazy("Event"), value=lambda row: events.title(row.event), second=lambda row: row.event,
           cell="title", card="title"),
    Column("state", gettext_lazy("State"), value=lambda row: LOOKS[Outcome(row.state)], cell="state", card="state",
           second=lambda row: OUTCOME_NAMES[Outcome(row.state)]),
    Column("problem", gettext_lazy("What was said"), value=_what),
    Column("tries", gettext_lazy("Tries"), value=lambda row: f"{row.tries} / {TRIES}", numeric=True),
    Column("created_at", gettext_lazy("Happened"), cell="ago", sort="created_at", numeric=True),
    Column("acts", "", value=lambda row: row, cell="ops/outbound/cells.html#delivery", csv=False),
]  # fmt: skip


class OfEndpoint(Page):
    @cached_property
    def endpoint(self) -> Endpoint:
        found = queries.endpoint(self.kwargs["endpoint_id"])
        if found is None:
            raise Missing(_("There is no such webhook."))
        return found

    def context(self) -> dict[str, Any]:
        return {"endpoint": self.endpoint, "back": self.back()}

    def back(self) -> str:
        return reverse("ops:webhook", args=[self.endpoint.id])


@door(rules.SEE_HOOKS)
class Detail(OfEndpoint):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002 - Django's
        row, may = self.endpoint, access.can(self.actor, rules.SET_HOOKS)
        page = ListPage(
            request, Rows(Delivery.objects.filter(endpoint=row).defer("payload"), ["event"]),
            COLUMNS if may else COLUMNS[:-1], sort="-created_at", csv_name="deliveries", presets=PRESETS,
            searchable=gettext_lazy("Search by event"),
            filters=[
                Filter(
                    "state", gettext_lazy("State"), list(OUTCOME_NAMES.items()), lambda rows, one: rows.filter(state=one)
                )
            ],
            empty=Empty(gettext_lazy("Nothing was sent yet"), gettext_lazy("Each event stands here, with every answer.")),
        )  # fmt: skip
        chosen = [] if row.events == ["*"] else [(name, events.title(name)) for name in row.events]
        values = {
            **self.context(), "may": may, "look": look(row), "word": word(row), "chosen": chosen,
            "active": row.state == State.ACTIVE,
        }  # fmt: skip
        return answer(request, "ops/outbound/webhook.html", page, values)


@door(rules.SET_HOOKS)
class Change(OfEndpoint, FormPage):
    form_class = forms.Webhook
    template_name = "ops/outbound/webhook_change.html"
    edits = True

    def initial(self) -> dict[str, Any]:
        row = self.endpoint
        every = row.events == ["*"]
        return {"name": row.name, "every": every, "events": [] if every else row.events}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        services.change(
            actor=self.actor, endpoint=self.endpoint, name=given["name"], url=given["url"], events=form.chosen, at=self.at
        )  # fmt: skip
        self.tell(_("Saved."))
        return self.back()


@door(rules.SET_HOOKS)
class Rotation(OfEndpoint, Once):
    """GET says what it does, POST shows the new secret once."""

    form_class = forms.Nothing
    template_name = "ops/outbound/webhook_rotation.html"

    def perform(self, form: Any) -> HttpResponseBase:  # noqa: ARG002 - nothing is asked
        return self.shown(services.rotate(actor=self.actor, endpoint=self.endpoint, at=self.at))


@door(rules.SET_HOOKS)
class Pause(OfEndpoint, Act):
    """POST pauses, or resumes one that does not send."""

    def perform(self) -> Text:
        if self.endpoint.state == State.ACTIVE:
            services.pause(actor=self.actor, endpoint=self.endpoint, at=self.at)
            return _("Paused. Events are collected meanwhile.")
        services.resume(actor=self.actor, endpoint=self.endpoint, at=self.at)
        return _("It sends again, what was collected first.")


@door(rules.SET_HOOKS)
class Trial(OfEndpoint, Act):
    def perform(self) -> Text:
        answered = services.test(actor=self.actor, endpoint=self.endpoint, at=self.at)
        if not answered.problem:
            return _("It arrived: the answer was %(status)s.") % {"status": answered.status}
        told = str(PROBLEMS.get(answered.problem, answered.problem))
        return f"{told} ({answered.status})" if answered.status else told


@door(rules.SET_HOOKS)
class Replay(OfEndpoint, Act):
    def perform(self) -> Text:
        found = queries.delivery(self.endpoint.id, self.kwargs["delivery_id"])
        if found is None:
            raise Missing(_("There is no such delivery. It may be too old."))
        services.replay(actor=self.actor, delivery=found, at=self.at)
        return _("It is sent again, under the same id.")


@door(rules.SET_HOOKS)
class Removal(OfEndpoint, Act):
    def perform(self) -> Text:
        services.delete(actor=self.actor, endpoint=self.endpoint, at=self.at)
        return _("Deleted. Nothing is sent there any more, and its secret is destroyed.")

    def back(self) -> str:
        return reverse("ops:webhooks")
