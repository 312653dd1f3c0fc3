"""Questions about invitations."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from accounts.access import queries as access
from accounts.access.models import Guest
from accounts.access.rules import MANAGE_PEOPLE, SEE_PEOPLE
from accounts.grants.queries.shown import actor_name, role_word
from accounts.invitations.models import Invitation
from accounts.invitations.rules import State, state_of
from accounts.people import queries as people
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring

NEWEST = 2000


def visible_to(actor: Actor) -> QuerySet[Invitation]:
    """All for who sees people; their own for managers of teams."""
    rows = Invitation.objects.select_related("user", "team__group")
    if access.can(actor, SEE_PEOPLE) or access.can(actor, MANAGE_PEOPLE):
        return rows
    return rows.filter(inviter_id=actor.id) if actor.id else rows.none()


def guests(actor: Actor) -> QuerySet[Guest]:
    """Everybody from outside, for who sees people."""
    rows = Guest.objects.select_related("user")
    return rows if access.can(actor, SEE_PEOPLE) else rows.none()


def waiting(user_id: UUID) -> Invitation | None:
    return Invitation.objects.filter(user_id=user_id, withdrawn_at=None).first()


@dataclass(frozen=True)
class Row:
    """An invitation as the list shows it, opened."""

    pk: UUID
    name: str
    email: str
    state: State
    role: str
    team: str
    inviter: str
    made_at: datetime
    expires_at: datetime
    sent: int


def rows(actor: Actor, at: datetime) -> list[Row]:
    """The newest first; `at` in real time."""
    found = list(visible_to(actor).order_by("-made_at")[:NEWEST])
    keyring.warm(one.user.key_id for one in found)
    names = people.names({one.inviter_id for one in found if one.inviter_id})
    return [row(one, names, at) for one in found]


def row(one: Invitation, names: dict[UUID, str], at: datetime) -> Row:
    return Row(
        pk=one.id,
        name=one.user.full_name,
        email=one.user.email_address or "",
        state=state_of(one.withdrawn_at, one.user.state, one.expires_at, at),
        role=role_word(one.role),
        team=one.team.name if one.team else "",
        inviter=actor_name(one.inviter_kind, one.inviter_id, names),
        made_at=one.made_at,
        expires_at=one.expires_at,
        sent=one.sent,
    )
