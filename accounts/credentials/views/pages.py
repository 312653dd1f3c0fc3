"""Pages of one key: made, looked at, rotated, ended. A key is on one page, once."""

from functools import cached_property
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.rules import door
from accounts.credentials import forms, queries
from accounts.credentials.models import ApiKey
from accounts.credentials.rules import permits as rules
from accounts.credentials.rules import scopes as words
from accounts.credentials.rules.life import Kind, State
from accounts.credentials.services import keys, rotation
from accounts.credentials.views import snippets
from accounts.credentials.views.listing import KIND_WORDS, STATE_WORDS
from accounts.people import queries as people
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


@door(rules.ISSUE)
class New(Once):
    form_class = forms.Gateway
    template_name = "accounts/credentials/new.html"

    def form_options(self) -> dict[str, Any]:
        choices = [(str(key), title) for key, title in objects.choices(self.actor, "assistant")]
        return {"assistants": choices, "lives": lives()}

    def initial(self) -> dict[str, Any]:
        return {"assistants": self.request.GET.getlist("assistant")}

    def perform(self, form: forms.Gateway) -> HttpResponseBase:
        given = form.cleaned_data
        issued = keys.issue(
            actor=self.actor, name=given["name"], kind=Kind.GATEWAY, scopes=given["scopes"], networks=form.ranges,
            assistants=given["assistants"], expires_at=form.ends(self.at), at=self.at,
        )  # fmt: skip
        return self.shown(issued)


@door(rules.ISSUE_MANAGEMENT)
class NewManagement(Once):
    form_class = forms.Management
    template_name = "accounts/credentials/new_management.html"

    def form_options(self) -> dict[str, Any]:
        areas = words.areas(queries.own_permits(self.actor, self.at).values())
        scopes = [(name, f"{name}: {', '.join(str(one.title) for one in carried)}") for name, carried in areas.items()]
        return {"scopes": scopes, "lives": lives()}

    def perform(self, form: forms.Management) -> HttpResponseBase:
        given = form.cleaned_data
        issued = keys.issue(
            actor=self.actor, name=given["name"], kind=Kind.MANAGEMENT, scopes=given["scopes"], assistants=(),
            networks=form.ranges, expires_at=form.ends(self.at), at=self.at,
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
