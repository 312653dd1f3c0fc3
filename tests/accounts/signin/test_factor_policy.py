"""Which second factors a role asks for: data with a grace period, under which nobody is shut out for good."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from accounts.access.rules import SEE_PEOPLE, Role
from accounts.people.models import User
from accounts.roles import services as roles
from accounts.signin import queries
from accounts.signin.services import factors, policies, recovery
from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.errors import Conflict, Forbidden, Invalid, NeedsFreshFactor
from tests.accounts.signin.test_passkey_pages import alone, give_password, options, second
from tests.factories.authenticators import Authenticator, make_passkey
from tests.factories.people import PASSWORD, actor_of, code_of, make_person, make_totp, signed_in

pytestmark = pytest.mark.django_db
PAGE = "/people/factors/"
NOBODY: dict[Role, date | None] = {}


@pytest.fixture(autouse=True)
def possible(settings: LazySettings) -> None:
    settings.BASE_URL = "https://panel.example.test"


@pytest.fixture
def alice() -> User:
    return make_person("alice", role=Role.OPERATOR, password=PASSWORD)


def ask(adam: User, days: dict[Role, date | None], at: Any = None) -> None:
    policies.change(actor=replace(actor_of(adam), fresh_at=timezone.now()), days=days, at=at or clock.now())


def today() -> date:
    return clock.now().date()


class TestChange:
    def test_an_administrator_sets_a_day_and_it_is_journalled(self, adam: User) -> None:
        client = signed_in(adam)
        assert "Passkeys and security keys only" in client.get(PAGE).content.decode()
        form = {role.value: "any" for role in Role} | {"operator": "passkey", "operator_from": "2099-03-01"}
        assert client.post(PAGE, form)["Location"] == PAGE
        assert queries.factor_policy() == {Role.OPERATOR: date(2099, 3, 1)}
        assert Leaf.objects.filter(event="signin.policy.changed").count() == 1
        assert "2099-03-01" in client.get(PAGE).content.decode()

    def test_without_a_day_two_weeks_are_given(self, adam: User) -> None:
        form = {role.value: "any" for role in Role} | {"auditor": "passkey"}
        signed_in(adam).post(PAGE, form)
        assert queries.factor_policy() == {Role.AUDITOR: today() + timedelta(days=14)}

    def test_it_needs_the_right_and_a_fresh_factor(self, adam: User, alice: User) -> None:
        assert signed_in(alice).get(PAGE).status_code == 403
        assert signed_in(adam, fresh=False).get(PAGE)["Location"].startswith("/step-up/")
        with pytest.raises(Forbidden):
            policies.change(actor=actor_of(alice, fresh_at=timezone.now()), days=NOBODY, at=clock.now())
        with pytest.raises(NeedsFreshFactor):
            policies.change(actor=actor_of(adam), days=NOBODY, at=clock.now())

    def test_a_day_that_has_passed_is_refused(self, adam: User) -> None:
        with pytest.raises(Invalid):
            ask(adam, {Role.OPERATOR: today() - timedelta(days=1)})

    def test_administrators_are_not_bound_before_one_of_them_has_a_passkey(self, adam: User) -> None:
        """Fails when the last administrator can bind themselves to what they cannot prove."""
        for role in (Role.ADMINISTRATOR, Role.MEMBER):
            with pytest.raises(policies.NoAdministratorCould):
                ask(adam, {role: today()})
        make_passkey(adam)
        ask(adam, {Role.ADMINISTRATOR: today()})

    def test_where_browsers_offer_none_it_cannot_be_asked(self, adam: User, settings: LazySettings) -> None:
        settings.BASE_URL = "http://192.0.2.1"
        with pytest.raises(Conflict):
            ask(adam, {Role.OPERATOR: today()})

    def test_a_second_administrator_sees_what_the_first_one_changed(self, adam: User) -> None:
        client = signed_in(adam)
        ask(adam, {Role.OPERATOR: today() + timedelta(days=3)})
        form = {role.value: "any" for role in Role} | {"seen": "an older state"}
        assert client.post(PAGE, form).status_code == 409


class TestAsked:
    def test_during_grace_people_are_asked_and_work_on(self, adam: User, alice: User) -> None:
        ask(adam, {Role.OPERATOR: today() + timedelta(days=3)})
        client = Client()
        device = make_totp(alice)
        give_password(client)
        client.post("/sign-in/factor/", {"code": code_of(device)})
        page = client.get("/").content.decode()
        assert "Add a passkey" in page
        assert "Your role needs one from" in page
        assert client.get("/teams/").status_code in {200, 403}

    def test_the_strictest_of_several_roles_counts(self, adam: User) -> None:
        carol = make_person("carol", roles=(Role.AUDITOR, Role.DEVELOPER))
        ask(adam, {Role.AUDITOR: today() + timedelta(days=9), Role.DEVELOPER: today() + timedelta(days=3)})
        assert queries.passkey_day(carol.id, clock.now()) == today() + timedelta(days=3)
        assert queries.passkey_day(adam.id, clock.now()) is None

    def test_a_right_from_a_role_of_ones_own_is_held_to_the_mildest_that_have_it(
        self, adam: User, alice: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Fails when only built-in roles are looked at: whoever sees people needed a passkey, but for a role made anew."""
        bob, at = make_person("bob"), clock.now()
        how: dict[str, Any] = {"actor": actor_of(adam, fresh_at=timezone.now()), "at": at}
        role = roles.make(name="Reader", purpose="", permits=[SEE_PEOPLE.name], **how)
        roles.give(user=bob, role=role, reason="reads", **how)
        days = {role: today() + timedelta(days=n) for n, role in enumerate(sorted(SEE_PEOPLE.roles))}
        monkeypatch.setattr(queries, "factor_policy", lambda: days)
        assert queries.passkey_day(bob.id, at) == max(days.values())
        monkeypatch.setattr(queries, "factor_policy", lambda: {Role.AUDITOR: today()})
        assert queries.passkey_day(bob.id, at) is None


