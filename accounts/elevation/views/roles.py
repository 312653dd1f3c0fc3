"""A role for some hours: the form; what becomes of it stands on the approval's page."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import SIGNED_IN, door
from accounts.elevation import forms
from accounts.elevation.rules import ASK_ROLE
from accounts.elevation.services import roles
from accounts.elevation.views.tabs import tabs
from panel.ui.pages import FormPage


@door(SIGNED_IN, post=ASK_ROLE)
class AskRole(FormPage):
    form_class = forms.AskRole
    template_name = "accounts/elevation/roles.html"

    def context(self) -> dict[str, Any]:
        return {"tabs": tabs("roles")}

    def perform(self, form: forms.AskRole) -> str:
        given = form.cleaned_data
        row = roles.ask(actor=self.actor, role=given["role"], hours=given["hours"], reason=given["reason"], at=self.at)
        self.tell(_("Asked. Somebody else decides; you see here what becomes of it."))
        return reverse("approvals:approval", args=[row.id])
