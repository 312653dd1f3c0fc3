"""Pages of one key: made, looked at, rotated, ended. A key is on one page, once."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.rules import door
from accounts.credentials import forms
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.queries import programs
from accounts.credentials.rules import permits as rules
from accounts.credentials.rules import scopes as words
from accounts.credentials.rules.life import Kind, State
from accounts.credentials.services import keys, rotation
from accounts.credentials.views import snippets
from accounts.credentials.views.listing import KIND_WORDS, STATE_WORDS
from accounts.people import queries as people
from accounts.people.models import Service
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.kernel.registries import objects
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page


class Once(FormPage):
    """A page whose answer to a good form is the key, once."""

    def shown(self, issued: keys.Issued) -> HttpResponseBase:
        self.template_name = "accounts/credentials/once.html"
        cards = _cards(self, issued.key)
        handle = next((card.handle for card in cards if card.handle), "")
        return self.show(
            key=issued.key, token=issued.token, cards=cards, kind=KIND_WORDS[issued.key.kind],
            scopes=queries.described(issued.key), samples=snippets.samples(issued, handle),
            models=[card.handle for card in cards if card.handle] if issued.key.kind == Kind.GATEWAY else [],
        )  # fmt: skip


def _cards(page: Page, key: ApiKey) -> list[objects.Card]:
    return list(objects.cards(page.actor, "assistant", queries.assistants_of(key)).values())


def lives() -> list[tuple[str, Any]]:
    policy = queries.policy()
    return forms.lives(policy.longest_days, never=policy.never)


class OfHolder(Once):
    """A new key of the actor, or (`?service=`) of a service account that they answer for."""

    @cached_property
    def service(self) -> Service | None:
        wanted = self.request.GET.get("service", "")
        if not wanted:
            return None
        found = programs.one(self.actor, wanted)
        if found is None:
            raise Missing(_("There is no such service account."))
        return found

    @property
    def holder(self) -> Actor:
        return self.actor if self.service is None else programs.acting(self.service)

    def assistants(self) -> list[tuple[str, str]]:
        return [(str(key), title) for key, title in objects.choices(self.holder, "assistant")]

    def context(self) -> dict[str, Any]:
        return {"service": self.service}


@door(rules.ISSUE)
class New(OfHolder):
    form_class = forms.Gateway
    template_name = "accounts/credentials/new.html"

    def form_options(self) -> dict[str, Any]:
        return {"assistants": self.assistants(), "lives": lives()}

    def initial(self) -> dict[str, Any]:
        return {"assistants": self.request.GET.getlist("assistant")}

    def perform(self, form: forms.Gateway) -> HttpResponseBase:
        given = form.cleaned_data
        issued = keys.issue(
            actor=self.actor, name=given["name"], kind=Kind.GATEWAY, scopes=given["scopes"], networks=form.ranges,
            assistants=given["assistants"], expires_at=form.ends(self.at), at=self.at, service=self.service,
        )  # fmt: skip
        return self.shown(issued)


def areas(holder: Actor, at: datetime) -> list[tuple[str, str]]:
    """`manage:<area>` with what it lets a program do, as far as its holder may do it."""
    own = words.areas(queries.own_permits(holder, at).values())
    return [(name, f"{name}: {', '.join(str(one.title) for one in carried)}") for name, carried in own.items()]


@door(rules.ISSUE_MANAGEMENT)
class NewManagement(Once):
    form_class = forms.Management
    template_name = "accounts/credentials/new_management.html"

    def form_options(self) -> dict[str, Any]:
        return {"scopes": areas(self.actor, self.at), "lives": lives()}

    def perform(self, form: forms.Management) -> HttpResponseBase:
        given = form.cleaned_data
        issued = keys.issue(
            actor=self.actor, name=given["name"], kind=Kind.MANAGEMENT, scopes=given["scopes"], assistants=(),
            networks=form.ranges, expires_at=form.ends(self.at), at=self.at,
        )  # fmt: skip
        return self.shown(issued)


@door(rules.ISSUE)
class NewClient(OfHolder):
    """An OAuth client: id and secret, shown once. One that manages the panel asks for a fresh factor."""

    form_class = forms.Client
    template_name = "accounts/credentials/new_client.html"

    def form_options(self) -> dict[str, Any]:
        may_manage = access.can(self.actor, rules.ISSUE_MANAGEMENT)
        scopes = areas(self.holder, self.at) if may_manage else []
        return {"assistants": self.assistants(), "scopes": scopes, "lives": lives()}

    def perform(self, form: forms.Client) -> HttpResponseBase:
        given = form.cleaned_data
        issued = keys.issue(
            actor=self.actor, name=given["name"], kind=Kind.CLIENT, scopes=given["scopes"], networks=form.ranges,
            assistants=given["assistants"], expires_at=form.ends(self.at), at=self.at, service=self.service,
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
        own = queries.may_use(self.actor, key) and access.can(self.actor, rules.ISSUE)
        last = [key.last_assistant] if key.last_assistant else []
        return {
            "key": key,
            "state": state.value,
            "state_word": STATE_WORDS[state],
            "kind": KIND_WORDS[key.kind],
            "cards": _cards(self, key),
            "scopes": queries.described(key),
            "last": next(iter(objects.cards(self.actor, "assistant", last).values()), None),
            "owner": people.name(key.owner_id),
            "overlaps": key.overlaps(self.at),
            "may": state is State.ACTIVE and (own or access.can(self.actor, rules.END_ANY)),
            "may_rotate": state is State.ACTIVE and own and not key.overlaps(self.at),
        }


@door(rules.USE)
class Revocation(OfKey, Act):
    """POST ends the key everywhere, within a second."""

    def perform(self) -> Text:
        silent = keys.revoke(actor=self.actor, key=self.key, at=self.at)
        if silent:
            return _("Revoked. A worker that did not answer refuses the key by itself within seconds.")
        return _("Revoked. Calls with this key get 401 from now on.")


@door(rules.USE)
class Rotation(OfKey, Once):
    """Draw a new secret and show it once."""

    form_class = forms.Rotation
    template_name = "accounts/credentials/rotation.html"

    def context(self) -> dict[str, Any]:
        return {"key": self.key}

    def perform(self, form: forms.Rotation) -> HttpResponseBase:
        until = form.until(self.at)
        return self.shown(rotation.rotate(actor=self.actor, key=self.key, at=self.at, old_until=until))


@door(rules.USE)
class OldSecret(OfKey, Act):
    """POST ends the old secret of a rotated key before its time."""

    def perform(self) -> Text:
        rotation.end_previous(actor=self.actor, key=self.key, at=self.at)
        return _("The old secret has ended. Only the new one works.")
