"""A forgotten password: a link by mail, once, for half an hour. It sets a password and nothing else: whoever uses it still
proves the second factor. Nobody learns from it who has an account.
"""

import secrets
import time
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.people import queries as people
from accounts.people.models import User
from accounts.people.rules import Kind, State
from accounts.signin.models import Link
from accounts.signin.rules import FORGOTTEN_LIFE, FORGOTTEN_MOST, FORGOTTEN_WITHIN, Scope
from accounts.signin.services import links, notices, passwords, sessions, throttle
from panel.journal import services as journal
from panel.kernel import clock
from panel.kernel.actors import ANONYMOUS, Actor
from panel.kernel.errors import Missing


def ask(*, email: str, address: str, at: datetime) -> None:
    """Mail a link to whom this address belongs, if to anybody: nothing tells whether, not even the time. Raises TooMany.

    `at` in real time.
    """
    began = time.monotonic()
    throttle.charge([throttle.Charge(Scope.ADDRESS, throttle.subject("forgotten", address))], at)
    user = people.by_email(email) if len(email) <= 320 else None
    if user is None or user.kind != Kind.PERSON or user.state != State.ACTIVE or _has_enough(user, at):
        journal.record_refusal(
            actor=ANONYMOUS, route="signin:forgotten", reason="no_link", at=clock.now(), address=address
        )
    else:
        _send(user, at)
    passwords.pad(began)


def _has_enough(user: User, at: datetime) -> bool:
    """So that nobody fills another's mailbox."""
    made = Link.objects.filter(user=user, kind=Link.Kind.FORGOT, created_at__gt=at - FORGOTTEN_WITHIN)
    return made.count() >= FORGOTTEN_MOST


@transaction.atomic
def _send(user: User, at: datetime) -> None:
    """Beside earlier links: a stranger who asks must not make the owner's link, or an administrator's, worthless."""
    token = secrets.token_urlsafe(32)
    Link.objects.create(
        user=user, kind=Link.Kind.FORGOT, digest=links.hashed(token), created_at=at, expires_at=at + FORGOTTEN_LIFE
    )
    journal.record(
        "signin.link.made", actor=ANONYMOUS, obj=user, detail={"kind": Link.Kind.FORGOT.value}, at=clock.now()
    )
    notices.forgotten(user=user, token=token, life=FORGOTTEN_LIFE, at=clock.now())


def require_open(token: str, *, lock: bool = False) -> Link:
    """The link, if it can still be used; looking uses nothing up. Raises Missing."""
    rows = Link.objects.select_for_update(of=("self",)) if lock else Link.objects.all()
    row = rows.filter(digest=links.hashed(token), kind=Link.Kind.FORGOT, user__state=State.ACTIVE).first()
    if row is None or not row.open(timezone.now()):
        raise Missing(_("It was used, or it is older than 30 minutes. Ask for a new link."))
    return row


@transaction.atomic
def use(*, token: str, password: str, at: datetime) -> User:
    """Set the password; the link, every other one of its kind and every session of the person end. Nobody is signed in by
    this. Raises Missing, and Invalid for a password that cannot be taken: the link is then as good as before."""
    row = require_open(token, lock=True)
    actor = Actor("person", row.user_id, via=("link", row.id))
    user = passwords.change(actor=actor, user=row.user, password=password)
    Link.objects.filter(user=user, kind=Link.Kind.FORGOT, used_at=None).update(used_at=timezone.now())
    journal.record("signin.link.used", actor=actor, obj=user, detail={"kind": Link.Kind.FORGOT.value}, at=at)
    sessions.end_all(user, at)
    return user
