"""Teams: who stands together, and so shares what the team was given."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import MANAGE_MEMBERS, MANAGE_TEAMS, SEE_PEOPLE, SEE_TEAM, door
from accounts.grants.queries import shown
from accounts.people import queries as people
from accounts.people.models import Team, User
from accounts.teams import forms, queries, services
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage, Page

COLUMNS = [
    Column(
        "name", gettext_lazy("Team"), cell="title", sort="name", card="title",
        url=lambda team: reverse("teams:team", args=[team.id]),
    ),
    Column("size", gettext_lazy("Members"), cell="number", sort="size", numeric=True),
    Column("created_at", gettext_lazy("Made"), cell="moment", sort="created_at", numeric=True),
]  # fmt: skip


@door(SEE_TEAM)
def listing(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    page = ListPage(
        request, Rows(queries.counted(actor), ["name"]), COLUMNS, sort="name",
        empty=Empty(gettext_lazy("No team yet"), gettext_lazy("A team is given roles on assistants together.")),
        searchable=gettext_lazy("Search by name"), csv_name="teams",
    )  # fmt: skip
    return answer(request, "accounts/teams/list.html", page, {"may": access.can(actor, MANAGE_TEAMS)})


@door(MANAGE_TEAMS)
class New(FormPage):
    form_class = forms.TeamName
    template_name = "accounts/teams/new.html"

    def perform(self, form: forms.TeamName) -> str:
        team = services.create(actor=self.actor, name=form.cleaned_data["name"], at=self.at)
        return reverse("teams:team", args=[team.id])


TABS = [("teams:team", gettext_lazy("Members")), ("teams:held", gettext_lazy("What it has")),
        ("teams:grants", gettext_lazy("Access"))]  # fmt: skip


def framed(actor: Actor, team: Team, tab: str) -> dict[str, Any]:
    """What stands around every page of a team."""
    return {
        "team": team,
        "may_people": access.can(actor, SEE_PEOPLE),
        "may_members": access.can(actor, MANAGE_MEMBERS, team),
        "tabs": [{"label": name, "url": reverse(url, args=[team.id]), "current": url == tab} for url, name in TABS],
    }


class OfTeam(Page):
    @cached_property
    def team(self) -> Team:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["team_id"]).first()
        if found is None:
            raise Missing(_("There is no such team."))
        return found

    def context(self) -> dict[str, Any]:
        return framed(self.actor, self.team, "teams:team")

    def back(self) -> str:
        return reverse("teams:team", args=[self.team.id])

    def member(self, user_id: UUID | str) -> User:
        found = people.user(UUID(str(user_id)))
        if found is None:
            raise Missing(_("There is no such person."))
        return found


@door(SEE_TEAM, post=MANAGE_MEMBERS)
class OneTeam(OfTeam, FormPage):
    """Its members; POST adds one."""

    form_class = forms.Member
    template_name = "accounts/teams/team.html"

    def form_options(self) -> dict[str, Any]:
        there = {one.id for one in self.members}
        services = [(one.user_id, _("%(name)s (service)") % {"name": one.name}) for one in people.services()]
        return {"people": [(str(key), name) for key, name in [*people.choices(), *services] if key not in there]}

    @cached_property
    def members(self) -> list[User]:
        return people.members(self.team)

    def context(self) -> dict[str, Any]:
        return {**super().context(), "members": self.members}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rights.require(self.actor, MANAGE_MEMBERS, self.team)
        return super().post(request, *args, **kwargs)

    def perform(self, form: forms.Member) -> str:
        user = self.member(form.cleaned_data["person"])
        services.set_membership(actor=self.actor, team=self.team, user=user, member=True, at=self.at)
        return self.back()


@door(MANAGE_MEMBERS)
class Leaving(OfTeam, Act):
    def perform(self) -> Text:
        user = self.member(self.kwargs["user_id"])
        services.set_membership(actor=self.actor, team=self.team, user=user, member=False, at=self.at)
        return _("They left the team, and lost what it was given.")


@door(SEE_TEAM)
class Held(OfTeam):
    """What the team was given, and the history of that."""

    template_name = "accounts/teams/held.html"

    def context(self) -> dict[str, Any]:
        history = shown.of_receivers([self.team.id])[: shown.NEWEST]
        return {
            **framed(self.actor, self.team, "teams:held"),
            "held": queries.held(self.actor, self.team, self.at),
            "history": shown.lines(self.actor, history),
        }
