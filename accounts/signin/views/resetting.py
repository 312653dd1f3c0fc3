"""An administrator asks that somebody's second factor is reset; another one approves."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.rules import MANAGE_PEOPLE, Role, door
from accounts.people import queries as people
from accounts.people.models import User
from accounts.signin import forms
from accounts.signin.services import resets
from panel.kernel.errors import Missing
from panel.ui.pages import FormPage


@door(MANAGE_PEOPLE)
class Reset(FormPage):
    form_class = forms.Reset
    template_name = "accounts/signin/reset.html"

    @property
    def person(self) -> User:
        found = people.user(self.kwargs["user_id"])
        if found is None:
            raise Missing(_("There is no such person."))
        return found

    def context(self) -> dict[str, Any]:
        others = access.holders(Role.ADMINISTRATOR, self.at) - {self.actor.id, self.person.id}
        return {"person": self.person, "others": bool(others)}

    def perform(self, form: forms.Reset) -> str:
        row = resets.ask(actor=self.actor, user=self.person, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("Asked. Another administrator decides; you see here what becomes of it."))
        return reverse("approvals:approval", args=[row.id])
