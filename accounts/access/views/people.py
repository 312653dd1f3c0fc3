"""People, their roles and teams. Names are opened in memory: search finds what is stored sealed."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import forms, queries, services
from accounts.access.rules import MANAGE_PEOPLE, MANAGE_ROLES, ROLE_NAMES, SEE_PEOPLE, Role, door, in_force
from accounts.people import queries as people
from accounts.people.models import User
from accounts.people.rules import State
from panel.kernel import clock
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Memory
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage, Page

STATE_WORDS: dict[str, Text] = {
    State.ACTIVE: gettext_lazy("Active"),
    State.INVITED: gettext_lazy("Invited"),
    State.DISABLED: gettext_lazy("Disabled"),
}


@dataclass(frozen=True)
class Row:
    """A person as the list shows them, opened."""

    pk: UUID
    name: str
    email: str
    state: str
    roles: list[Role]
    last_login: datetime | None

    @property
    def role_words(self) -> str:
        return ", ".join(str(ROLE_NAMES[role]) for role in self.roles) or str(ROLE_NAMES[Role.MEMBER])


def rows(at: datetime) -> list[Row]:
    roles = queries.roles_by_user(at)
    return [
        Row(one.id, one.full_name, one.email_address or "", one.state, roles.get(one.id, []), one.last_login)
        for one in people.opened(people.everybody().persons())
    ]


def sort_value(row: Row, field: str) -> Any:
    return row.name.casefold() if field == "name" else getattr(row, field)


COLUMNS = [
    Column(
        "name", gettext_lazy("Person"), cell="title", sort="name", card="title",
        second=lambda row: row.email, url=lambda row: reverse("access:person", args=[row.pk]),
    ),
    Column("role_words", gettext_lazy("Roles")),
    Column(
        "state", gettext_lazy("State"), cell="state", sort="state", card="state",
        second=lambda row: STATE_WORDS[row.state],
    ),
    Column("last_login", gettext_lazy("Signed in"), cell="ago", numeric=True),
]  # fmt: skip
ROLES = [(role.value, ROLE_NAMES[role]) for role in Role if role is not Role.MEMBER]
FILTERS = [
    Filter("state", gettext_lazy("State"), list(STATE_WORDS.items()), keep=lambda row, value: row.state == value),
    Filter("role", gettext_lazy("Role"), ROLES, keep=lambda row, value: value in row.roles),
]


@door(SEE_PEOPLE)
def listing(request: HttpRequest) -> HttpResponseBase:
    actor, at = actor_of(request), clock.now()
    page = ListPage(
        request, Memory(rows(at), lambda row: f"{row.name} {row.email}", sort_value), COLUMNS, sort="name",
        filters=FILTERS, empty=Empty(gettext_lazy("Nobody yet"), gettext_lazy("People who use the panel.")),
        searchable=gettext_lazy("Search by name or address"), csv_name="people",
    )  # fmt: skip
    return answer(request, "accounts/access/people.html", page, {"may": queries.can(actor, MANAGE_PEOPLE)})


class OfPerson(Page):
    @cached_property
    def person(self) -> User:
        found = people.user(self.kwargs["user_id"])
        if found is None:
            raise Missing(_("There is no such person."))
        return found

    def back(self) -> str:
        return reverse("access:person", args=[self.person.id])


@door(SEE_PEOPLE)
class Person(OfPerson):
    template_name = "accounts/access/person.html"

    def context(self) -> dict[str, Any]:
        guest, known = queries.guest(self.person.id), services.permits()
        built_in, custom = queries.role_grants(self.person.id), queries.custom_role_grants(self.person.id)
        return {
            "person": self.person,
            "why_url": f"{reverse('grants:why')}?who={self.person.id}",
            "state_word": STATE_WORDS[self.person.state],
            "guest": guest,
            "guest_sections": [str(known[one].title) for one in (guest.permits if guest else []) if one in known],
            "grants": [
                *((one, ROLE_NAMES[Role(one.role)], in_force(one.expires_at, self.at), one.role) for one in built_in),
                *((one, one.role.name, in_force(one.expires_at, self.at), str(one.role_id)) for one in custom),
            ],
            "givers": people.names(one.giver_id for one in [*built_in, *custom] if one.giver_id),
            "teams": people.teams_of(self.person.id),
            "may_roles": queries.can(self.actor, MANAGE_ROLES),
            "may_manage": queries.can(self.actor, MANAGE_PEOPLE) and self.person.id != self.actor.id,
        }


@door(MANAGE_PEOPLE)
class Disabling(OfPerson, FormPage):
    form_class = forms.Disable
    template_name = "accounts/access/disable.html"

    def context(self) -> dict[str, Any]:
        return {"person": self.person}

    def perform(self, form: forms.Disable) -> str:
        services.disable(actor=self.actor, user=self.person, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("The account is closed; its sessions and keys ended with it."))
        return self.back()


@door(MANAGE_PEOPLE)
class Enabling(OfPerson, Act):
    def perform(self) -> Text:
        services.enable(actor=self.actor, user=self.person, at=self.at)
        return _("The account is open again. Its keys stay revoked.")
