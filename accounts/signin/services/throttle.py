"""The budget of failed tries, in PostgreSQL: counted before the proof is looked at, so that parallel guesses all count."""

import hmac
import math
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.people.models import User
from accounts.signin.models import Failures
from accounts.signin.rules import FORGIVEN, Scope, wait_until
from panel.kernel.crypto import blind, keyring
from panel.kernel.errors import TooMany


class Charge(NamedTuple):
    """One try in a scope. `asks`: it waits while the scope's budget is spent; else it only counts."""

    scope: Scope
    subject: bytes
    asks: bool = True


def subject(*parts: str) -> bytes:
    """A keyed hash: the table names neither accounts nor addresses."""
    key = keyring.secret(keyring.named("address:throttle"), "subject")
    return hmac.digest(key, "\x1f".join(parts).encode(), "sha256")[:16]


def of_password(email: str, address: str, *, browser: bytes = b"") -> list[Charge]:
    """`browser`: the hash of one in which this person has signed in before. Its tries are counted like all others, but wait
    for its own budget alone, so nobody elsewhere, and nobody at the same address, can make its owner wait."""
    account = blind.normalise(email)
    tries = [
        Charge(Scope.ADDRESS, subject("address", address)),
        Charge(Scope.PAIR, subject("pair", account, address)),
        Charge(Scope.ACCOUNT, subject("account", account)),
    ]
    return _known(tries, browser)


def of_code(user: User, address: str, *, browser: bytes = b"") -> list[Charge]:
    """A code of the authenticator app."""
    return _known(_of_factor(user, address), browser)


def of_recovery(user: User, address: str, *, browser: bytes = b"") -> list[Charge]:
    """Counts like any factor, but 80 random bits need not wait for the others: a recovery code always works."""
    return _known([one._replace(asks=one.scope is Scope.ADDRESS) for one in _of_factor(user, address)], browser)


def of_passkey(user: User, address: str) -> list[Charge]:
    """Counts like any factor and waits for nothing: a signature cannot be guessed."""
    return [one._replace(asks=False) for one in _of_factor(user, address)]


def _of_factor(user: User, address: str) -> list[Charge]:
    """A wrong factor counts on the account like a wrong password. It waits for wrong factors alone: only who has the
    password can make them."""
    account = blind.normalise(user.email_address or "")
    return [
        Charge(Scope.ADDRESS, subject("address", address)),
        Charge(Scope.PAIR, subject("pair", account, address), asks=False),
        Charge(Scope.ACCOUNT, subject("account", account), asks=False),
        Charge(Scope.FACTOR, subject("factor", str(user.id))),
    ]


def _known(tries: list[Charge], browser: bytes) -> list[Charge]:
    if not browser:
        return tries
    return [*(one._replace(asks=False) for one in tries), Charge(Scope.KNOWN, browser)]


@transaction.atomic
def charge(charges: Iterable[Charge], at: datetime) -> None:
    """Count one try in each scope, or raise TooMany with the wait. `at` in real time.

    An address that has not failed on an account today is heard there even when the account's budget is spent: strangers
    elsewhere cannot keep its owner out.
    """
    tries = [(one, _locked(one, at)) for one in sorted(charges)]
    fresh_pair = any(one.scope is Scope.PAIR and row.count == 0 for one, row in tries)
    waits = [
        wait_until(one.scope, row.count, row.last_at)
        for one, row in tries
        if one.asks and not (fresh_pair and one.scope is Scope.ACCOUNT)
    ]
    late = max(waits, default=at)
    if late > at:
        seconds = math.ceil((late - at).total_seconds())
        raise TooMany(_("Too many tries. Wait %(n)s s, then try again.") % {"n": seconds}, retry_after=seconds)
    for _one, row in tries:
        row.count, row.last_at = row.count + 1, at
        row.save(update_fields=["count", "last_at"])


@transaction.atomic
def give_back(charges: Iterable[Charge]) -> None:
    """A right password was no failure. What failed before it stays until the second factor is right too."""
    for one in sorted(charges):
        row = Failures.objects.select_for_update().filter(scope=one.scope, subject=one.subject).first()
        if row and row.count:
            row.count -= 1
            row.save(update_fields=["count"])


@transaction.atomic
def refund(charges: Iterable[Charge]) -> None:
    """After a second factor: its scopes begin anew; the address gets back one try, or one's own account would whitewash
    it."""
    give_back(one for one in charges if one.scope is Scope.ADDRESS)
    for one in sorted(charges):
        if one.scope is not Scope.ADDRESS:
            Failures.objects.filter(scope=one.scope, subject=one.subject).delete()


def _locked(one: Charge, at: datetime) -> Failures:
    made = Failures(scope=one.scope, subject=one.subject, last_at=at)
    Failures.objects.bulk_create([made], ignore_conflicts=True)
    row = Failures.objects.select_for_update().get(scope=one.scope, subject=one.subject)
    if at - row.last_at >= FORGIVEN:
        row.count = 0
    return row


def forget(at: datetime) -> int:
    """Delete what is forgiven; returns how many rows."""
    return Failures.objects.filter(last_at__lt=at - FORGIVEN).delete()[0]
