"""Passkeys in the browser: a challenge is fetched when somebody asks for it, the answer comes back as a form."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access.rules import SIGNED_IN, door, open_to_all
from accounts.people.models import User
from accounts.signin import forms
from accounts.signin.rules import CHANGE, PENDING
from accounts.signin.services import factors
from accounts.signin.services import sessions as events
from accounts.signin.services.webauthn import passkeys
from accounts.signin.services.webauthn.ceremony import NotAccepted, State
from accounts.signin.services.webauthn.passkeys import Begun
from accounts.signin.views import sessions
from accounts.signin.views.ending import Own
from accounts.signin.views.signing import Factor, SignIn, StepUp, other_than
from panel.kernel import actors
from panel.ui.pages import FormPage, Page, go

# Session key: what an answer is held against, by what it is for.
_WAITING = "passkeys"


class Challenge(Page):
    """POST: what the browser is to ask an authenticator. The newest challenge of a kind is the one that is answered."""

    http_method_names = ("post",)
    purpose = ""

    def begin(self) -> Begun:
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        begun = self.begin()
        if self.actor.kind == "anonymous":
            # Nobody's session, which anybody can make: not for longer than it is of use.
            request.session.set_expiry(int(PENDING.total_seconds()))
        request.session[_WAITING] = {**request.session.get(_WAITING, {}), self.purpose: begun.state}
        return JsonResponse(begun.options)


def waiting(request: HttpRequest, purpose: str) -> State | None:
    """The state of this browser's challenge, taken out for good."""
    held = dict(request.session.get(_WAITING, {}))
    state: State | None = held.pop(purpose, None)
    request.session[_WAITING] = held
    return state


class Answered(FormPage):
    """A page of which the passkey's answer is the second form: what is wrong with it stands beside its button."""

    purpose = ""
    other_form: Any = None

    def show(self, *, status: int = 200, **values: Any) -> Any:
        given = values.pop("form", None)
        wrong = [one for errors in given.errors.values() for one in errors] if given is not None else []
        return super().show(status=status, form=self.other_form(), wrong=wrong[:1], **values)

    def answer(self, form: Any, user: User | None) -> Any:
        state = waiting(self.request, self.purpose)
        given = form.cleaned_data["answer"]
        return passkeys.prove(user=user, state=state, answer=given, at=timezone.now())


@open_to_all("Nobody is signed in before signing in.")
class SignInChallenge(Challenge):
    purpose = "sign_in"

    def begin(self) -> Begun:
        return passkeys.begin_proof(user=None, at=timezone.now())


@open_to_all("Nobody is signed in before signing in.")
class SignInPasskey(Answered, SignIn):
    """Without a password: a passkey that knows its owner is both factors."""

    form_class = forms.Answer
    other_form = forms.SignIn
    purpose = "sign_in"

    def perform(self, form: forms.Answer) -> str:
        try:
            device = self.answer(form, None)
        except NotAccepted:
            events.refused_passkey(address=sessions.address(self.request), at=self.at)
            raise
        factors.forgive(user=device.user, address=sessions.address(self.request))
        sessions.enter(self.request, device.user, device, alone=True)
        return self.target


@open_to_all("The second step of signing in; it works only after the first.")
class FactorChallenge(Challenge):
    purpose = "factor"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = sessions.pending(request)
        if found is None:
            return go(request, reverse("signin:sign_in"))
        self.who = found[0]
        return super().dispatch(request, *args, **kwargs)

    def begin(self) -> Begun:
        return passkeys.begin_proof(user=self.who, at=timezone.now())


@open_to_all("The second step of signing in; it works only after the first.")
class FactorPasskey(Answered, Factor):
    form_class = forms.Answer
    other_form = forms.SecondFactor
    purpose = "factor"

    def perform(self, form: forms.Answer) -> str:
        try:
            device = self.answer(form, self.who)
        except NotAccepted:
            factors.count_failure(user=self.who, address=sessions.address(self.request), at=timezone.now())
            events.refused(actor=actors.ANONYMOUS, user=self.who, at=self.at)
            raise
        factors.forgive(user=self.who, address=sessions.address(self.request))
        sessions.enter(self.request, self.who, device)
        return self.target


@door(SIGNED_IN)
class StepUpChallenge(Challenge, Own):
    purpose = "step_up"

    def begin(self) -> Begun:
        return passkeys.begin_proof(user=self.user, at=timezone.now(), but=other_than(self.request))


@door(SIGNED_IN)
class StepUpPasskey(Answered, StepUp):
    form_class = forms.Answer
    other_form = forms.AnyCode
    purpose = "step_up"

    def perform(self, form: forms.Answer) -> Any:
        try:
            device = self.answer(form, self.user)
        except NotAccepted:
            factors.count_failure(user=self.user, address=sessions.address(self.request), at=timezone.now())
            events.refused(actor=self.actor, user=self.user, at=self.at)
            raise
        return self.proved(device)


@door(CHANGE)
class RegistrationChallenge(Challenge, Own):
    purpose = "registration"

    def begin(self) -> Begun:
        return passkeys.begin_registration(user=self.user, at=timezone.now())


@door(CHANGE)
class Registration(Own, FormPage):
    """A new passkey or security key."""

    form_class = forms.NewPasskey
    template_name = "accounts/signin/factors/passkey.html"

    def perform(self, form: forms.NewPasskey) -> str:
        given = form.cleaned_data
        passkeys.register(
            actor=self.actor,
            user=self.user,
            state=waiting(self.request, "registration"),
            answer=given["answer"],
            name=given["name"],
            at=timezone.now(),
        )
        self.tell(_("The passkey works from now on."))
        return self.back()
