"""Give a person a role of the organisation, built in or its own, and take one back."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.forms import CheckboxInput
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.access.rules import MANAGE_ROLES, ROLE_NAMES, DutiesWarned, Role, door
from accounts.people import queries as people
from accounts.people.models import User
from accounts.roles import forms, queries, services
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page


class OfPerson(Page):
    @cached_property
    def person(self) -> User:
        found = people.user(self.kwargs["user_id"])
        if found is None:
            raise Missing(_("There is no such person."))
        return found

    def context(self) -> dict[str, Any]:
        return {"person": self.person}

    def back(self) -> str:
        return reverse("access:person", args=[self.person.id])


@door(MANAGE_ROLES)
class Roles(OfPerson, FormPage):
    """A role is given with a reason, and may end by itself."""

    form_class = forms.Give
    template_name = "accounts/roles/give.html"

    def form_options(self) -> dict[str, Any]:
        return {"custom": [(str(one.id), one.name) for one in queries.all_roles()]}

    def perform(self, form: forms.Give) -> str:
        given = form.cleaned_data
        how = {
            "actor": self.actor, "user": self.person, "reason": given["reason"], "at": self.at,
            "expires_at": form.expires_at, "despite": given["despite"],
        }  # fmt: skip
        try:
            if given["role"] in set(Role):
                access.give_role(role=Role(given["role"]), **how)
            else:
                services.give(role=_custom(given["role"]), **how)
        except DutiesWarned:
            form.fields["despite"].widget = CheckboxInput()
            raise
        self.tell(_("The role is given and works from the next click on."))
        return self.back()


def _custom(key: str) -> Any:
    try:
        found = queries.find(UUID(key))
    except ValueError:
        found = None
    if found is None:
        raise Missing(_("There is no such role."))
    return found


@door(MANAGE_ROLES)
class RoleWithdrawal(OfPerson, Act):
    """`role` is the name of a built-in role or the id of a custom one."""

    def perform(self) -> Text:
        key = self.kwargs["role"]
        if key in set(Role):
            access.withdraw_role(actor=self.actor, user=self.person, role=Role(key), at=self.at)
            return _("Withdrawn: %(role)s.") % {"role": ROLE_NAMES[Role(key)]}
        role = _custom(key)
        services.withdraw(actor=self.actor, user=self.person, role=role, at=self.at)
        return _("Withdrawn: %(role)s.") % {"role": role.name}
