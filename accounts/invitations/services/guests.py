"""Guests: people from outside who see chosen sections and what is shared with them, until a day that every guest has."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as rights
from accounts.access.models import GrantChange, Guest
from accounts.access.rules import MANAGE_PEOPLE, Change, Permit, Role
from accounts.invitations.models import Invitation
from accounts.invitations.rules import GUEST, LONGEST_VISIT
from accounts.invitations.services import inviting
from accounts.people import services as persons
from accounts.people.models import User
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid


class NotGuest(Conflict):
    code = "not_a_guest"


def sections() -> list[Permit]:
    """What a guest can be shown: what auditors read without proving anything anew, nothing that only a member decides."""
    found = [one for one in rights.permits().values() if Role.AUDITOR in one.roles and Role.MEMBER not in one.roles]
    return sorted((one for one in found if not one.fresh and one.by_key), key=lambda one: one.name)


@transaction.atomic
def invite(
    *, actor: Actor, full_name: str, email: str, until: datetime, permits: Iterable[str], reason: str, days: int,
    at: datetime,
) -> tuple[Invitation, str]:  # fmt: skip
    """Raises Forbidden, AboveOwnRights, Invalid, AddressTaken."""
    rights.require(actor, MANAGE_PEOPLE)
    chosen = _checked(actor, permits, until, at)
    user = persons.create(full_name=full_name, email=email)
    journal.record("people.user.created", actor=actor, obj=user, at=at)
    visit = Guest(user=user, key_id=user.key_id, permits=chosen, reason=reason, given_at=at, expires_at=until)
    visit.given_by(actor)
    visit.save(force_insert=True)
    _tell(actor, user, Change.GIVEN, reason, until, chosen, at)
    return inviting.opened(actor=actor, user=user, role=GUEST, team=None, days=days, at=at)


@transaction.atomic
def change(*, actor: Actor, user: User, until: datetime, permits: Iterable[str], reason: str, at: datetime) -> Guest:
    """Another scope or end; what is shared with them ends with the visit at the latest. Raises Forbidden, NotGuest, Invalid."""
    rights.require(actor, MANAGE_PEOPLE)
    visit = Guest.objects.select_for_update().filter(user=user).first()
    if visit is None:
        raise NotGuest(_("This person is no guest."))
    visit.permits = _checked(actor, permits, until, at, had=visit.permits)
    visit.expires_at, visit.given_at, visit.reason = until, at, reason
    visit.given_by(actor)
    visit.save()
    _tell(actor, user, Change.CHANGED, reason, until, visit.permits, at)
    return visit


def _checked(actor: Actor, permits: Iterable[str], until: datetime, at: datetime, had: Iterable[str] = ()) -> list[str]:
    chosen, known = sorted(set(permits)), {one.name for one in sections()}
    if set(chosen) - known - set(had):
        raise Invalid(fields={"permits": _("Choose among the sections that a guest can be shown.")})
    if not at < until <= at + timedelta(days=LONGEST_VISIT):
        raise Invalid(fields={"until": _("A visit ends between tomorrow and a year from now.")})
    rights.require_within(actor, set(chosen) - set(had), at)
    return chosen


def _tell(
    actor: Actor, user: User, act: Change, reason: str, until: datetime, permits: list[str], at: datetime
) -> None:
    GrantChange.note(act, actor=actor, receiver=user, role=GUEST, reason=reason, at=at, expires_at=until)
    detail = {"permits": permits, "expires_at": until.isoformat()}
    personal = [journal.About(user.id, {"reason": reason})] if reason else []
    event = "access.guest.admitted" if act is Change.GIVEN else "access.guest.changed"
    journal.record(event, actor=actor, obj=user, detail=detail, personal=personal, at=at)
    rights.changed([user.id], at)
