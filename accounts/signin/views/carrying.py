"""What was sent when a session had ended, or before a fresh factor: shown, then carried on or thrown away."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.access.rules import SIGNED_IN, door
from accounts.signin.rules import CARRIED
from accounts.signin.services import kept
from accounts.signin.views import sessions
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.ui.forms import SecretInput
from panel.ui.pages import Page, go

SHOWN = 400


def kept_id_of(url: str) -> UUID | None:
    """The kept request that a page to go on to stands for."""
    try:
        match = resolve(url.partition("?")[0])
    except Resolver404:
        return None
    return match.kwargs["kept_id"] if match.view_name == "signin:carry_on" else None


def waiting_at(actor: Actor, url: str) -> kept.Waiting | None:
    kept_id = kept_id_of(url)
    if kept_id is None or actor.id is None:
        return None
    return kept.waiting(user_id=actor.id, kept_id=kept_id, at=timezone.now())


@door(SIGNED_IN)
class CarryOn(Page):
    """One button sends the kept request to its own address; its page answers as if it had been sent there."""

    template_name = "accounts/signin/carry_on.html"

    @cached_property
    def waiting(self) -> kept.Waiting:
        found = waiting_at(self.actor, self.request.path)
        if found is None:
            raise Missing(_("Nothing waits here: it was carried on already, or it is older than 15 minutes."))
        return found

    def context(self) -> dict[str, Any]:
        waiting = self.waiting
        return {
            "waiting": waiting,
            "name": CARRIED,
            "kept_id": self.kwargs["kept_id"],
            "sent": described(waiting),
            "origin": origin(self.request, waiting),
        }


@door(SIGNED_IN)
class Discarding(Page):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        waiting = waiting_at(self.actor, reverse("signin:carry_on", args=[kwargs["kept_id"]]))
        if self.actor.id:
            kept.drop(user_id=self.actor.id, kept_id=kwargs["kept_id"])
        self.tell(_("Thrown away. Nothing was done."))
        return go(request, origin(request, waiting) if waiting else reverse("home:now"))


def straight(path: str) -> HttpResponse:
    """Send the browser's form on, to the kept request's own address (RFC 9110, 15.4.8: method and body stay)."""
    response = HttpResponseRedirect(path)
    response.status_code = 307
    return response


def origin(request: HttpRequest, waiting: kept.Waiting) -> str:
    """The page it was sent from, when it is one of ours."""
    return sessions.safe_next(request, waiting.origin)


def described(waiting: kept.Waiting) -> list[tuple[str, str]]:
    """(label, what was typed) of the fields that a person filled in; the value of a secret is never shown."""
    match = resolve(waiting.path.partition("?")[0])
    form = getattr(getattr(match.func, "view_class", None), "form_class", None)
    fields: dict[str, forms.Field] = getattr(form, "base_fields", {})
    found = []
    for name, values in waiting.fields.items():
        field, text = fields.get(name), ", ".join(values).strip()
        if field is None or field.widget.is_hidden or isinstance(field, forms.ChoiceField) or not text:
            continue
        shown = "••••••••" if isinstance(field.widget, SecretInput) else Truncator(text).chars(SHOWN)
        found.append((str(field.label or name), shown))
    for name, called, *_rest in waiting.files:
        found.append((str(getattr(fields.get(name), "label", "") or name), called))
    return found
