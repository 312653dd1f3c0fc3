"""The tab "Access" of whatever object can be granted: who may what, giving, taking back, and the history.

    urlpatterns += tab.pages("secret", "secret_id", see=rules.VIEW, share=rules.SHARE, frame=views.framed, base="…/one.html")

`frame(actor, obj, tab)` gives what the template `base` (with the blocks `step` and `content`) shows around it.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import Permit, door
from accounts.grants import forms, services
from accounts.grants.queries import kinds, shown
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.ui.pages import FormPage, Page

Frame = Callable[[Actor, Any, str], dict[str, Any]]


class OfObject(Page):
    kind, parameter, namespace, base = "", "", "", ""
    frame: Frame

    @cached_property
    def grantable(self) -> kinds.Grantable:
        found = kinds.grantable(self.kind)
        if found is None:
            raise Missing(_("Nobody can be given roles here."))
        return found

    @cached_property
    def thing(self) -> Any:
        found = kinds.seen(self.actor, self.kind, self.kwargs[self.parameter])
        if found is None:
            raise Missing(_("There is no such thing, or none that you may see."))
        return found

    def context(self) -> dict[str, Any]:
        url = reverse(f"{self.namespace}:grants", args=[self.thing.pk])
        framed = type(self).frame(self.actor, self.thing, f"{self.namespace}:grants")
        return {**framed, "base": self.base, "grants_url": url, "thing": self.thing, "kind": self.kind}

    def back(self) -> str:
        return reverse(f"{self.namespace}:grants", args=[self.thing.pk])


class Grants(OfObject, FormPage):
    form_class = forms.Grant
    template_name = "accounts/grants/tab.html"

    def form_options(self) -> dict[str, Any]:
        return {"receivers": shown.receivers(self.actor, self.grantable.permit, self.thing)}

    def context(self) -> dict[str, Any]:
        history = shown.of_object(self.thing.pk)[: shown.NEWEST]
        return {
            **super().context(),
            "grants": shown.on(self.thing, self.at),
            "history": shown.lines(self.actor, history),
            "may_share": access.can(self.actor, self.grantable.permit, self.thing),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rights.require(self.actor, self.grantable.permit, self.thing)
        return super().post(request, *args, **kwargs)

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        receiver, _colon, receiver_id = given["receiver"].partition(":")
        services.give(
            actor=self.actor, kind=self.grantable, obj=self.thing, receiver=(receiver, receiver_id), role=given["role"],
            reason=given["reason"], expires_at=given["expires_at"], at=self.at,
        )  # fmt: skip
        self.tell(_("Shared."))
        return self.back()


class Withdrawal(OfObject, FormPage):
    """Take one back; the reason is asked and may be left out."""

    form_class = forms.TakeBack
    template_name = "accounts/grants/withdrawal.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rights.require(self.actor, self.grantable.permit, self.thing)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def one(self) -> shown.Shown:
        found = next((one for one in shown.on(self.thing, self.at) if one.id == self.kwargs["grant_id"]), None)
        if found is None:
            raise Missing(_("There is no such grant."))
        return found

    def context(self) -> dict[str, Any]:
        return {**super().context(), "grant": self.one}

    def perform(self, form: Any) -> str:
        services.take_back(
            actor=self.actor, kind=self.grantable, obj=self.thing, grant_id=self.kwargs["grant_id"],
            reason=form.cleaned_data["reason"], at=self.at,
        )  # fmt: skip
        self.tell(_("Taken back. It acts at once."))
        return self.back()


def _made(name: str, base: type[Any], own: dict[str, Any]) -> Any:
    return type(name, (base,), own)


def pages(
    kind: str, parameter: str, *, namespace: str, see: Permit, share: Permit, frame: Frame, base: str
) -> list[URLPattern]:
    """`grants/` and `grants/<id>/withdrawal/`, to be included under the object's address."""
    own = {
        "kind": kind, "parameter": parameter, "namespace": namespace, "base": base, "frame": staticmethod(frame),
        "__module__": __name__,
    }  # fmt: skip
    grants = door(see, post=share)(_made("Grants", Grants, dict(own)))
    withdrawal = door(share)(_made("Withdrawal", Withdrawal, dict(own)))
    return [
        path("grants/", grants.as_view(), name="grants"),
        path("grants/<uuid:grant_id>/withdrawal/", withdrawal.as_view(), name="withdrawal"),
    ]
