"""Teams: who stands together, and so shares what the team was given."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import forms, queries, services
from accounts.access.rules import MANAGE_TEAMS, SEE_PEOPLE, door
from accounts.people import queries as people
from accounts.people.models import Team, User
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page


@door(SEE_PEOPLE, post=MANAGE_TEAMS)
class Teams(FormPage):
    form_class = forms.TeamName
    template_name = "accounts/access/teams.html"

    def context(self) -> dict[str, Any]:
        return {"teams": people.counted_teams(), "may": queries.can(self.actor, MANAGE_TEAMS)}

    def perform(self, form: forms.TeamName) -> str:
        team = services.create_team(actor=self.actor, name=form.cleaned_data["name"], at=self.at)
        return reverse("access:team", args=[team.id])


class OfTeam(Page):
    @cached_property
    def team(self) -> Team:
        found = people.team(self.kwargs["team_id"])
        if found is None:
            raise Missing(_("There is no such team."))
        return found

    def back(self) -> str:
        return reverse("access:team", args=[self.team.id])

    def member(self, user_id: UUID | str) -> User:
        found = people.user(UUID(str(user_id)))
        if found is None:
            raise Missing(_("There is no such person."))
        return found


@door(SEE_PEOPLE, post=MANAGE_TEAMS)
class OneTeam(OfTeam, FormPage):
    """Its members; POST adds one."""

    form_class = forms.Member
    template_name = "accounts/access/team.html"

    def form_options(self) -> dict[str, Any]:
        there = {one.id for one in self.members}
        return {"people": [(str(key), name) for key, name in people.choices() if key not in there]}

    @cached_property
    def members(self) -> list[User]:
        return people.members(self.team)

    def context(self) -> dict[str, Any]:
        return {"team": self.team, "members": self.members, "may": queries.can(self.actor, MANAGE_TEAMS)}

    def perform(self, form: forms.Member) -> str:
        user = self.member(form.cleaned_data["person"])
        services.set_membership(actor=self.actor, team=self.team, user=user, member=True, at=self.at)
        return self.back()


@door(MANAGE_TEAMS)
class Leaving(OfTeam, Act):
    def perform(self) -> Text:
        user = self.member(self.kwargs["user_id"])
        services.set_membership(actor=self.actor, team=self.team, user=user, member=False, at=self.at)
        return _("The person left the team, and lost what it was given.")
