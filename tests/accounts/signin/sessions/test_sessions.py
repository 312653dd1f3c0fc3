from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.people.models import User
from accounts.people.rules import State
from tests.factories.people import PASSWORD, make_person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make_person("alice", password=PASSWORD)


def test_sessions_end_when_idle(alice: User) -> None:
    client = signed_in(alice)
    session = client.session
    session["seen_at"] -= 2 * 3600 + 1
    session.save()
    assert client.get("/").status_code == 302


def test_sessions_of_the_privileged_end_after_half_an_hour() -> None:
    client = signed_in(make_person("adam", role="administrator"))
    session = client.session
    session["seen_at"] -= 30 * 60 + 1
    session.save()
    assert client.get("/").status_code == 302


def test_sessions_end_after_a_day_in_any_case(alice: User) -> None:
    client = signed_in(alice)
    session = client.session
    session["opened_at"] -= 24 * 3600 + 1
    session.save()
    assert client.get("/").status_code == 302


def test_sessions_end_when_the_account_is_disabled(alice: User) -> None:
    client = signed_in(alice)
    User.objects.filter(id=alice.id).update(state=State.DISABLED)
    assert client.get("/").status_code == 302


def test_sessions_do_not_follow_the_houses_clock(alice: User, test_clock: Any) -> None:
    client = signed_in(alice)
    test_clock(timezone.now() + timedelta(days=400))
    assert client.get("/").status_code == 200


def test_sessions_are_left_by_post_only(alice: User) -> None:
    client = signed_in(alice)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert client.get("/").status_code == 302
