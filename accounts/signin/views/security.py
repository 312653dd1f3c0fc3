"""One's own security: password, authenticator, recovery codes. Every change needs a factor proved just now."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import SIGNED_IN, door
from accounts.signin import forms, queries
from accounts.signin.rules import CHANGE
from accounts.signin.services import factors, passwords
from accounts.signin.views import ending, enrolment, sessions
from accounts.signin.views.ending import Own
from panel.kernel.errors import Invalid
from panel.ui.pages import FormPage


@door(SIGNED_IN)
class Security(Own):
    template_name = "accounts/signin/security.html"

    def context(self) -> dict[str, Any]:
        return {
            "facts": queries.factors_of(self.user),
            "possible": queries.passkeys_possible(),
            "day": queries.passkey_day(self.user.id, self.at),
            "sessions": ending.shown(self.user, current=self.actor.via),
            "elsewhere": reverse("signin:elsewhere"),
        }


@door(CHANGE)
class Password(Own, FormPage):
    """The other sessions end with the old password; this one goes on."""

    form_class = forms.NewPassword
    template_name = "accounts/signin/password.html"

    def perform(self, form: forms.NewPassword) -> str:
        row = passwords.change(actor=self.actor, user=self.user, password=form.cleaned_data["password"])
        sessions.keep(self.request, row)
        self.tell(_("The new password works from now on. Your other sessions have ended."))
        return self.back()


@door(CHANGE)
class Authenticator(Own, FormPage):
    """A new authenticator takes the old one's place when its first code is right."""

    form_class = forms.Code
    template_name = "accounts/signin/factors/authenticator.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        factors.forget_waiting(self.user)
        return super().get(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        device = factors.begin_totp(self.user)
        return {
            "picture": enrolment.picture(self.user, device),
            "secret": enrolment.grouped(device.seed_text()),
        }

    def perform(self, form: forms.Code) -> str:
        device = factors.confirm_totp(
            actor=self.actor,
            user=self.user,
            code=form.cleaned_data["code"],
            address=sessions.address(self.request),
        )
        if device is None:
            raise Invalid(fields={"code": _("That code is not right. Take the newest code of the new app.")})
        sessions.move(self.request, device)
        self.tell(_("The new authenticator works; the old one does not any more."))
        return self.back()


@door(CHANGE)
class Codes(Own):
    """POST makes ten new recovery codes and shows them once."""

    template_name = "accounts/signin/factors/codes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return sessions.to(self.back())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return self.show(fresh=factors.new_codes(actor=self.actor, user=self.user))