class TestAfterTheDay:
    @pytest.fixture(autouse=True)
    def the_day_has_come(self, adam: User, alice: User) -> None:
        ask(adam, {Role.OPERATOR: today()})

    def test_who_has_none_adds_one_before_anything_else(self, alice: User) -> None:
        """Fails when the rule is only asked at signing in, or only on pages."""
        client, device, held = Client(), make_totp(alice), Authenticator()
        give_password(client)
        client.post("/sign-in/factor/", {"code": code_of(device)})
        for path in ("/", "/assistants/", "/account/security/password/", "/account/security/codes/"):
            assert client.get(path)["Location"] == "/account/security/needed/"
        refused = client.get("/api/v1/assistants/")
        assert (refused.status_code, refused.json()["code"]) == (403, "passkey_needed")
        assert "Add a passkey" in client.get("/account/security/needed/").content.decode()
        answer = held.create(options(client, "/account/security/passkeys/challenge/"))
        client.post("/account/security/passkeys/", {"answer": answer, "name": "Laptop"})
        assert client.get("/")["Location"] == "/account/security/needed/"
        assert "Prove my passkey" in client.get("/account/security/needed/").content.decode()
        answer = held.get(options(client, "/step-up/passkey/challenge/"))
        client.post("/step-up/passkey/?next=/", {"answer": answer})
        assert client.get("/").status_code == 200
        assert client.get("/account/security/needed/")["Location"] == "/"

    def test_who_has_one_signs_in_with_it_and_not_with_codes(self, alice: User) -> None:
        """Fails when a code that can be phished still opens the account."""
        device = make_totp(alice)
        _row, held = make_passkey(alice)
        client = Client()
        give_password(client)
        assert "6 digits" not in client.get("/sign-in/factor/").content.decode()
        refused = client.post("/sign-in/factor/", {"code": code_of(device)})
        assert refused.status_code == 422
        assert second(client, held)["Location"] == "/"
        assert client.get("/").status_code == 200
        with pytest.raises(factors.OnlyPasskeys):
            factors.prove(user=alice, code=code_of(device), address="192.0.2.1", at=timezone.now())
        other = Client()
        assert alone(other, held)["Location"] == "/"
        assert other.get("/").status_code == 200

    def test_a_recovery_code_still_opens_the_way_to_a_new_passkey(self, alice: User) -> None:
        make_passkey(alice)
        code = factors.new_codes(actor=actor_of(alice), user=alice).codes[0]
        client = Client()
        give_password(client)
        assert client.post("/sign-in/recovery/", {"code": code}).status_code == 302
        assert client.get("/")["Location"] == "/account/security/needed/"
        assert client.get("/account/security/passkeys/").status_code == 200

    def test_the_last_passkey_cannot_be_removed(self, alice: User) -> None:
        make_totp(alice)
        row, held = make_passkey(alice)
        client = Client()
        alone(client, held)
        answer = client.post(f"/account/security/factors/{row.uuid}/removal/")
        assert answer.status_code == 409
        assert "Your role asks for a passkey" in answer.content.decode()

    def test_people_of_other_roles_go_on(self, adam: User) -> None:
        client = signed_in(adam)
        session = client.session
        del session["policy"]
        session.save()
        assert client.get("/").status_code == 200

    def test_an_open_session_is_asked_within_a_minute(self, alice: User) -> None:
        client = signed_in(alice)
        assert client.get("/").status_code == 200
        session = client.session
        session["policy"] = {"at": session["policy"]["at"] - 61, "day": ""}
        session.save()
        assert client.get("/")["Location"] == "/account/security/needed/"

    def test_where_passkeys_stopped_working_nobody_is_shut_out(self, alice: User, settings: LazySettings) -> None:
        settings.BASE_URL = "http://192.0.2.1"
        device, client = make_totp(alice), Client()
        give_password(client)
        client.post("/sign-in/factor/", {"code": code_of(device)})
        assert client.get("/").status_code == 200

    def test_the_console_asks_for_any_factor_again(self, adam: User) -> None:
        recovery.recover_administrator(
            actor=actors.console(), email="adam@example.test", new_name="", at=clock.now(), any_factor=True
        )
        assert queries.factor_policy() == {}
        assert Leaf.objects.filter(event="signin.policy.changed").count() == 2
