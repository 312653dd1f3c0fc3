"""Ask somebody in; the list of invitations; send again, take back. A link is shown once."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import MANAGE_MEMBERS, MANAGE_PEOPLE, SEE_TEAM, door
from accounts.invitations import forms, queries
from accounts.invitations.models import Invitation
from accounts.invitations.rules import STATE_WORDS, State
from accounts.invitations.services import inviting
from accounts.people import queries as people
from accounts.people.models import Team, User
from accounts.roles import queries as roles
from accounts.teams import queries as teams
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Memory
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage, Page

DOTS = {State.WAITS: "invited", State.JOINED: "active", State.EXPIRED: "expired", State.WITHDRAWN: "disabled"}
COLUMNS = [
    Column(
        "name", gettext_lazy("Person"), cell="title", sort="name", card="title", second=lambda row: row.email,
        url=lambda row: reverse("invitations:invitation", args=[row.pk]),
    ),
    Column(
        "state", gettext_lazy("State"), value=lambda row: DOTS[row.state], cell="state", card="state",
        second=lambda row: STATE_WORDS[row.state],
    ),
    Column("role", gettext_lazy("Role")),
    Column("team", gettext_lazy("Team")),
    Column("inviter", gettext_lazy("Invited by")),
    Column("made_at", gettext_lazy("Invited"), cell="ago", sort="made_at", numeric=True),
    Column("expires_at", gettext_lazy("Link ends"), cell="moment", sort="expires_at", numeric=True),
]  # fmt: skip
FILTERS = [
    Filter("state", gettext_lazy("State"), list(STATE_WORDS.items()), keep=lambda row, value: row.state == value)
]


@door(SEE_TEAM)
def listing(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    rows = queries.rows(actor, timezone.now())
    page = ListPage(
        request, Memory(rows, lambda row: f"{row.name} {row.email} {row.team}"), COLUMNS, sort="-made_at",
        filters=FILTERS, searchable=gettext_lazy("Search by name, address or team"), csv_name="invitations",
        empty=Empty(gettext_lazy("No invitation yet"), gettext_lazy("Whom you ask in stands here until they joined.")),
    )  # fmt: skip
    return answer(request, "accounts/invitations/list.html", page, {"may": access.can(actor, MANAGE_PEOPLE)})


def shown(page: Page, user: User, token: str, until: datetime) -> HttpResponseBase:
    """The page that shows a link once."""
    page.template_name = "accounts/invitations/link.html"
    url = f"{settings.BASE_URL}{reverse('signin:join', args=[token])}"
    return page.show(person=user, url=url, until=until)


@door(MANAGE_PEOPLE)
class New(FormPage):
    form_class = forms.Person
    template_name = "accounts/invitations/new.html"

    def form_options(self) -> dict[str, Any]:
        return {
            "custom": [(str(one.id), one.name) for one in roles.all_roles()],
            "teams": [(str(one.id), one.name) for one in people.teams()],
        }

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        team = next((one for one in people.teams() if str(one.id) == given["team"]), None)
        wanted = inviting.Wanted(
            given["full_name"], given["email"], given["role"], team, given["reason"], given["days"]
        )  # fmt: skip
        row, token = inviting.invite(actor=self.actor, wanted=wanted, at=self.at)
        return shown(self, row.user, token, row.expires_at)


@door(MANAGE_MEMBERS)
class IntoTeam(FormPage):
    """A manager asks somebody into their team."""

    form_class = forms.TeamMate
    template_name = "accounts/invitations/team_mate.html"

    @cached_property
    def team(self) -> Team:
        found = teams.visible_to(self.actor).filter(id=self.kwargs["team_id"]).first()
        if found is None:
            raise Missing(_("There is no such team."))
        return found

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        rights.require(self.actor, MANAGE_MEMBERS, self.team)
        return super().dispatch(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        return {"team": self.team}

    def perform(self, form: Any) -> HttpResponseBase:
        given = form.cleaned_data
        wanted = inviting.Wanted(given["full_name"], given["email"], team=self.team, days=given["days"])
        row, token = inviting.invite(actor=self.actor, wanted=wanted, at=self.at)
        return shown(self, row.user, token, row.expires_at)


class OfInvitation(Page):
    @cached_property
    def invitation(self) -> Invitation:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["invitation_id"]).first()
        if found is None:
            raise Missing(_("There is no such invitation."))
        return found

    def context(self) -> dict[str, Any]:
        one, names = self.invitation, people.names([self.invitation.inviter_id] if self.invitation.inviter_id else [])
        row = queries.row(one, names, timezone.now())
        return {
            "row": row,
            "word": STATE_WORDS[row.state],
            "dot": DOTS[row.state],
            "person_id": one.user_id,
            "may": inviting.may_handle(self.actor, one) and row.state in {State.WAITS, State.EXPIRED},
        }

    def back(self) -> str:
        return reverse("invitations:invitation", args=[self.invitation.id])


@door(SEE_TEAM)
class One(OfInvitation):
    template_name = "accounts/invitations/invitation.html"


@door(SEE_TEAM)
class Sending(OfInvitation):
    """POST: a new link, shown once and mailed; earlier ones end."""

    def get(self, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        raise Missing(_("Links are shown once, when they are made."))

    def post(self, *_args: Any, **_kwargs: Any) -> HttpResponseBase:
        token = inviting.resend(actor=self.actor, invitation=self.invitation, at=self.at)
        self.invitation.refresh_from_db()
        return shown(self, self.invitation.user, token, self.invitation.expires_at)


@door(SEE_TEAM)
class Withdrawal(OfInvitation, Act):
    def perform(self) -> Text:
        inviting.withdraw(actor=self.actor, invitation=self.invitation, at=self.at)
        return _("Withdrawn. The link does not work any more.")
