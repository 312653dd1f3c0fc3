import time
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.people.models import User
from accounts.signin.models import Failures
from accounts.signin.services import factors, passwords
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import TooMany
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
    statuses = [give_password(client, password="wrong password").status_code for _ in range(5)]
    assert statuses[:3] == [422] * 3
    assert statuses[-1] == 429


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


def test_the_budget_names_neither_accounts_nor_addresses() -> None:
    give_password(Client(), password="wrong password", REMOTE_ADDR="192.0.2.77")
    assert all(len(bytes(one.subject)) == 16 for one in Failures.objects.all())


def test_a_refusal_takes_as_long_with_and_without_an_account(alice: User, slow_refusals: None) -> None:
    make_totp(alice)
    for number, name in enumerate(("alice", "ghost")):
        began = time.monotonic()
        give_password(Client(), f"{name}@example.test", "wrong password", REMOTE_ADDR=f"192.0.2.{number}")
        assert time.monotonic() - began >= passwords.FLOOR
