"""How long sessions last."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import door
from accounts.signin import forms
from accounts.signin.rules import SET_LIMITS
from accounts.signin.services import limits
from panel.kernel.registries import settings
from panel.ui.pages import FormPage


@door(SET_LIMITS)
class Limits(FormPage):
    form_class = forms.Limits
    template_name = "accounts/signin/sessions/limits.html"
    edits = True

    def initial(self) -> dict[str, Any]:
        found = settings.values(limits.NAMES)
        return {forms.field_of(name): value for name, value in found.items()}

    def form_options(self) -> dict[str, Any]:
        return {"fixed": [name for name in limits.NAMES if settings.from_environment(name)]}

    def perform(self, form: forms.Limits) -> str:
        limits.change(actor=self.actor, values=form.values(), at=self.at)
        self.tell(_("The new times hold from now on, for open sessions too."))
        return reverse("signin:limits")
