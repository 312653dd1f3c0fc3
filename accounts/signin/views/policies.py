"""Which second factors do, role by role: data, changed by an administrator with a fresh factor."""

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import Role, door
from accounts.signin import forms, queries
from accounts.signin.rules import CHANGE_FACTOR_POLICY
from accounts.signin.services import policies
from panel.ui.pages import FormPage

# What is offered to whom sets a day for the first time.
GRACE = timedelta(days=14)


@door(CHANGE_FACTOR_POLICY)
class FactorPolicy(FormPage):
    form_class = forms.FactorPolicy
    template_name = "accounts/signin/factors/factor_policy.html"
    edits = True

    def initial(self) -> dict[str, Any]:
        held = queries.factor_policy()
        found: dict[str, Any] = {}
        for role in Role:
            found[role.value] = "passkey" if role in held else "any"
            found[f"{role.value}_from"] = held.get(role)
        return found

    def context(self) -> dict[str, Any]:
        return {"possible": queries.passkeys_possible()}

    def form_options(self) -> dict[str, Any]:
        return {"missing": queries.without_passkey(self.at)}

    def perform(self, form: forms.FactorPolicy) -> str:
        given, usual = form.cleaned_data, self.at.date() + GRACE
        days = {
            role: (given[f"{role.value}_from"] or usual) if given[role.value] == "passkey" else None for role in Role
        }
        policies.change(actor=self.actor, days=days, at=self.at)
        self.tell(_("The new rule holds. People are asked when they sign in."))
        return reverse("signin:factor_policy")
