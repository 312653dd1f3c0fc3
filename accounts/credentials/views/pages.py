"""Pages of API keys. A key is on one page, once."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import door
from accounts.credentials import forms, queries, services
from accounts.credentials.models import ApiKey
from accounts.credentials.rules import permits as rules
from accounts.credentials.rules.life import Kind, State
from accounts.credentials.views import snippets
from accounts.people import queries as people
from panel.kernel import clock
from panel.kernel.errors import Missing
from panel.kernel.registries import objects
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import BulkAct, Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.remembered import preset
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage, Page

KIND_WORDS: dict[str, Text] = {
    Kind.GATEWAY: gettext_lazy("Calls assistants"),
    Kind.MANAGEMENT: gettext_lazy("Manages the panel"),
}
STATE_WORDS: dict[str, Text] = {
    State.ACTIVE: gettext_lazy("Active"),
    State.EXPIRED: gettext_lazy("Expired"),
    State.REVOKED: gettext_lazy("Revoked"),
}


def _state(key: ApiKey) -> str:
    return key.state(clock.now()).value


def _in_state(rows: Any, value: str) -> Any:
    now = clock.now()
    if value == State.ACTIVE:
        return rows.active(now)
    if value == State.REVOKED:
        return rows.filter(revoked_at__isnull=False)
    return rows.filter(revoked_at__isnull=True, expires_at__lte=now)


COLUMNS = [
    Column(
        "name", gettext_lazy("Key"), cell="title", sort="name", card="title",
        second=lambda key: key.key_id, mono=True, url=lambda key: reverse("credentials:detail", args=[key.id]),
    ),
    Column("kind", gettext_lazy("Use"), value=lambda key: KIND_WORDS[key.kind], sort="kind"),
    Column(
        "state", gettext_lazy("State"), value=_state, cell="state", card="state",
        second=lambda key: STATE_WORDS[_state(key)],
    ),
    Column("last_used_on", gettext_lazy("Last used"), value=lambda key: key.last_used_on or _("never")),
    Column("expires_at", gettext_lazy("Expires"), cell="ago", sort="expires_at", numeric=True),
]  # fmt: skip
FILTERS = [
    Filter("state", gettext_lazy("State"), list(STATE_WORDS.items()), _in_state),
    Filter("kind", gettext_lazy("Use"), list(KIND_WORDS.items()), lambda rows, value: rows.filter(kind=value)),
]
PRESETS = [
    preset("active", gettext_lazy("Active"), "state=active"),
    preset("ended", gettext_lazy("Expired"), "state=expired"),
    preset("revoked", gettext_lazy("Revoked"), "state=revoked"),
]


@door(rules.USE)
def keys(request: HttpRequest) -> HttpResponseBase:
    """The list; what ends next stands first."""
    actor = actor_of(request)
    may, ends_any = access.can(actor, rules.ISSUE), access.can(actor, rules.END_ANY)
    empty = Empty(
        gettext_lazy("No key yet"),
        gettext_lazy("An API key lets an application call an assistant like any OpenAI client. It is shown once."),
        gettext_lazy("Make a key") if may else "",
        reverse("credentials:new") if may else "",
    )
    revoke = BulkAct(_("Revoke"), reverse("credentials:revocations"), "ban", "danger-quiet")
    page = ListPage(
        request, Rows(queries.visible_to(actor), ["name", "key_id"]), COLUMNS, sort="expires_at", filters=FILTERS,
        empty=empty, searchable=gettext_lazy("Search by name or key id"), csv_name="api-keys",
        presets=PRESETS, bulk=[revoke] if may or ends_any else [],
        pickable=lambda key: key.revoked_at is None and (ends_any or key.owner_id == actor.id),
    )  # fmt: skip
    return answer(request, "accounts/credentials/list.html", page, {"may": may})


class Once(FormPage):
    """A page whose answer to a good form is the key, once."""

    def shown(self, issued: services.Issued) -> HttpResponseBase:
        self.template_name = "accounts/credentials/once.html"
        cards = _cards(self, issued.key)
        handle = next((card.handle for card in cards if card.handle), "")
        return self.show(
            key=issued.key, token=issued.token, cards=cards, kind=KIND_WORDS[issued.key.kind],
            samples=snippets.samples(issued, handle),
            models=[card.handle for card in cards if card.handle] if issued.key.kind == Kind.GATEWAY else [],
        )  # fmt: skip


def _cards(page: Page, key: ApiKey) -> list[objects.Card]:
    return list(objects.cards(page.actor, "assistant", queries.assistants_of(key)).values())


@door(rules.ISSUE)
class New(Once):
    form_class = forms.Gateway
    template_name = "accounts/credentials/new.html"

    def form_options(self) -> dict[str, Any]:
        return {"assistants": [(str(key), title) for key, title in objects.choices(self.actor, "assistant")]}

    def initial(self) -> dict[str, Any]:
        return {"assistants": self.request.GET.getlist("assistant")}

    def perform(self, form: forms.Gateway) -> HttpResponseBase:
        given = form.cleaned_data
        issued = services.issue(
            actor=self.actor, name=given["name"], kind=Kind.GATEWAY, scopes=given["scopes"],
            assistants=given["assistants"], expires_at=self.at + form.life, at=self.at,
        )  # fmt: skip
        return self.shown(issued)


@door(rules.ISSUE_MANAGEMENT)
class NewManagement(Once):
    form_class = forms.Management
    template_name = "accounts/credentials/new_management.html"

    def form_options(self) -> dict[str, Any]:
        own, known = queries.own_permits(self.actor, self.at), rights.permits()
        return {"scopes": sorted((name, str(known[name].title)) for name in own)}

    def perform(self, form: forms.Management) -> HttpResponseBase:
        given = form.cleaned_data
        issued = services.issue(
            actor=self.actor, name=given["name"], kind=Kind.MANAGEMENT, scopes=given["scopes"], assistants=(),
            expires_at=self.at + form.life, at=self.at,
        )  # fmt: skip
        return self.shown(issued)


class OfKey(Page):
    """A page about one key that the actor may see; any other is missing."""

    @cached_property
    def key(self) -> ApiKey:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["api_key_id"]).first()
        if found is None:
            raise Missing(_("There is no such key."))
        return found

    def back(self) -> str:
        return reverse("credentials:detail", args=[self.key.id])


@door(rules.USE)
class Detail(OfKey):
    template_name = "accounts/credentials/detail.html"

    def context(self) -> dict[str, Any]:
        key, state = self.key, self.key.state(self.at)
        own = key.owner_id == self.actor.id and access.can(self.actor, rules.ISSUE)
        return {
            "key": key,
            "state": state.value,
            "state_word": STATE_WORDS[state],
            "kind": KIND_WORDS[key.kind],
            "cards": _cards(self, key),
            "owner": people.name(key.owner_id),
            "may": state is State.ACTIVE and (own or access.can(self.actor, rules.END_ANY)),
            "may_roll": state is State.ACTIVE and own and key.successor_id is None,
        }


@door(rules.USE)
class Revocation(OfKey, Act):
    """POST ends the key everywhere, within a second."""

    def perform(self) -> Text:
        silent = services.revoke(actor=self.actor, key=self.key, at=self.at)
        if silent:
            return _("Revoked. A worker that did not answer refuses the key by itself within seconds.")
        return _("Revoked. Calls with this key get 401 from now on.")


@door(rules.USE)
class Rotation(OfKey, Once):
    """POST makes the successor and shows it once."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return self._answer(self.back())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return self.shown(services.roll(actor=self.actor, key=self.key, at=self.at))
