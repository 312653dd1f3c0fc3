"""A browser in which its owner has signed in before is heard, whatever strangers tried elsewhere or at its address."""

from contextlib import suppress
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.people.models import User
from accounts.signin.models import Failures
from accounts.signin.rules import Scope
from accounts.signin.services import devices, factors
from panel.kernel.errors import TooMany
from tests.factories.people import PASSWORD, code_of, make_person, make_totp

pytestmark = pytest.mark.django_db
EMAIL = "alice@example.test"


@pytest.fixture
def alice() -> User:
    return make_person("alice", password=PASSWORD)


def enter(client: Client, code: str, **extra: Any) -> list[int]:
    first = client.post("/sign-in/", {"email": EMAIL, "password": PASSWORD}, **extra)
    second = client.post("/sign-in/factor/", {"code": code}, **extra)
    return [first.status_code, second.status_code]


def test_from_an_address_that_is_locked_its_owner_signs_in(alice: User) -> None:
    """Fails when the browser is not asked: the right password from a shared address would be answered with 429."""
    device, here, other = make_totp(alice), Client(), Client()
    assert enter(here, code_of(device, steps=-1)) == [302, 302]
    here.post("/sign-out/")
    for _number in range(40):
        other.post("/sign-in/", {"email": EMAIL, "password": "wrong password"})
    for scope in Scope:
        Failures.objects.filter(scope=scope).update(count=1000, last_at=timezone.now())
    for _number in range(6):
        with suppress(TooMany):
            factors.prove(user=alice, code="000000", address="192.0.2.9", at=timezone.now())
    assert other.post("/sign-in/", {"email": EMAIL, "password": PASSWORD}).status_code == 429
    assert enter(here, code_of(device)) == [302, 302]


def test_its_mark_is_for_the_account_that_signed_in(alice: User) -> None:
    make_person("bob")
    device, here = make_totp(alice), Client()
    enter(here, code_of(device))
    token = here.cookies[devices.COOKIE].value
    assert len(devices.known_to(EMAIL.upper(), token)) == 16
    assert devices.known_to("bob@example.test", token) == b""
    assert devices.known_to("nobody@example.test", token) == b""
    assert devices.known_to(EMAIL, devices.new_token()) == b""
    assert devices.known_to(EMAIL, "of my own making") == b""


def test_a_right_password_alone_makes_no_browser_known(alice: User) -> None:
    make_totp(alice)
    client = Client()
    client.post("/sign-in/", {"email": EMAIL, "password": PASSWORD})
    client.post("/sign-in/factor/", {"code": "000000"})
    found = client.cookies.get(devices.COOKIE)
    assert found is None or devices.known_to(EMAIL, found.value) == b""
