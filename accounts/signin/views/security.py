"""One's own security: password, authenticator, recovery codes. Every change needs a factor proved just now."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import EVERYBODY, SIGNED_IN, Permit, door
from accounts.people.models import User
from accounts.signin import forms, queries
from accounts.signin.rules import METHOD_NAMES
from accounts.signin.services import factors, passwords
from accounts.signin.services import sessions as events
from accounts.signin.views import enrolment, sessions
from panel.kernel.errors import Invalid
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page

CHANGE = Permit(
    "account.security", gettext_lazy("Change own password and factors"), EVERYBODY, fresh=True, by_key=False
)


class Own(Page):
    @property
    def user(self) -> User:
        found = self.request.user
        if not isinstance(found, User):
            raise TypeError("The door let somebody in who is no person.")
        return found

    def back(self) -> str:
        return reverse("signin:security")


@door(SIGNED_IN)
class Security(Own):
    template_name = "accounts/signin/security.html"

    def context(self) -> dict[str, Any]:
        amr = self.request.session.get("amr", [])
        return {
            "facts": queries.factors_of(self.user),
            "possible": queries.passkeys_possible(),
            "day": queries.passkey_day(self.user.id, self.at),
            "proved": [METHOD_NAMES.get(one, one) for one in amr],
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
    template_name = "accounts/signin/authenticator.html"

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

    template_name = "accounts/signin/codes.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return sessions.to(self.back())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return self.show(fresh=factors.new_codes(actor=self.actor, user=self.user))


@door(CHANGE)
class Elsewhere(Own, Act):
    """POST ends every session of mine but this one."""

    def perform(self) -> Text:
        events.end_all(self.user, self.at)
        sessions.reopen(self.request)
        return _("Your other sessions have ended.")
