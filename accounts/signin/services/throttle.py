"""The budget of failed tries, in PostgreSQL: counted before the proof is looked at, so that parallel guesses all count."""

import hmac
import math
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.signin.models import Failures
from accounts.signin.rules import FORGIVEN, Scope, wait_until
from panel.kernel.crypto import blind, keyring
from panel.kernel.errors import TooMany

Charge = tuple[Scope, bytes]


def subject(*parts: str) -> bytes:
    """A keyed hash: the table names neither accounts nor addresses."""
    key = keyring.secret(keyring.named("address:throttle"), "subject")
    return hmac.digest(key, "\x1f".join(parts).encode(), "sha256")[:16]


def of_password(email: str, address: str) -> list[Charge]:
    account = blind.normalise(email)
    return [
        (Scope.ADDRESS, subject("address", address)),
        (Scope.PAIR, subject("pair", account, address)),
        (Scope.ACCOUNT, subject("account", account)),
    ]


def of_factor(user_id: object, address: str) -> list[Charge]:
    return [(Scope.ADDRESS, subject("address", address)), (Scope.FACTOR, subject("factor", str(user_id)))]


def of_recovery(address: str) -> list[Charge]:
    """80 random bits need no budget of their own, so nobody can spend it: a recovery code always works."""
    return [(Scope.ADDRESS, subject("address", address))]


@transaction.atomic
def charge(charges: Iterable[Charge], at: datetime) -> None:
    """Count one try in each scope, or raise TooMany with the wait. `at` in real time.

    An address that has not failed on an account today is heard there even when the account's budget is spent: strangers
    elsewhere cannot keep its owner out.
    """
    rows = [_locked(scope, who, at) for scope, who in sorted(charges)]
    fresh_pair = any(row.scope == Scope.PAIR and row.count == 0 for row in rows)
    waits = [
        wait_until(Scope(row.scope), row.count, row.last_at)
        for row in rows
        if not (fresh_pair and row.scope == Scope.ACCOUNT)
    ]
    late = max(waits, default=at)
    if late > at:
        seconds = math.ceil((late - at).total_seconds())
        raise TooMany(_("Too many tries. Wait %(n)s s, then try again.") % {"n": seconds}, retry_after=seconds)
    for row in rows:
        row.count, row.last_at = row.count + 1, at
        row.save(update_fields=["count", "last_at"])


def _locked(scope: Scope, who: bytes, at: datetime) -> Failures:
    Failures.objects.bulk_create([Failures(scope=scope, subject=who, last_at=at)], ignore_conflicts=True)
    row = Failures.objects.select_for_update().get(scope=scope, subject=who)
    if at - row.last_at >= FORGIVEN:
        row.count = 0
    return row


@transaction.atomic
def refund(charges: Iterable[Charge]) -> None:
    """After a success: its scopes begin anew; the address gets back one try, or one's own account would whitewash it."""
    for scope, who in sorted(charges):
        if scope is Scope.ADDRESS:
            row = Failures.objects.select_for_update().filter(scope=scope, subject=who).first()
            if row and row.count:
                row.count -= 1
                row.save(update_fields=["count"])
        else:
            Failures.objects.filter(scope=scope, subject=who).delete()


def forget(at: datetime) -> int:
    """Delete what is forgiven; returns how many rows."""
    return Failures.objects.filter(last_at__lt=at - FORGIVEN).delete()[0]
