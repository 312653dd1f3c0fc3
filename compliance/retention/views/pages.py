"""Pages of the classes: how long what is kept, the oldest record of each, the switch."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from compliance.retention import forms, queries
from compliance.retention.models import Rule
from compliance.retention.rules import permits
from compliance.retention.rules.classes import CATEGORIES, Category, spelled
from compliance.retention.services import ruling, switch
from panel.kernel import clock
from panel.kernel.errors import Missing
from panel.kernel.registries import deletion
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage, Page

NAMES = [(one.value, found.title) for one, found in CATEGORIES.items()]


def _period(row: Rule) -> str:
    return spelled(queries.period(row, clock.now()))


COLUMNS = [
    Column(
        "name",
        gettext_lazy("Class"),
        cell="title",
        sort="name",
        card="title",
        second=lambda row: CATEGORIES[Category(row.category)].title,
        url=lambda row: reverse("retention:period", args=[row.name]),
    ),
    Column("days", gettext_lazy("Kept for"), value=_period, sort="days", numeric=True),
    Column("trigger", gettext_lazy("Counted from"), value=lambda row: CATEGORIES[Category(row.category)].trigger),
    Column(
        "pending",
        gettext_lazy("Soon"),
        value=lambda row: spelled(row.pending_days) if row.pending_days else "–",
        numeric=True,
    ),
    Column("default", gettext_lazy("Default"), value=lambda row: gettext_lazy("Yes") if row.is_default else "–"),
    Column("changed_at", gettext_lazy("Changed"), cell="ago", sort="changed_at", numeric=True),
]


@door(permits.VIEW)
def classes(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    actor = actor_of(request)
    page = ListPage(
        request,
        Rows(queries.rules(actor), ["name"]),
        COLUMNS,
        sort="name",
        filters=[
            Filter("category", gettext_lazy("Records"), NAMES, lambda rows, value: rows.filter(category=value)),
        ],
        empty=Empty(gettext_lazy("No class yet"), gettext_lazy("A class says how long records are kept.")),
        searchable=gettext_lazy("Search by name"),
        csv_name="retention-classes",
    )
    values = {"may": queries.rights(actor), "stopped": deletion.is_stopped()}
    return answer(request, "compliance/retention/list.html", page, values)


@door(permits.MANAGE)
class New(FormPage):
    form_class = forms.New
    template_name = "compliance/retention/new.html"

    def perform(self, form: Any) -> str:
        ruling.make(actor=self.actor, at=self.at, **form.cleaned_data)
        self.tell(_("Made. Assistants can choose it now."))
        return reverse("retention:list")


@door(permits.VIEW, post=permits.MANAGE)
class Period(FormPage):
    form_class = forms.Period
    template_name = "compliance/retention/period.html"

    @cached_property
    def rule(self) -> Rule:
        found = queries.rules(self.actor).filter(name=self.kwargs["class_name"]).first()
        if found is None:
            raise Missing(_("There is no such class."))
        return found

    def initial(self) -> dict[str, Any]:
        return {"days": queries.period(self.rule, self.at), "revision": self.rule.revision}

    def form_options(self) -> dict[str, Any]:
        floor, ceiling = queries.bounds(self.rule.category)
        return {"floor": floor, "ceiling": ceiling}

    def context(self) -> dict[str, Any]:
        found = CATEGORIES[Category(self.rule.category)]
        gauges = [one for one in queries.gauges(self.at) if one.rule.name == self.rule.name]
        values = {"rule": self.rule, "category": found.title, "trigger": found.trigger, "gauges": gauges}
        return {**values, "may": queries.rights(self.actor)}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        _rule, asked = ruling.change(
            actor=self.actor,
            rule=self.rule,
            days=given["days"],
            revision=given["revision"],
            reason=given["reason"],
            at=self.at,
        )
        self.tell(_("Asked. A second person approves it, and it counts a day later.") if asked else _("Saved."))
        return reverse("retention:period", args=[self.rule.name])


@door(permits.VIEW)
class Gauges(Page):
    """The oldest record of each class against what was promised."""

    template_name = "compliance/retention/gauges.html"

    def context(self) -> dict[str, Any]:
        return {"gauges": queries.gauges(self.at)}


@door(permits.VIEW, post=permits.STOP)
class Switch(Act):
    """POST with `stopped` yes stops every job that deletes, no lets them go on."""

    def perform(self) -> Text:
        if self.request.POST.get("stopped") == "yes":
            switch.stop(actor=self.actor, at=self.at)
            return _("Stopped. No job deletes anything until you let them go on.")
        switch.let_go(actor=self.actor, at=self.at)
        return _("They go on.")

    def back(self) -> str:
        return reverse("retention:list")
