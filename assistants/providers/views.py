"""Pages of providers. None of them ever holds a key."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from assistants.providers import forms, queries, rules, services
from assistants.providers.models import Provider
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.kernel.registries.setup import FirstStep, Place
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage, Page

ON_OFF: dict[str, Text] = {"active": gettext_lazy("Enabled"), "disabled": gettext_lazy("Disabled")}


def state(provider: Provider) -> str:
    return "active" if provider.enabled else "disabled"


COLUMNS = [
    Column(
        "name",
        gettext_lazy("Provider"),
        cell="title",
        sort="name",
        card="title",
        second=lambda provider: rules.KIND_WORDS[rules.Kind(provider.kind)],
        url=lambda provider: reverse("providers:detail", args=[provider.id]),
    ),
    Column(
        "state",
        gettext_lazy("State"),
        value=state,
        cell="state",
        sort="enabled",
        card="state",
        second=lambda provider: ON_OFF[state(provider)],
    ),
    Column("base_url", gettext_lazy("Address"), cell="mono"),
    Column("legal_entity", gettext_lazy("Legal entity"), value=lambda one: f"{one.legal_entity} {one.country}".strip()),
    Column("checked_ms", gettext_lazy("Answered in"), cell="assistants/providers/cells.html#checked", numeric=True),
    Column("changed_at", gettext_lazy("Changed"), cell="ago", sort="changed_at", numeric=True),
]
FILTERS = [
    Filter(
        "state", gettext_lazy("State"), list(ON_OFF.items()), lambda rows, value: rows.filter(enabled=value == "active")
    ),
]


@door(rules.VIEW)
def providers(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    actor = actor_of(request)
    may = queries.rights(actor)
    empty = Empty(
        gettext_lazy("No provider yet"),
        gettext_lazy("A provider runs the models. Any OpenAI-compatible address will do."),
        gettext_lazy("Add a provider"),
        reverse("providers:new"),
    )
    page = ListPage(
        request,
        Rows(queries.listed(actor), ["name", "legal_entity"]),
        COLUMNS,
        sort="name",
        filters=FILTERS,
        empty=empty.where(may["add"]),
        searchable=gettext_lazy("Search by name or legal entity"),
        csv_name="providers",
    )
    return answer(request, "assistants/providers/list.html", page, {"may": may})


class WithSecrets(FormPage):
    form_class = forms.Details

    def form_options(self) -> dict[str, Any]:
        return {"secrets": queries.secret_choices(self.actor, self.at)}


@door(rules.ADD)
class New(WithSecrets):
    template_name = "assistants/providers/new.html"

    def perform(self, form: Any) -> str:
        provider = services.create(actor=self.actor, given=form.given(), at=self.at)
        self.tell(_("It answered and is saved. Assistants can use it."))
        return reverse("providers:detail", args=[provider.id])


class OfProvider(Page):
    """A page about one provider that the actor may see; any other is missing."""

    @cached_property
    def provider(self) -> Provider:
        found = queries.listed(self.actor).filter(id=self.kwargs["provider_id"]).first()
        if found is None:
            raise Missing(_("There is no such provider."))
        return found

    def context(self) -> dict[str, Any]:
        return {"provider": self.provider, "may": queries.rights(self.actor)}

    def back(self) -> str:
        return reverse("providers:detail", args=[self.provider.id])


@door(rules.VIEW)
class Detail(OfProvider):
    template_name = "assistants/providers/detail.html"

    def context(self) -> dict[str, Any]:
        return {
            **super().context(),
            "kind": rules.KIND_WORDS[rules.Kind(self.provider.kind)],
            "state": state(self.provider),
            "word": ON_OFF[state(self.provider)],
            "built_in": self.provider.kind == rules.Kind.DEMO,
            "trouble": queries.trouble(self.provider),
            "outcome": rules.OUTCOMES.get(self.provider.checked_code, ""),
        }


@door(rules.CHANGE)
class Edit(OfProvider, WithSecrets):
    edits = True
    template_name = "assistants/providers/edit.html"

    def initial(self) -> dict[str, Any]:
        return forms.initial_of(self.provider)

    def perform(self, form: Any) -> str:
        revision = form.cleaned_data["revision"]
        services.change(actor=self.actor, provider=self.provider, given=form.given(), revision=revision, at=self.at)
        self.tell(_("Saved."))
        return self.back()


@door(rules.CHANGE)
class Test(OfProvider, Act):
    def perform(self) -> Text:
        outcome = services.test(actor=self.actor, provider=self.provider, at=self.at)
        if outcome.ok:
            return _("It answered in %(ms)s ms.") % {"ms": outcome.milliseconds}
        self.tell(rules.OUTCOMES[outcome.code], failed=True)
        return ""


@door(rules.DISABLE)
class Suspension(OfProvider, Act):
    def perform(self) -> Text:
        services.disable(actor=self.actor, provider=self.provider, at=self.at)
        return _("Disabled. Assistants that use it are refused until you enable it.")


@door(rules.DISABLE)
class Resumption(OfProvider, Act):
    def perform(self) -> Text:
        services.enable(actor=self.actor, provider=self.provider, at=self.at)
        return _("Enabled.")


@door(rules.VIEW, post=rules.ALLOW)
class Hosts(FormPage):
    form_class = forms.Host
    template_name = "assistants/providers/hosts.html"

    def context(self) -> dict[str, Any]:
        return {"hosts": queries.hosts_for(self.actor).order_by("host", "port"), "may": queries.rights(self.actor)}

    def perform(self, form: Any) -> str:
        services.allow_host(actor=self.actor, at=self.at, **form.cleaned_data)
        self.tell(_("Allowed. Providers can be there now."))
        return reverse("providers:hosts")


@door(rules.ALLOW)
class HostRemoval(Act):
    def perform(self) -> Text:
        host = queries.hosts_for(self.actor).filter(id=self.kwargs["host_id"]).first()
        if host is None:
            raise Missing(_("This host is not on the list."))
        services.withdraw_host(actor=self.actor, host=host, at=self.at)
        return _("Taken off the list. It cannot be called any more.")

    def back(self) -> str:
        return reverse("providers:hosts")


class First(FormPage):
    """A step after the set-up: the demo is kept with one click, one's own is tried before it is saved."""

    form_class = forms.First
    template_name = "assistants/providers/first.html"

    def context(self) -> dict[str, Any]:
        return {"place": self.kwargs["place"]}

    def perform(self, form: forms.First) -> str:
        if form.cleaned_data["provider"] == "openai":
            services.create(actor=self.actor, given=form.given(), at=self.at, key=form.cleaned_data["secret"])
            self.tell(_("It answered and is saved. Assistants can use it."))
        onward: str = self.kwargs["place"].next
        return onward


def chosen(actor: Actor, _at: datetime) -> bool:
    """The demo is always there; a provider of one's own says that the choice was made."""
    return queries.visible_to(actor).exclude(kind=rules.Kind.DEMO).exists()


def first(request: HttpRequest, place: Place) -> HttpResponseBase:
    return First.as_view()(request, place=place)


FIRST = FirstStep("provider", gettext_lazy("Provider"), gettext_lazy("Where answers come from"), 10, first, chosen)
