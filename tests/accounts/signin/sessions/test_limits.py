"""How long sessions last: less for the privileged, on the server, as the panel or the environment says."""

import time
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.access.rules import SEE_PEOPLE, Role
from accounts.people.models import User
from accounts.roles import services as roles
from accounts.signin.models import Session
from accounts.signin.rules import OPENED_AT, SEEN_AT
from accounts.signin.services import limits
from panel.journal.models import Leaf
from panel.kernel import clock
from tests.accounts.signin.sessions.entering import enter
from tests.factories.people import actor_of, give_role, make_person, make_totp, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    alice = make_person("alice")
    make_totp(alice)
    return alice


class TestLimits:
    def aged(self, client: Client, *, idle: float = 0, age: float = 0) -> Client:
        session = client.session
        session[SEEN_AT], session[OPENED_AT] = time.time() - idle, time.time() - age
        session.save()
        return client

    @pytest.mark.parametrize(("role", "idle", "age", "open_"), [
        (None, 119 * 60, 0, True), (None, 121 * 60, 0, False),
        (None, 0, 23.9 * 3600, True), (None, 0, 24.1 * 3600, False),
        ("auditor", 29 * 60, 0, True), ("auditor", 31 * 60, 0, False),
        ("administrator", 0, 11.9 * 3600, True), ("administrator", 0, 12.1 * 3600, False),
    ])  # fmt: skip
    def test_the_privileged_have_less_time(self, role: str | None, idle: float, age: float, open_: bool) -> None:
        client = self.aged(signed_in(make_person("zoe", role=role)), idle=idle, age=age)
        assert (client.get("/").status_code == 200) is open_

    def test_who_becomes_an_operator_has_an_operators_time_at_once(self, alice: User) -> None:
        client = self.aged(signed_in(alice), idle=40 * 60)
        give_role(alice, Role.OPERATOR)
        assert client.get("/").status_code == 302

    def test_a_role_of_the_organisations_own_that_holds_a_right_of_theirs_counts(self, adam: User, alice: User) -> None:
        how: dict[str, Any] = {"actor": actor_of(adam, fresh_at=timezone.now()), "at": clock.now()}
        role = roles.make(name="Reader", purpose="", permits=[SEE_PEOPLE.name], **how)
        client = self.aged(signed_in(alice), idle=40 * 60)
        assert client.get("/").status_code == 200
        roles.give(user=alice, role=role, reason="reads", **how)
        assert self.aged(client, idle=40 * 60).get("/").status_code == 302

    def test_an_administrator_changes_them(self, adam: User, alice: User) -> None:
        sent = {"privileged_idle_minutes": "10", "privileged_hours": "8", "idle_minutes": "60", "hours": "20"}
        assert signed_in(adam).post("/session-limits/", sent).status_code == 302
        limits.forget()
        assert self.aged(signed_in(alice), idle=61 * 60).get("/").status_code == 302
        assert self.aged(signed_in(adam), idle=11 * 60).get("/").status_code == 302
        assert Leaf.objects.filter(event="signin.limits.changed", actor_id=adam.id).exists()

    def test_the_privileged_never_get_more(self, adam: User) -> None:
        sent = {"privileged_idle_minutes": "100", "privileged_hours": "8", "idle_minutes": "60", "hours": "20"}
        answer = signed_in(adam).post("/session-limits/", sent)
        assert answer.status_code == 422
        assert "never get more time" in answer.content.decode()

    def test_the_environment_wins(self, adam: User, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PANEL_SESSIONS_IDLE_MINUTES", "45")
        page = signed_in(adam).get("/session-limits/").content.decode()
        assert "The environment holds this setting." in page

    def test_how_it_ended_is_written_down(self, alice: User) -> None:
        client = enter(alice)
        self.aged(client, idle=3 * 3600).get("/")
        assert Session.objects.get().why == "idle"
