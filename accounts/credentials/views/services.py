"""Service accounts: which programs there are, who answers for each, what they hold and reach."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.rules import door
from accounts.credentials import forms
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import programs
from accounts.credentials.rules import permits as rules
from accounts.credentials.services import accounts
from accounts.credentials.views.listing import KIND_WORDS, STATE_WORDS
from accounts.people import queries as people
from accounts.people.models import Service
from accounts.people.rules import State
from panel.kernel.errors import Missing
from panel.kernel.registries import objects
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.remembered import preset
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import FormPage, Page

WORDS: dict[str, Text] = {
    "active": gettext_lazy("Active"),
    "orphaned": gettext_lazy("Nobody answers for it"),
    "disabled": gettext_lazy("Closed"),
}
DOTS = {"active": "active", "orphaned": "paused", "disabled": "revoked"}


def _narrowed(rows: Any, value: str) -> Any:
    if value == "orphaned":
        return programs.orphaned(rows)
    return rows.filter(user__state=State.DISABLED if value == "disabled" else State.ACTIVE)


def _columns(rows: list[Service]) -> list[Column]:
    names = people.names(row.responsible_id for row in rows if row.responsible_id)
    return [
        Column(
            "name", gettext_lazy("Service account"), cell="title", sort="name", card="title",
            second=lambda row: row.purpose, url=lambda row: reverse("credentials:service", args=[row.user_id]),
        ),
        Column(
            "state", gettext_lazy("State"), value=lambda row: DOTS[programs.standing_of(row)], cell="state", card="state",
            second=lambda row: WORDS[programs.standing_of(row)],
        ),
        Column("responsible", gettext_lazy("Who answers"), value=lambda row: names.get(row.responsible_id, "–")),
        Column("keys", gettext_lazy("Keys that work"), numeric=True),
    ]  # fmt: skip


FILTERS = [Filter("state", gettext_lazy("State"), list(WORDS.items()), _narrowed)]
PRESETS = [preset("orphaned", gettext_lazy("Orphaned"), "state=orphaned")]


@door(rules.USE)
def listing(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    may = access.can(actor, rules.ADD_SERVICE)
    empty = Empty(
        gettext_lazy("No service account yet"),
        gettext_lazy("A program that must outlive the people who set it up holds its keys through a service account."),
        gettext_lazy("Add a service account") if may else "",
        reverse("credentials:new_service") if may else "",
    )
    rows = programs.visible_to(actor)
    page = ListPage(
        request, Rows(programs.counted(rows), ["name", "purpose"]), _columns(list(rows[:1000])), sort="name",
        filters=FILTERS, empty=empty, presets=PRESETS, csv_name="service-accounts",
    )  # fmt: skip
    return answer(request, "accounts/credentials/services/services.html", page, {"may": may})


@door(rules.ADD_SERVICE)
class New(FormPage):
    form_class = forms.Service
    template_name = "accounts/credentials/services/new_service.html"

    def perform(self, form: forms.Service) -> str:
        given = form.cleaned_data
        made = accounts.add(actor=self.actor, name=given["name"], purpose=given["purpose"], at=self.at)
        self.tell(_("Added. Share assistants with it, then make it a key."))
        return reverse("credentials:service", args=[made.user_id])


class OfService(Page):
    """A page about a service account that the actor answers for, or sees as everybody's; any other is missing."""

    @cached_property
    def service(self) -> Service:
        found = programs.visible_to(self.actor).filter(user_id=self.kwargs["service_id"]).first()
        if found is None:
            raise Missing(_("There is no such service account."))
        return found

    def url(self) -> str:
        return reverse("credentials:service", args=[self.service.user_id])


@door(rules.USE)
class Detail(OfService):
    template_name = "accounts/credentials/services/service.html"

    def context(self) -> dict[str, Any]:
        service, own = self.service, programs.answers_for(self.actor, self.service)
        state = programs.standing_of(service)
        keys = list(service.user.api_keys.order_by("-created_at")[:100])
        reach = [key for key, _title in objects.choices(programs.acting(service), "assistant")]
        return {
            "service": service, "id": str(service.user_id), "responsible": people.name(service.responsible_id),
            "state": DOTS[state], "state_word": WORDS[state], "orphaned": state == "orphaned", "reach": len(reach),
            "keys": [(key, KIND_WORDS[key.kind], *_life(key, self.at)) for key in keys],
            "cards": list(objects.cards(self.actor, "assistant", reach).values()),
            "may": state != "disabled" and (own or access.can(self.actor, rules.KEEP_SERVICES)),
            "may_issue": state != "disabled" and own and access.can(self.actor, rules.ISSUE),
        }  # fmt: skip


def _life(key: ApiKey, at: datetime) -> tuple[str, Text]:
    state = key.state(at)
    return state.value, STATE_WORDS[state]


@door(rules.USE)
class Handover(OfService, FormPage):
    form_class = forms.Handover
    template_name = "accounts/credentials/services/handover.html"

    def context(self) -> dict[str, Any]:
        return {"service": self.service}

    def form_options(self) -> dict[str, Any]:
        return {"people": [(str(key), name) for key, name in people.choices()]}

    def perform(self, form: forms.Handover) -> str:
        accounts.hand_over(actor=self.actor, service=self.service, to=form.cleaned_data["person"], at=self.at)
        self.tell(_("Handed over."))
        still = programs.visible_to(self.actor).filter(user_id=self.service.user_id)
        return self.url() if still.exists() else reverse("credentials:services")


@door(rules.USE)
class Closing(OfService, FormPage):
    form_class = forms.Closing
    template_name = "accounts/credentials/services/closing.html"

    def context(self) -> dict[str, Any]:
        return {"service": self.service}

    def perform(self, form: forms.Closing) -> str:
        accounts.close(actor=self.actor, service=self.service, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("Closed. Its keys, clients and tokens have ended."))
        return self.url()
