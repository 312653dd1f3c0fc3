"""Ending keys, OAuth clients, service accounts, visits of guests and sessions."""

from collections.abc import Mapping
from typing import Any

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.credentials.models import ApiKey
from accounts.credentials.services import accounts as programs
from accounts.credentials.services import keys
from accounts.people import queries as people
from accounts.people.rules import State
from accounts.signin.models import Session
from accounts.signin.services import sessions
from compliance.reviews.rules.populations import Acting, Ended, Gone
from compliance.reviews.services.acts.common import for_review, holder


def end_key(acting: Acting) -> Ended:
    """For good: a key that was ended never comes back. Raises Gone."""
    row = ApiKey.objects.active(acting.at).filter(id=acting.item.ref).first()
    if row is None:
        raise Gone
    keys.end(actor=for_review(acting), key=row, at=acting.at)
    return Ended()


def end_session(acting: Acting) -> Ended:
    """Raises Gone."""
    user = holder(acting)
    row = Session.objects.filter(id=acting.item.ref, user=user, ended_at=None).first()
    if row is None:
        raise Gone
    sessions.end(actor=for_review(acting), user=user, sid=row.id, at=acting.at)
    return Ended()


def end_service(acting: Acting) -> Ended:
    """Its keys and tokens end with it. Raises Gone, LastAdministrator."""
    found = people.service(acting.item.holder_id)
    if found is None or found.user.state != State.ACTIVE:
        raise Gone
    programs.close(actor=for_review(acting), service=found, reason=acting.reason, at=acting.at)
    return Ended({"state": State.ACTIVE.value})


def end_guest(acting: Acting) -> Ended:
    """The visit is over: the account closes with its sessions. Raises Gone."""
    user = holder(acting)
    if access.guest(user.id) is None or user.state != State.ACTIVE:
        raise Gone
    rights.close(actor=for_review(acting), user=user, reason=acting.reason, at=acting.at)
    return Ended({"state": State.ACTIVE.value})


def open_again(acting: Acting, kept: Mapping[str, Any]) -> None:  # noqa: ARG001 - what it may do was never taken away
    """The account opens again, without keys and sessions. Raises Gone."""
    user = holder(acting)
    if user.state == State.DISABLED:
        rights.enable(actor=for_review(acting), user=user, at=acting.at)
