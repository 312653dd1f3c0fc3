"""Ask somebody in, send it again, take it back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import MANAGE_MEMBERS, MANAGE_PEOPLE, Role
from accounts.invitations.models import Invitation
from accounts.invitations.rules import DAYS, OPEN_OF_MANAGER, USUAL_DAYS
from accounts.people import queries as people
from accounts.people import services as persons
from accounts.people.models import Team, User
from accounts.people.rules import State as UserState
from accounts.roles import queries as roles
from accounts.roles import services as custom_roles
from accounts.signin.models import Link
from accounts.signin.services import links, notices
from accounts.teams import services as teams
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Forbidden, Invalid


class NotOpen(Conflict):
    code = "invitation_not_open"


@dataclass(frozen=True)
class Wanted:
    """Whom to ask in: `role` is a built-in role or the id of a custom one; `team` what they join."""

    full_name: str
    email: str
    role: str = Role.MEMBER.value
    team: Team | None = None
    reason: str = ""
    days: int = USUAL_DAYS


@transaction.atomic
def invite(*, actor: Actor, wanted: Wanted, at: datetime) -> tuple[Invitation, str]:
    """A new person with a role and a team, and the token of their one-time link, which is shown once and mailed.

    A manager of a team invites plain members into it. Raises Forbidden, AboveOwnRights, Invalid, AddressTaken.
    """
    require_may(actor, wanted)
    if wanted.days not in DAYS:
        raise Invalid(fields={"days": _("Choose one of the periods.")})
    user = _newcomer(actor, wanted, at)
    word = _give(actor, user, wanted, at)
    if wanted.team is not None:
        teams.set_membership(actor=actor, team=wanted.team, user=user, member=True, at=at)
    return opened(actor=actor, user=user, role=word, team=wanted.team, days=wanted.days, at=at)


def require_may(actor: Actor, wanted: Wanted) -> None:
    """Raises Forbidden, NeedsFreshFactor, NotOpen."""
    if wanted.role != Role.MEMBER or wanted.team is None or access.can(actor, MANAGE_PEOPLE):
        rights.require(actor, MANAGE_PEOPLE)
        return
    rights.require(actor, MANAGE_MEMBERS, wanted.team)
    waiting = Invitation.objects.filter(inviter_id=actor.id, user__state=UserState.INVITED, withdrawn_at=None)
    if waiting.filter(expires_at__gt=timezone.now()).count() >= OPEN_OF_MANAGER:
        raise NotOpen(_("You have %(n)s open invitations. Wait until some have joined.") % {"n": OPEN_OF_MANAGER})


def _newcomer(actor: Actor, wanted: Wanted, at: datetime) -> User:
    """A new account, or that of somebody whose invitation was withdrawn before they joined."""
    found = people.by_email(wanted.email) if wanted.email.strip() else None
    if found is None or not _withdrawn(found):
        user = persons.create(full_name=wanted.full_name, email=wanted.email)
        journal.record("people.user.created", actor=actor, obj=user, at=at)
        return user
    row = persons.step(found, UserState.INVITED)
    row.full_name = " ".join(wanted.full_name.split())
    row.save(update_fields=["full_name"])
    journal.record("people.user.enabled", actor=actor, obj=row, at=at)
    return row


def _withdrawn(user: User) -> bool:
    last = Invitation.objects.filter(user=user).order_by("-id").first()
    never = user.state == UserState.DISABLED and not user.has_usable_password()
    return bool(never and last and last.withdrawn_at)


def _give(actor: Actor, user: User, wanted: Wanted, at: datetime) -> str:
    """Give the role; answers with what it is called."""
    if wanted.role == Role.MEMBER:
        return Role.MEMBER.value
    if wanted.role in set(Role):
        rights.give_role(actor=actor, user=user, role=Role(wanted.role), reason=wanted.reason, at=at)
        return wanted.role
    try:
        role = roles.find(UUID(wanted.role))
    except ValueError:
        role = None
    if role is None:
        raise Invalid(fields={"role": _("Choose one of the roles.")})
    custom_roles.give(actor=actor, user=user, role=role, reason=wanted.reason, at=at)
    return role.name


def opened(
    *, actor: Actor, user: User, role: str, team: Team | None, days: int, at: datetime
) -> tuple[Invitation, str]:
    """The invitation and its link, for a caller that has asked who may."""
    now = timezone.now()
    row = Invitation.objects.create(
        user=user, role=role, team=team, inviter_kind=actor.kind, inviter_id=actor.id, days=days, made_at=now,
        expires_at=now + timedelta(days=days),
    )  # fmt: skip
    return row, _link(actor, row, user, at)


def _link(actor: Actor, row: Invitation, user: User, at: datetime) -> str:
    life = timedelta(days=row.days)
    token = links.make(actor=actor, user=user, kind=Link.Kind.JOIN, life=life, at=at)
    notices.link(actor=actor, user=user, token=token, kind=Link.Kind.JOIN, life=life, at=at)
    return token


@transaction.atomic
def resend(*, actor: Actor, invitation: Invitation, at: datetime) -> str:
    """A new link with a new end; earlier ones end. Raises Forbidden, NotOpen."""
    row = _waiting(actor, invitation, at)
    row.sent, row.expires_at = row.sent + 1, timezone.now() + timedelta(days=row.days)
    row.save(update_fields=["sent", "expires_at"])
    return _link(actor, row, row.user, at)


@transaction.atomic
def withdraw(*, actor: Actor, invitation: Invitation, at: datetime) -> None:
    """The link ends, and the account with what it was given closes before it was opened. Raises Forbidden, NotOpen."""
    row = _waiting(actor, invitation, at)
    row.withdrawn_at = timezone.now()
    row.save(update_fields=["withdrawn_at"])
    rights.close(actor=actor, user=row.user, reason=_("The invitation was withdrawn."), at=at)


def _waiting(actor: Actor, invitation: Invitation, at: datetime) -> Invitation:
    row = Invitation.objects.select_for_update(of=("self",)).select_related("user", "team__group").get(id=invitation.id)
    if not may_handle(actor, row):
        raise Forbidden(_("Administrators and whoever sent it handle an invitation."), permit=MANAGE_PEOPLE.name)
    if actor.id != row.inviter_id:
        rights.require(actor, MANAGE_PEOPLE)
    rights.require_over(actor, row.user, at)
    if row.withdrawn_at or row.user.state != UserState.INVITED:
        raise NotOpen(_("They have joined already, or it was withdrawn."))
    return row


def may_handle(actor: Actor, row: Invitation) -> bool:
    """Whoever adds people; and the sender, while they still manage the team."""
    if access.can(actor, MANAGE_PEOPLE):
        return True
    return bool(row.team and actor.id == row.inviter_id and access.can(actor, MANAGE_MEMBERS, row.team))
