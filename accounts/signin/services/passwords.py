"""Passwords: one hash on every path, uniform answers."""

import time
from datetime import datetime
from functools import lru_cache

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone

from accounts.people import queries as people
from accounts.people.models import User
from accounts.signin import queries, rules
from accounts.signin.services import blocklist, notices, sessions, throttle
from panel.journal import services as journal
from panel.kernel import clock
from panel.kernel.actors import ANONYMOUS, Actor
from panel.kernel.errors import Invalid
from panel.kernel.installation import organisation

# Seconds that a refusal takes at least: what is looked up and written down differs with and without an account.
FLOOR = 0.25


@lru_cache(maxsize=1)
def _nobodys() -> str:
    """A hash of the current strength that no password fits: compared against when there is no account."""
    return make_password("\x00 nobody")


def check(*, email: str, password: str, address: str, at: datetime, browser: bytes = b"") -> User | None:
    """The active person with this address and password and a second factor; None otherwise. Raises TooMany.

    `at` in real time. Hashes once, whether there is such an account or not.
    """
    began = time.monotonic()
    charges = throttle.of_password(email, address, browser=browser)
    throttle.charge(charges, at)
    user = people.by_email(email) if len(email) <= 320 else None
    usable = user is not None and user.has_usable_password()
    right = check_password(_hashable(password), user.password if user and usable else _nobodys())
    ready = user is not None and user.is_active and queries.has_factor(user.id)
    if user is None or not (usable and right and ready):
        _tell_refused(user, address)
        pad(began)
        return None
    throttle.give_back(charges)
    return user


def pad(began: float) -> None:
    """Answer no sooner than FLOOR after `began` (monotonic): what was found out in between does not show in the time."""
    time.sleep(max(0.0, FLOOR - (time.monotonic() - began)))


def is_right_for(user: User, password: str, *, address: str) -> bool:
    """Whether a known person gives their password. Raises TooMany."""
    charges = throttle.of_password(user.email_address or "", address)
    throttle.charge(charges, timezone.now())
    right = check_password(_hashable(password), user.password)
    if right:
        throttle.give_back(charges)
    return right


def _tell_refused(user: User | None, address: str) -> None:
    if user is None:
        journal.record_refusal(
            actor=ANONYMOUS, route="signin:sign_in", reason="wrong_password", at=clock.now(), address=address
        )
        return
    with transaction.atomic():
        journal.record(
            "signin.session.refused", actor=ANONYMOUS, obj=("user", user.id), detail={"step": "password"},
            at=clock.now(),
        )  # fmt: skip


def require_good(password: str, user: User | None = None, *, name: str = "", email: str = "", house: str = "") -> None:
    """Raise Invalid with the sentence that says what is wrong with a new password. `house`: the organisation's name
    before the panel knows it."""
    if user is not None:
        name, email = user.full_name, user.email_address or ""
    fault = blocklist.fault(password, name=name, email=email, organisation=house or organisation())
    if fault:
        raise Invalid(fields={"password": fault})


def _hashable(password: str) -> str:
    """What is hashed: one spelling, and not more of it than a form takes."""
    return blocklist.plain(password[: rules.MAX_PASSWORD * 4])


@transaction.atomic
def change(*, actor: Actor, user: User, password: str) -> User:
    """Set a new password. Raises Invalid. Django's session hash ends the person's other sessions with it; the actor's own
    goes on when its view says so."""
    require_good(password, user)
    row = User.objects.select_for_update(of=("self",)).get(id=user.id)
    row.set_password(_hashable(password))
    row.save(update_fields=["password"])
    user.password = row.password
    sessions.close_all(row, keep=actor.via[1] if actor.via and actor.via[0] == "session" else None)
    journal.record("signin.password.changed", actor=actor, obj=("user", user.id), at=clock.now())
    notices.password_changed(user=row, at=clock.now())
    return row
