"""Guests: ask one in, change scope and end."""

from functools import cached_property
from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.models import Guest
from accounts.access.rules import MANAGE_PEOPLE, door
from accounts.invitations import forms
from accounts.invitations.services import guests
from accounts.invitations.views.inviting import shown
from accounts.people import queries as people
from accounts.people.models import User
from panel.kernel.errors import Missing
from panel.ui.pages import FormPage


def _sections() -> dict[str, Any]:
    return {"sections": [(one.name, str(one.title)) for one in guests.sections()]}


@door(MANAGE_PEOPLE)
class New(FormPage):
    form_class = forms.Guest
    template_name = "accounts/invitations/guest.html"

    def form_options(self) -> dict[str, Any]:
        return _sections()

    def perform(self, form: forms.Guest) -> HttpResponseBase:
        given = form.cleaned_data
        row, token = guests.invite(
            actor=self.actor, full_name=given["full_name"], email=given["email"], until=form.ends,
            permits=given["permits"], reason=given["reason"], days=given["days"], at=self.at,
        )  # fmt: skip
        return shown(self, row.user, token, row.expires_at)


@door(MANAGE_PEOPLE)
class Visit(FormPage):
    form_class = forms.Visit
    template_name = "accounts/invitations/visit.html"

    @cached_property
    def person(self) -> User:
        found = people.user(self.kwargs["user_id"])
        if found is None or access.guest(found.id) is None:
            raise Missing(_("There is no such guest."))
        return found

    @cached_property
    def guest(self) -> Guest:
        found = access.guest(self.person.id)
        if found is None:
            raise Missing(_("There is no such guest."))
        return found

    def initial(self) -> dict[str, Any]:
        ends = self.guest.expires_at
        return {"until": localtime(ends).date() if ends else None, "permits": self.guest.permits}

    def form_options(self) -> dict[str, Any]:
        return _sections()

    def context(self) -> dict[str, Any]:
        return {"person": self.person}

    def perform(self, form: forms.Visit) -> str:
        given = form.cleaned_data
        guests.change(
            actor=self.actor, user=self.person, until=form.ends, permits=given["permits"], reason=given["reason"],
            at=self.at,
        )  # fmt: skip
        self.tell(_("Changed. It acts at once."))
        return reverse("access:person", args=[self.person.id])
