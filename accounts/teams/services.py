"""Verbs of teams. Who manages one is a grant on it (accounts.grants): an editor puts people in and takes them out."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import MANAGE_MEMBERS, MANAGE_TEAMS
from accounts.people import services as people
from accounts.people.models import Team, User
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict


class GuestInTeam(Conflict):
    code = "guest_in_team"


@transaction.atomic
def create(*, actor: Actor, name: str, at: datetime) -> Team:
    """Raises Forbidden, Invalid, Conflict when the name is taken."""
    rights.require(actor, MANAGE_TEAMS)
    team = people.create_team(name=name)
    journal.record("people.team.created", actor=actor, obj=team, at=at)
    return team


@transaction.atomic
def set_membership(*, actor: Actor, team: Team, user: User, member: bool, at: datetime) -> None:
    """Put a person or service account into a team, or take them out: what the team was given they have or lose at once.

    Raises Forbidden, GuestInTeam.
    """
    rights.require(actor, MANAGE_MEMBERS, team)
    if member and access.guest(user.id) is not None:
        raise GuestInTeam(_("A guest sees what is shared with them alone. They cannot be in a team."))
    (people.join if member else people.leave)(team, user)
    event = "people.team.joined" if member else "people.team.left"
    journal.record(event, actor=actor, obj=team, detail={"user": str(user.id)}, at=at)
    rights.changed([user.id], at)
