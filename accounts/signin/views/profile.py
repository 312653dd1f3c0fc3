"""One's own name, language, time zone, colours and density."""

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.access.rules import SIGNED_IN, door
from accounts.people import services as people
from accounts.signin import forms
from accounts.signin.views.ending import Own
from panel.ui.pages import FormPage, go

THEME = "theme"


@door(SIGNED_IN)
class Profile(Own, FormPage):
    form_class = forms.Profile
    template_name = "accounts/signin/profile.html"

    def initial(self) -> dict[str, Any]:
        return {name: getattr(self.user, name) for name in ("full_name", *people.PREFERENCES)}

    def context(self) -> dict[str, Any]:
        return {"address": self.user.email_address}

    def perform(self, form: forms.Profile) -> HttpResponse:
        given = form.cleaned_data
        user = people.change_profile(
            actor=self.actor, user=self.user, full_name=given["full_name"],
            preferences={name: given[name] for name in people.PREFERENCES}, at=self.at,
        )  # fmt: skip
        with translation.override(user.language):
            self.tell(_("Your profile is stored."))
        return self._in_these_colours(go(self.request, reverse("signin:profile")))

    def _in_these_colours(self, response: HttpResponse) -> HttpResponse:
        """What was chosen here replaces what this browser chose in the menu."""
        response.delete_cookie(THEME, samesite="Lax")
        return response
