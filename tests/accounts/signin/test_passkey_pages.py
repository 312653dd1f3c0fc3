"""Passkeys at the doors: signing in without a password, as a second factor, for a fresh proof; adding, removing."""

import json
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.people.models import User
from accounts.signin.models import Link, Passkey, RecoveryDevice, TotpDevice
from accounts.signin.services import links, throttle
from panel.journal.models import Leaf, Refusal
from panel.kernel import clock
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import TooMany
from tests.factories.authenticators import Authenticator, make_passkey
from tests.factories.people import PASSWORD, code_of, make_person, make_totp

pytestmark = pytest.mark.django_db
SECURITY = "/account/security/"


@pytest.fixture(autouse=True)
def possible(settings: LazySettings) -> None:
    settings.BASE_URL = "https://panel.example.test"


@pytest.fixture
def alice() -> User:
    return make_person("alice", password=PASSWORD)


def options(client: Client, path: str) -> dict[str, Any]:
    answer = client.post(path)
    assert answer.status_code == 200, answer
    return dict(json.loads(answer.content))


def alone(client: Client, held: Authenticator, **extra: Any) -> Any:
    answer = held.get(options(client, "/sign-in/passkey/challenge/"))
    return client.post("/sign-in/passkey/", {"answer": answer}, **extra)


def give_password(client: Client, **extra: Any) -> Any:
    return client.post("/sign-in/", {"email": "alice@example.test", "password": PASSWORD}, **extra)


def second(client: Client, held: Authenticator) -> Any:
    answer = held.get(options(client, "/sign-in/factor/passkey/challenge/"))
    return client.post("/sign-in/factor/passkey/", {"answer": answer})


class TestAlone:
    def test_it_opens_the_panel_without_a_password(self, alice: User) -> None:
        _row, held = make_passkey(alice)
        client = Client()
        assert alone(client, held)["Location"] == "/"
        assert client.get("/").status_code == 200
        assert client.session["amr"] == ["hwk", "user"]
        assert Leaf.objects.filter(event="signin.session.opened", actor_id=alice.id).exists()

    def test_it_leads_to_where_somebody_wanted_to_go(self, alice: User) -> None:
        _row, held = make_passkey(alice)
        client = Client()
        answer = held.get(options(client, "/sign-in/passkey/challenge/"))
        assert client.post("/sign-in/passkey/?next=/teams/", {"answer": answer})["Location"] == "/teams/"

    def test_without_knowing_its_owner_it_opens_nothing(self, alice: User) -> None:
        _row, held = make_passkey(alice)
        held.verifies = False
        answer = alone(Client(), held)
        assert answer.status_code == 422
        assert "does not open this account" in answer.content.decode()
        assert Leaf.objects.filter(event="signin.session.opened").count() == 0

    def test_a_refusal_is_written_down_without_a_name(self, alice: User) -> None:
        alone(Client(), Authenticator())
        assert Refusal.objects.get(reason="wrong_passkey").count == 1

    def test_a_challenge_of_another_browser_opens_nothing(self, alice: User) -> None:
        _row, held = make_passkey(alice)
        answer = held.get(options(Client(), "/sign-in/passkey/challenge/"))
        assert Client().post("/sign-in/passkey/", {"answer": answer}).status_code == 422

    def test_no_budget_keeps_it_out(self, alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
        """Fails when a passkey is charged like a password: then strangers could lock its owner out."""
        _row, held = make_passkey(alice)

        def spent(*_args: Any) -> None:
            raise TooMany("Too many tries.", retry_after=300)

        monkeypatch.setattr(throttle, "charge", spent)
        assert alone(Client(), held).status_code == 302

    def test_without_script_it_says_what_is_missing(self) -> None:
        answer = Client().post("/sign-in/passkey/", {"answer": ""})
        assert answer.status_code == 422
        assert "needs JavaScript" in answer.content.decode()

    def test_it_is_not_offered_where_it_cannot_work(self, settings: LazySettings) -> None:
        assert "Sign in with a passkey" in Client().get("/sign-in/").content.decode()
        settings.BASE_URL = "http://192.0.2.1"
        assert "Sign in with a passkey" not in Client().get("/sign-in/").content.decode()


class TestSecond:
    def test_after_the_password_it_is_offered_first(self, alice: User) -> None:
        _row, held = make_passkey(alice)
        make_totp(alice)
        client = Client()
        assert give_password(client)["Location"] == "/sign-in/factor/"
        page = client.get("/sign-in/factor/").content.decode()
        assert page.index("Use a passkey") < page.index("6 digits")
        held.verifies = False
        assert second(client, held)["Location"] == "/"
        assert client.session["amr"] == ["pwd", "hwk"]

    def test_who_has_only_passkeys_signs_in_too(self, alice: User) -> None:
        _row, held = make_passkey(alice)
        client = Client()
        assert give_password(client)["Location"] == "/sign-in/factor/"
        assert "6 digits" not in client.get("/sign-in/factor/").content.decode()
        assert second(client, held)["Location"] == "/"

    def test_another_persons_is_refused_and_counts(self, alice: User) -> None:
        make_passkey(alice)
        _row, other = make_passkey(make_person("bob"))
        client = Client()
        give_password(client)
        answer = second(client, other)
        assert answer.status_code == 422
        assert "does not open" in answer.content.decode()
        assert Leaf.objects.filter(event="signin.session.refused").count() == 1

    def test_it_needs_the_first_step(self) -> None:
        assert Client().post("/sign-in/factor/passkey/challenge/")["Location"] == "/sign-in/"
        assert Client().post("/sign-in/factor/passkey/", {"answer": "{}"})["Location"] == "/sign-in/"


def test_the_session_has_a_new_id_after_each_factor(alice: User) -> None:
    """Fails when a step keeps the id that somebody may have planted (ASVS 7.2.4)."""
    _row, held = make_passkey(alice)
    seen, client = [], Client()
    options(client, "/sign-in/passkey/challenge/")
    seen.append(client.session.session_key)
    give_password(client)
    seen.append(client.session.session_key)
    second(client, held)
    seen.append(client.session.session_key)
    answer = held.get(options(client, "/step-up/passkey/challenge/"))
    client.post("/step-up/passkey/?next=/teams/", {"answer": answer})
    seen.append(client.session.session_key)
    other = Client()
    options(other, "/sign-in/passkey/challenge/")
    seen.append(other.session.session_key)
    alone(other, held)
    seen.append(other.session.session_key)
    assert len(set(seen)) == 6


def test_a_recovery_link_ends_the_passkeys_that_were_lost(alice: User) -> None:
    """Fails when the end of a recovery leaves what was lost or stolen."""
    row, held = make_passkey(alice)
    token = links.make(actor=SYSTEM, user=alice, kind=Link.Kind.RECOVER, at=clock.now())
    client, path = Client(), f"/join/{token}/"
    client.post(path, {"stage": "password", "password": "an entirely new phrase"})
    client.get(path)
    waiting = TotpDevice.objects.get(user=alice, confirmed=False)
    client.post(path, {"stage": "factor", "code": code_of(waiting)})
    client.get(path)
    series = RecoveryDevice.objects.get(user=alice).series
    done = client.post(path, {"stage": "codes", "series": str(series), "stored": "on"})
    assert done["Location"] == "/"
    assert not Passkey.objects.filter(id=row.id).exists()
    assert alone(Client(), held).status_code == 422
