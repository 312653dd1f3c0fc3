"""Sessions: written down when they open, shown to their owner, ended from elsewhere. All instants but `at` are real time.

A session is over at its next request when its id stands in `User.sessions_ended`, or it was opened before
`sessions_end_before`; its streams are over when the gateway has seen the new epoch.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.people.models import User
from accounts.signin.models import Session
from accounts.signin.rules import END_SESSIONS, REMEMBERED, SESSION_MOST
from accounts.signin.services import devices, notices
from panel.journal import services as journal
from panel.kernel.actors import ANONYMOUS, Actor
from panel.kernel.db import epochs
from panel.kernel.errors import Forbidden, Missing

End = Session.End
Rows = QuerySet[Session]


@dataclass(frozen=True)
class Visit:
    """Where somebody signs in from: `device` as `devices.read` says it, `network`, the browser's own token."""

    device: str
    network: str
    browser: str


@transaction.atomic
def opened(
    *, actor: Actor, user: User, visit: Visit, factors: list[str], method: str, first: bool, at: datetime
) -> None:
    """Write a session down (its id is the actor's means). A browser that this person has not used before is told to them,
    but for the first sign-in of all."""
    journal.record("signin.session.opened", actor=actor, detail={"method": method}, at=at)
    if method == "recovery":
        journal.record("signin.code.used", actor=actor, at=at)
    now, browser = timezone.now(), devices.digest(user.id, visit.browser)
    known = Session.objects.filter(user=user, browser=browser).exists()
    row = Session(id=_sid(actor), user=user, key_id=user.key_id, browser=browser, opened_at=now, seen_at=now)
    row.device, row.place, row.factors = visit.device, visit.network, " ".join(factors)[:40]
    row.save(force_insert=True)
    if not known and not first:
        place = devices.place(visit.network)
        notices.new_device(user=user, device=devices.words(visit.device), place=place, at=at)


def _sid(actor: Actor) -> UUID:
    if actor.via is None or actor.via[0] != "session":
        raise TypeError("A session is opened by an actor who stands in it.")
    return actor.via[1]


def seen(*, sid: UUID, network: str, at: datetime) -> None:
    """It is in use, from here; `at` in real time."""
    row = Session.objects.filter(id=sid, ended_at=None).first()
    if row is None:
        return
    row.seen_at, changed = at, ["seen_at"]
    if row.place != network:
        row.place, changed = network, ["seen_at", "place"]
    row.save(update_fields=changed)


@transaction.atomic
def refused(*, actor: Actor, user: User, at: datetime) -> None:
    """The password was right, the second factor was not."""
    journal.record("signin.session.refused", actor=actor, obj=("user", user.id), detail={"step": "factor"}, at=at)


def refused_passkey(*, address: str, at: datetime) -> None:
    """A passkey was shown that opens nothing; whose it would be is not known."""
    journal.record_refusal(
        actor=ANONYMOUS, route="signin:sign_in_passkey", reason="wrong_passkey", at=at, address=address
    )


@transaction.atomic
def ended(*, actor: Actor, at: datetime) -> None:
    """Somebody signed out."""
    journal.record("signin.session.ended", actor=actor, at=at)
    if actor.via and actor.via[0] == "session":
        _close(Session.objects.filter(id=actor.via[1]), End.SIGNED_OUT)


@transaction.atomic
def expired(*, sid: UUID, why: str) -> None:
    """It was away for too long, or has lasted too long ("idle", "limit")."""
    _close(Session.objects.filter(id=sid), End(why))


@transaction.atomic
def proved(*, actor: Actor, method: str, at: datetime) -> None:
    journal.record("signin.factor.proved", actor=actor, detail={"method": method}, at=at)


@transaction.atomic
def end(*, actor: Actor, user: User, sid: UUID, at: datetime) -> Session:
    """End one session of a person: their own, or anybody's with the right to it. Raises Forbidden, Missing."""
    _require(actor, user)
    User.objects.select_for_update(of=("self",)).get(id=user.id)
    row = Session.objects.filter(id=sid, user=user, ended_at=None).first()
    if row is None:
        raise Missing(_("There is no such session. It may have ended by itself."))
    _close(Session.objects.filter(id=sid), End.ENDED)
    # Older ones end by themselves; so the list stays as short as what was ended lately.
    young = Session.objects.filter(user=user, why=End.ENDED, opened_at__gt=timezone.now() - SESSION_MOST)
    User.objects.filter(id=user.id).update(sessions_ended=list(young.values_list("id", flat=True)))
    journal.record("signin.session.cut", actor=actor, obj=user, detail={"session": str(sid), "which": "one"}, at=at)
    return row


@transaction.atomic
def end_others(*, actor: Actor, user: User, at: datetime) -> int:
    """End every session of a person but the actor's own; returns how many were known. The caller begins the own one anew
    (`OPENED_AT`). Raises Forbidden."""
    _require(actor, user)
    count = close_all(user, keep=actor.via[1] if actor.via and actor.via[0] == "session" else None)
    User.objects.filter(id=user.id).update(sessions_end_before=timezone.now())
    detail = {"which": "others" if actor.id == user.id else "all", "count": count}
    journal.record("signin.session.cut", actor=actor, obj=user, detail=detail, at=at)
    return count


def end_all(user: User, at: datetime) -> None:  # noqa: ARG001 - sessions live in real time
    """Every session of this person that is open now is over. Inside the caller's transaction."""
    User.objects.filter(id=user.id).update(sessions_end_before=timezone.now())
    close_all(user)


def close_all(user: User, *, keep: UUID | None = None) -> int:
    """Write down that the sessions are over, and end their streams; the pages end by what the caller changed (the end
    instant, or the password, whose hash stands in each session)."""
    rows = Session.objects.filter(user=user)
    return _close(rows.exclude(id=keep) if keep else rows, End.ENDED)


def _close(rows: Rows, why: End) -> int:
    count: int = rows.filter(ended_at=None).update(ended_at=timezone.now(), why=why)
    if count:
        epochs.bump()
    return count


def _require(actor: Actor, user: User) -> None:
    if actor.kind == "person" and actor.id == user.id:
        if actor.via is not None and actor.via[0] != "session":
            raise Forbidden(_("Sessions are ended from a session."))
        return
    access.require(actor, END_SESSIONS)


def forget(at: datetime) -> int:
    """Delete the rows of sessions that nobody has used for a quarter of a year; returns how many."""
    return Session.objects.filter(seen_at__lt=at - REMEMBERED).delete()[0]
