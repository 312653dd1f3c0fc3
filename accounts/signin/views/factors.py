"""One's own factors one by one: a name, a removal; and the page for whom a passkey is asked of."""

from functools import cached_property
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import SIGNED_IN, door
from accounts.signin import forms, queries
from accounts.signin.models import Passkey
from accounts.signin.rules import CHANGE, PROVED_BY
from accounts.signin.services import factors, policies
from accounts.signin.views.ending import Own
from panel.kernel.errors import Conflict, Missing
from panel.ui.pages import FormPage, go


class OfFactor(Own):
    """A page about one of the person's own factors."""

    @cached_property
    def held(self) -> queries.Factors:
        return queries.factors_of(self.user)

    @cached_property
    def factor(self) -> Any:
        wanted: UUID = self.kwargs["factor"]
        found = next((one for one in (self.held.totp, *self.held.passkeys) if one and one.uuid == wanted), None)
        if found is None:
            raise Missing(_("You have no such factor. It may have been removed already."))
        return found

    @property
    def called(self) -> str:
        return self.factor.name if isinstance(self.factor, Passkey) else _("Authenticator app")

    def context(self) -> dict[str, Any]:
        return {"factor": self.factor, "called": self.called, "is_passkey": isinstance(self.factor, Passkey)}


@door(CHANGE)
class Name(OfFactor, FormPage):
    form_class = forms.FactorName
    template_name = "accounts/signin/factors/factor_name.html"

    def initial(self) -> dict[str, Any]:
        return {"name": self.called}

    def perform(self, form: forms.FactorName) -> str:
        if not isinstance(self.factor, Passkey):
            raise Missing(_("You have no such factor. It may have been removed already."))
        name = form.cleaned_data["name"]
        factors.rename(actor=self.actor, user=self.user, factor=self.factor.uuid, name=name, at=self.at)
        return self.back()


@door(CHANGE)
class Removal(OfFactor):
    """GET names the consequences, POST removes."""

    template_name = "accounts/signin/factors/factor_removal.html"

    def context(self) -> dict[str, Any]:
        left = len([one for one in (self.held.totp, *self.held.passkeys) if one]) - 1
        return {**super().context(), "left": left, "codes": self.held.codes_left}

    def post(self, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        proved_by = self.request.session.get(PROVED_BY, "")
        called, factor = self.called, self.factor.uuid
        try:
            factors.remove(actor=self.actor, user=self.user, factor=factor, proved_by=proved_by, at=self.at)
        except factors.NeedsOtherFactor:
            query = urlencode({"next": self.request.path, "but": str(factor)})
            return go(self.request, f"{reverse('signin:step_up')}?{query}")
        except Conflict as refusal:
            return self.show(refused=refusal.sentence, status=refusal.status)
        self.tell(_("“%(factor)s” no longer opens your account.") % {"factor": called})
        return go(self.request, self.back())


@door(SIGNED_IN)
class Needed(Own):
    """Where a session stands that opened without the passkey that its person's role asks for: it goes no further."""

    template_name = "accounts/signin/needed.html"

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponse:
        if not policies.owes_passkey(self.request.session, self.user.id, self.at):
            return HttpResponseRedirect(reverse("home:now"))
        return self.show(has=queries.has_passkey(self.user.id))
