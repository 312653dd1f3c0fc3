"""Roles that the organisation made: make, change, retire, see who has them and every version."""

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.models import CustomRole
from accounts.access.rules import MANAGE_ROLES, SEE_PEOPLE, door
from accounts.roles import forms, queries, services
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page


def _choices(permits: list[Any]) -> list[tuple[str, str]]:
    return [(one.name, f"{one.title}  ({one.name})") for one in permits]


@door(MANAGE_ROLES)
class New(FormPage):
    form_class = forms.CustomRole
    template_name = "accounts/roles/new.html"

    def form_options(self) -> dict[str, Any]:
        return {"permits": _choices(queries.own(self.actor, self.at))}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        role = services.make(
            actor=self.actor, name=given["name"], purpose=given["purpose"], permits=given["permits"], at=self.at
        )
        self.tell(_("The role is made. Give it on a person's page."))
        return reverse("roles:role", args=[role.id])


class OfRole(Page):
    @cached_property
    def role(self) -> CustomRole:
        found = queries.find(self.kwargs["role_id"])
        if found is None:
            raise Missing(_("There is no such role."))
        return found

    def context(self) -> dict[str, Any]:
        return {"role": self.role}

    def back(self) -> str:
        return reverse("roles:role", args=[self.role.id])


@door(SEE_PEOPLE)
class OneRole(OfRole):
    template_name = "accounts/roles/role.html"

    def context(self) -> dict[str, Any]:
        known = rights.permits()
        return {
            "role": self.role,
            "permits": [known[name] for name in self.role.permits if name in known],
            "gone": [name for name in self.role.permits if name not in known],
            "holders": queries.holders(self.role, self.at),
            "versions": queries.versions(self.role),
            "may": access.can(self.actor, MANAGE_ROLES) and self.role.retired_at is None,
        }


@door(MANAGE_ROLES)
class Edit(OfRole, FormPage):
    form_class = forms.CustomRole
    template_name = "accounts/roles/edit.html"
    edits = True

    def initial(self) -> dict[str, Any]:
        return {
            "name": self.role.name, "purpose": self.role.purpose, "permits": list(self.role.permits),
            "revision": self.role.revision,
        }  # fmt: skip

    def form_options(self) -> dict[str, Any]:
        known, own = rights.permits(), queries.own(self.actor, self.at)
        kept = [known[name] for name in self.role.permits if name in known and known[name] not in own]
        return {"permits": _choices(sorted([*own, *kept], key=lambda one: one.name))}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        services.change(
            actor=self.actor, role=self.role, name=given["name"], purpose=given["purpose"], permits=given["permits"],
            revision=given["revision"] or 0, at=self.at,
        )  # fmt: skip
        self.tell(_("Saved. Everybody with this role has the new rights at once."))
        return self.back()


@door(MANAGE_ROLES)
class Retirement(OfRole, Act):
    def perform(self) -> Text:
        services.retire(actor=self.actor, role=self.role, at=self.at)
        return _("The role is retired, and taken from everybody who had it.")
