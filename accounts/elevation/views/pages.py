"""Requests for a right: the list, one with its answer, asking."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.forms import CheckboxInput
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import SIGNED_IN, DutiesWarned, door
from accounts.elevation import forms, queries
from accounts.elevation.models import AccessRequest
from accounts.elevation.rules import STATE_WORDS, USUAL, State, state_at
from accounts.elevation.services import requests as services
from accounts.elevation.views.tabs import tabs
from accounts.people import queries as people
from panel.kernel import clock
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Memory
from panel.ui.menu import actor_of
from panel.ui.pages import Act, FormPage, Page

NEWEST = 2000
# Two forms on one page, each with an answer: a label must find its own.
DECLINE_IDS = "decline_%s"
DOTS = {"open": "invited", "approved": "active", "declined": "disabled"}


@dataclass(frozen=True)
class Row:
    pk: UUID
    name: str
    wants: str
    where: str
    state: str
    asked_at: datetime
    expires_at: datetime | None

    @property
    def dot(self) -> str:
        return DOTS.get(self.state, "draft")


COLUMNS = [
    Column(
        "wants", gettext_lazy("Asked for"), cell="title", card="title", second=lambda row: row.where,
        url=lambda row: reverse("elevation:request", args=[row.pk]),
    ),
    Column("name", gettext_lazy("Person"), sort="name"),
    Column(
        "dot", gettext_lazy("State"), cell="state", card="state", second=lambda row: STATE_WORDS[row.state], csv=False
    ),
    Column("asked_at", gettext_lazy("Asked"), cell="ago", sort="asked_at", numeric=True),
    Column("expires_at", gettext_lazy("Given until"), cell="moment", numeric=True),
]  # fmt: skip
FILTERS = [
    Filter("state", gettext_lazy("State"), list(STATE_WORDS.items()), keep=lambda row, value: row.state == value),
]


def _rows(request: HttpRequest, at: datetime) -> list[Row]:
    actor = actor_of(request)
    found = list(queries.visible_to(actor).order_by("-asked_at")[:NEWEST])
    names, places = people.names(one.person_id for one in found), queries.where_of(actor, found)
    return [
        Row(
            one.id,
            names.get(one.person_id, people.GONE),
            queries.title_of(one),
            places[one.object_id].title if one.object_id in places else "",
            state_at(one.state, one.asked_at, at),
            one.asked_at,
            one.expires_at,
        )
        for one in found
    ]


@door(SIGNED_IN)
def listing(request: HttpRequest) -> HttpResponseBase:
    page = ListPage(
        request, Memory(_rows(request, clock.now()), lambda row: f"{row.name} {row.wants} {row.where}"), COLUMNS,
        sort="-asked_at", filters=FILTERS,
        empty=Empty(
            gettext_lazy("No request"),
            gettext_lazy("When a page says that you lack a right, it offers to ask for it. Requests stand here."),
        ),
        searchable=gettext_lazy("Search by person or right"), csv_name="access-requests",
    )  # fmt: skip
    return answer(request, "accounts/elevation/list.html", page, {"tabs": tabs("requests")})


@door(SIGNED_IN)
class Asking(FormPage):
    """The form stands on the 403 page; here it is answered when it has to be corrected."""

    form_class = forms.Ask
    template_name = "accounts/elevation/asking.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(reverse("elevation:requests"))

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        obj = (given["kind"], given["object_id"]) if given["kind"] and given["object_id"] else None
        row = services.ask(actor=self.actor, permit=given["permit"], obj=obj, reason=given["reason"], at=self.at)
        self.tell(_("Asked. You see here what becomes of it."))
        return reverse("elevation:request", args=[row.id])


class OfRequest(Page):
    template_name = "accounts/elevation/request.html"

    @cached_property
    def one(self) -> AccessRequest:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["asked_id"]).first()
        if found is None:
            raise Missing(_("There is no such request."))
        return found

    def context(self) -> dict[str, Any]:
        one = self.one
        state = state_at(one.state, one.asked_at, self.at)
        may = state == State.OPEN and queries.may_decide(self.actor, one)
        return {
            "one": one,
            "wants": queries.title_of(one),
            "place": queries.where_of(self.actor, [one]).get(one.object_id) if one.object_id else None,
            "person": people.name(one.person_id),
            "decided_by": people.name(one.decided_by_id) if one.decided_by_id else "",
            "state": state,
            "word": STATE_WORDS[state],
            "own": one.person_id == self.actor.id,
            "approve": self.approval() if may else None,
            "decline": forms.Decline(auto_id=DECLINE_IDS) if may else None,
        }

    def approval(self) -> forms.Approve:
        until = localtime(self.at + USUAL).date()
        return forms.Approve(roles=queries.roles_for(self.one), initial={"until": until})

    def back(self) -> str:
        return reverse("elevation:request", args=[self.one.id])


@door(SIGNED_IN)
class Request(OfRequest):
    """What was asked, and the answer or the forms for it."""


class Answering(OfRequest, FormPage):
    """One of two forms of the page: it answers a POST, and leads back for a GET."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(self.back())


@door(SIGNED_IN)
class Approval(Answering):
    form_class = forms.Approve

    def form_options(self) -> dict[str, Any]:
        return {"roles": queries.roles_for(self.one)}

    def show(self, *, status: int = 200, **values: Any) -> Any:
        return super().show(status=status, approve=values.pop("form"), **values)

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        try:
            services.approve(
                actor=self.actor, request=self.one, role=given["role"], until=form.end, answer=given["answer"],
                at=self.at, despite=given["despite"],
            )  # fmt: skip
        except DutiesWarned:
            form.fields["despite"].widget = CheckboxInput()
            raise
        self.tell(_("Given. It ends by itself."))
        return self.back()


@door(SIGNED_IN)
class Declining(Answering):
    form_class = forms.Decline

    def form_options(self) -> dict[str, Any]:
        return {"auto_id": DECLINE_IDS}

    def show(self, *, status: int = 200, **values: Any) -> Any:
        return super().show(status=status, decline=values.pop("form"), **values)

    def perform(self, form: Any) -> str:
        services.decline(actor=self.actor, request=self.one, answer=form.cleaned_data["answer"], at=self.at)
        self.tell(_("Declined. The person sees your words."))
        return self.back()


@door(SIGNED_IN)
class Withdrawal(OfRequest, Act):
    def perform(self) -> str:
        services.withdraw(actor=self.actor, request=self.one, at=self.at)
        return _("Withdrawn.")
