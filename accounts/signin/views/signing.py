"""Sign in: password, then a second factor; sign out; prove a factor again."""

from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.models import Device

from accounts.access.rules import SIGNED_IN, door, open_to_all
from accounts.people.models import User
from accounts.signin import forms, queries
from accounts.signin.rules import CARRIED
from accounts.signin.services import factors, passwords
from accounts.signin.services import sessions as events
from accounts.signin.views import carrying, sessions
from panel.kernel import actors
from panel.kernel.errors import Invalid
from panel.ui.pages import FormPage, Page, go


@open_to_all("Nobody is signed in before signing in.")
class SignIn(FormPage):
    form_class: type[BaseForm] = forms.SignIn
    template_name = "accounts/signin/sign_in.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.actor.kind == "person":
            return HttpResponseRedirect(self.target)
        return super().dispatch(request, *args, **kwargs)

    @property
    def target(self) -> str:
        return sessions.safe_next(self.request, self.request.GET.get("next"))

    def context(self) -> dict[str, Any]:
        kept = carrying.kept_id_of(self.target) is not None
        return {"kept": kept, "passkeys": queries.passkeys_possible(), "query": query_of(self.request)}

    def perform(self, form: Any) -> str:
        given, where = form.cleaned_data, sessions.address(self.request)
        user = passwords.check(
            email=given["email"],
            password=given["password"],
            address=where,
            at=timezone.now(),
            browser=sessions.known_browser(self.request, given["email"]),
        )
        if user is None:
            # The same words whatever was wrong.
            raise Invalid(_("That address and password do not fit together. Check both and try again."))
        sessions.pend(self.request, user, self.target)
        return reverse("signin:factor")


@open_to_all("The second step of signing in; it works only after the first.")
class Factor(FormPage):
    form_class: type[BaseForm] = forms.SecondFactor
    template_name = "accounts/signin/factor.html"
    wrong = gettext_lazy("That code is not right, or was used already. Wait for the next one.")
    who: User
    target: str

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = sessions.pending(request)
        if found is None:
            return go(request, reverse("signin:sign_in"))
        self.who, self.target = found
        return super().dispatch(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        return {
            "address": self.who.email_address,
            "passkey": queries.has_passkey(self.who.id) and queries.passkeys_possible(),
            "totp": queries.takes_codes(self.who.id, self.at),
        }

    def perform(self, form: Any) -> str:
        code, where = form.cleaned_data["code"], sessions.address(self.request)
        browser = sessions.known_browser(self.request, self.who.email_address)
        device = factors.prove(user=self.who, code=code, address=where, at=timezone.now(), browser=browser)
        if device is None:
            events.refused(actor=actors.ANONYMOUS, user=self.who, at=self.at)
            raise Invalid(fields={"code": str(self.wrong)})
        sessions.enter(self.request, self.who, device)
        return self.target


class Recovery(Factor):
    form_class = forms.RecoveryCode
    template_name = "accounts/signin/recovery.html"
    wrong = gettext_lazy("That code is not right, or was used already. Each code works once.")


@open_to_all("Signing out also works when the session has ended by itself.")
class SignOut(Page):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        if self.actor.kind == "person":
            events.ended(actor=self.actor, at=self.at)
        sessions.leave(request)
        response = go(request, reverse("signin:sign_in"))
        # Not the cookies: the session's is worthless by now, and the browser's own lets it be known again.
        response["Clear-Site-Data"] = '"cache", "storage"'
        return response


@door(SIGNED_IN)
class StepUp(FormPage):
    """Asks for a factor again, then carries on to the page that needed it."""

    form_class: type[BaseForm] = forms.AnyCode
    template_name = "accounts/signin/step_up.html"

    @property
    def target(self) -> str:
        return sessions.safe_next(self.request, self.request.GET.get("next"))

    def context(self) -> dict[str, Any]:
        waiting = carrying.waiting_at(self.actor, self.target)
        ways = {
            "passkey": queries.has_passkey(self.user.id) and queries.passkeys_possible(),
            "query": query_of(self.request),
            "other": other_than(self.request),
        }
        if waiting is None:
            return {"back": self.target, **ways}
        back, kept_id = carrying.origin(self.request, waiting), carrying.kept_id_of(self.target)
        return {"back": back, "waiting": waiting, "kept_id": kept_id, "name": CARRIED, **ways}

    def perform(self, form: Any) -> str | HttpResponse:
        user = self.user
        code, where = form.cleaned_data["code"].strip(), sessions.address(self.request)
        browser = sessions.known_browser(self.request, user.email_address)
        device = factors.prove(user=user, code=code, address=where, at=timezone.now(), browser=browser)
        if device is None:
            events.refused(actor=self.actor, user=user, at=self.at)
            raise Invalid(fields={"code": _("That code is not right, or was used already. Wait for the next one.")})
        return self.proved(device)

    @property
    def user(self) -> User:
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101 - the door let a person in
        return user

    def proved(self, device: Device) -> str | HttpResponse:
        if getattr(device, "uuid", None) == other_than(self.request):
            raise Invalid(_("This is the factor that you want to remove. Prove another one."))
        sessions.move(self.request, device)
        events.proved(actor=self.actor, method=factors.method_of(device), at=self.at)
        waiting = carrying.waiting_at(self.actor, self.target)
        # The factor was proved for exactly this act, which the page named: the form goes straight on to it.
        return carrying.straight(waiting.path) if waiting else self.target


def query_of(request: HttpRequest) -> str:
    """The page's own query, for the forms that go to a page beside it."""
    text = request.GET.urlencode()
    return f"?{text}" if text else ""


def other_than(request: HttpRequest) -> UUID | None:
    """The factor that a fresh proof must not be made with, since it is to be removed."""
    try:
        return UUID(request.GET["but"]) if "but" in request.GET else None
    except ValueError:
        return None
