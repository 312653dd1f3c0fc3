"""Twenty tries at once on real PostgreSQL: one code is accepted once; without the lock it would not be."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_otp.models import Device

from accounts.people.models import User
from accounts.signin.services import factors, throttle
from panel.kernel import clock
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import TooMany
from panel.setup.services import links as setup
from tests.factories.people import PASSWORD, code_of, make_person, make_totp

pytestmark = pytest.mark.django_db(transaction=True)
TRIES = 20


def race(act: Callable[[int], Any]) -> list[Any]:
    """`act(number)` in twenty threads that start together; what each returned."""
    barrier, results = threading.Barrier(TRIES), [None] * TRIES

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            results[number] = act(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(TRIES)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return results


@pytest.fixture
def alice(monkeypatch: pytest.MonkeyPatch) -> User:
    # The budget would stop most of the tries; here the lock stands alone.
    monkeypatch.setattr(throttle, "charge", lambda *_: None)
    return make_person("alice")


def proofs(user: User, code: str) -> int:
    at = timezone.now()
    found = race(lambda number: factors.prove(user=user, code=code, address=f"192.0.2.{number}", at=at))
    return sum(one is not None for one in found)


def test_one_code_of_the_authenticator_is_accepted_once(alice: User) -> None:
    device = make_totp(alice)
    assert proofs(alice, code_of(device)) == 1


def test_one_recovery_code_is_accepted_once(alice: User) -> None:
    code = factors.new_codes(actor=SYSTEM, user=alice).codes[0]
    assert proofs(alice, code) == 1


def test_two_browsers_at_once_make_one_administrator() -> None:
    path = setup.link(at=clock.now()).split("localhost")[1].partition("/")[2]
    form = {"stage": "administrator", "organisation": "O", "full_name": "Ada", "password": PASSWORD}

    def begin(number: int) -> int:
        return Client().post(f"/{path}", {**form, "email": f"ada{number}@example.test"}).status_code

    assert set(race(begin)) == {302}
    assert User.objects.count() == 1


def test_without_the_lock_a_code_would_be_accepted_more_often(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """Proof that the test above can fail: the same race with the row lock taken out."""
    device = make_totp(alice)
    original = Device.from_persistent_id.__func__
    slow = threading.Barrier(TRIES)

    def unlocked(cls: type, persistent_id: str, for_verify: bool = False) -> Any:
        found = original(cls, persistent_id, for_verify=False)
        slow.wait()
        return found

    monkeypatch.setattr(Device, "from_persistent_id", classmethod(unlocked))
    assert proofs(alice, code_of(device)) > 1


def test_parallel_wrong_guesses_all_count() -> None:
    user = make_person("bob")
    make_totp(user)
    at = timezone.now()

    def guess(number: int) -> str:
        try:
            factors.prove(user=user, code="000000", address=f"192.0.2.{number}", at=at)
        except TooMany:
            return "too many"
        return "looked at"

    found = race(guess)
    # Five are free and one more finds the budget just spent; the other tries were not even compared.
    assert found.count("looked at") <= 6
