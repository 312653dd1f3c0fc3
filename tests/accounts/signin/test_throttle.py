import json
import time
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.people.models import User
from accounts.signin.models import Failures
from accounts.signin.rules import Scope, wait_until
from accounts.signin.services import factors, passwords
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import TooMany
from tests.factories.authenticators import make_passkey
from tests.factories.people import PASSWORD, code_of, make_person, make_totp

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make_person("alice", password=PASSWORD)


def give_password(client: Client, email: str = "alice@example.test", password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/sign-in/", {"email": email, "password": password}, **extra)


def test_one_address_is_slowed_down_on_one_account(alice: User) -> None:
    make_totp(alice)
    client = Client()
    # The waits grow from a second on; on a busy machine the first of them are over before the next try.
    statuses = [give_password(client, password="wrong password").status_code for _ in range(8)]
    assert statuses[:3] == [422] * 3
    assert 429 in statuses


def test_strangers_elsewhere_do_not_keep_the_owner_out(alice: User) -> None:
    make_totp(alice)
    for number in range(12):
        give_password(Client(), password="wrong password", REMOTE_ADDR=f"192.0.2.{number}")
    assert give_password(Client(), REMOTE_ADDR="198.51.100.7").status_code == 302


def test_a_spent_budget_of_codes_leaves_recovery_codes(alice: User) -> None:
    device = make_totp(alice)
    code = factors.new_codes(actor=SYSTEM, user=alice).codes[0]
    at = timezone.now()
    for number in range(6):
        with suppress(TooMany):
            factors.prove(user=alice, code="000000", address=f"192.0.2.{number}", at=at)
    with pytest.raises(TooMany):
        factors.prove(user=alice, code=code_of(device), address="198.51.100.1", at=at)
    assert factors.prove(user=alice, code=code, address="198.51.100.1", at=at) is not None


def test_no_wait_is_longer_than_five_minutes(alice: User) -> None:
    device = make_totp(alice)
    Failures.objects.all().delete()
    at = timezone.now()
    factors.prove(user=alice, code="000000", address="192.0.2.1", at=at)
    Failures.objects.update(count=100_000)
    later = at + timedelta(minutes=5, seconds=1)
    assert factors.prove(user=alice, code=code_of(device), address="192.0.2.1", at=later) is not None


def fail(user: User, code: str = "000000", times: int = 6, at: datetime | None = None) -> None:
    """Wrong factors, each from another address."""
    for number in range(times):
        with suppress(TooMany):
            factors.prove(user=user, code=code, address=f"192.0.2.{number}", at=at or timezone.now())


def row(scope: Scope) -> int:
    return sum(Failures.objects.filter(scope=scope).values_list("count", flat=True))


class TestOneBudget:
    """Everything that is tried on a person counts in one place."""

    def test_passwords_codes_recovery_codes_and_passkeys_count_together(self, alice: User) -> None:
        """Fails when a kind of factor has a budget of its own, as each of django-otp's devices has."""
        make_totp(alice)
        _key, held = make_passkey(alice)
        give_password(Client(), password="wrong password")
        fail(alice, times=1)
        fail(alice, "ABCD-EFGH-JKMN-PQRS", times=1)
        client = Client()
        give_password(client)
        client.post("/sign-in/factor/passkey/challenge/")
        client.post("/sign-in/factor/passkey/", {"answer": "{}"})
        assert row(Scope.ACCOUNT) == 4
        assert row(Scope.FACTOR) == 3
        assert held

    def test_a_right_password_does_not_wash_wrong_codes_away(self, alice: User) -> None:
        """Fails when the first factor refunds the second one's failures: guessing would go on in rounds."""
        make_totp(alice)
        at = timezone.now()
        fail(alice, times=5, at=at)
        give_password(Client())
        assert row(Scope.FACTOR) == 5
        with pytest.raises(TooMany):
            factors.prove(user=alice, code="000000", address="203.0.113.9", at=at)

    def test_a_whole_sign_in_forgives_what_was_mistyped(self, alice: User) -> None:
        device, client = make_totp(alice), Client()
        give_password(client, password="wrong password")
        give_password(client)
        client.post("/sign-in/factor/", {"code": "000000"})
        client.post("/sign-in/factor/", {"code": code_of(device)})
        assert row(Scope.ACCOUNT) == row(Scope.FACTOR) == row(Scope.PAIR) == 0

    def test_the_same_code_twice_counts(self, alice: User) -> None:
        device = make_totp(alice)
        at, code = timezone.now(), code_of(device)
        factors.prove(user=alice, code=code, address="192.0.2.1", at=at)
        factors.prove(user=alice, code=code, address="192.0.2.1", at=at)
        assert row(Scope.FACTOR) == 1


class TestNobodyLocksAnOwnerOut:
    """The failures of django-axes' defaults, tried here: 12 addresses that never lock, one address that locks all."""

    def test_with_the_password_and_many_addresses_codes_wait_and_a_known_browser_does_not(self, alice: User) -> None:
        """Fails when a browser in which the owner has signed in before has no budget of its own."""
        device, at = make_totp(alice), timezone.now()
        fail(alice, times=60, at=at)
        with pytest.raises(TooMany) as refused:
            factors.prove(user=alice, code=code_of(device), address="198.51.100.7", at=at)
        assert refused.value.retry_after <= 300
        code = code_of(device)
        assert factors.prove(user=alice, code=code, address="198.51.100.7", at=at, browser=b"b" * 16) is not None

    def test_from_one_shared_address_a_known_browser_is_heard(self, alice: User) -> None:
        """Fails when the address is asked before the browser: a colleague could lock a whole office out."""
        make_totp(alice)
        at, here = timezone.now(), "198.51.100.7"
        for _number in range(60):
            with suppress(TooMany):
                passwords.check(email="alice@example.test", password="wrong password", address=here, at=at)
        with pytest.raises(TooMany) as refused:
            passwords.check(email="alice@example.test", password=PASSWORD, address=here, at=at)
        assert refused.value.retry_after <= 300
        heard = passwords.check(email="alice@example.test", password=PASSWORD, address=here, at=at, browser=b"b" * 16)
        assert heard == alice

    def test_a_known_browser_has_a_budget_too(self, alice: User) -> None:
        make_totp(alice)
        at = timezone.now()
        heard = 0
        for number in range(30):
            with suppress(TooMany):
                factors.prove(user=alice, code="000000", address=f"192.0.2.{number}", at=at, browser=b"b" * 16)
                heard += 1
        assert heard == 5

    def test_passkeys_are_heard_whatever_was_tried_before(self, alice: User) -> None:
        make_totp(alice)
        _key, held = make_passkey(alice)
        Failures.objects.all().delete()
        fail(alice, times=60)
        for scope in Scope:
            Failures.objects.filter(scope=scope).update(count=100_000)
        client = Client()
        options = json.loads(client.post("/sign-in/passkey/challenge/").content)
        assert client.post("/sign-in/passkey/", {"answer": held.get(options)}).status_code == 302
        assert row(Scope.ACCOUNT) == 0

    def test_no_wait_grows_without_end(self) -> None:
        """Fails without the cap: django-otp's wait doubles for a hundred years."""
        now = timezone.now()
        for scope in Scope:
            assert wait_until(scope, 10**6, now) - now <= timedelta(minutes=5)


def test_the_budget_names_neither_accounts_nor_addresses() -> None:
    give_password(Client(), password="wrong password", REMOTE_ADDR="192.0.2.77")
    assert all(len(bytes(one.subject)) == 16 for one in Failures.objects.all())


def test_a_refusal_takes_as_long_with_and_without_an_account(alice: User, slow_refusals: None) -> None:
    make_totp(alice)
    for number, name in enumerate(("alice", "ghost")):
        began = time.monotonic()
        give_password(Client(), f"{name}@example.test", "wrong password", REMOTE_ADDR=f"192.0.2.{number}")
        assert time.monotonic() - began >= passwords.FLOOR
