import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.people.models import User
from accounts.people.rules import State
from accounts.people.services import Argon2id
from accounts.signin.models import TotpDevice
from accounts.signin.services import factors, passwords
from panel.journal.models import Leaf
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto.envelope import EnvelopeError
from tests.factories.people import PASSWORD, code_of, make_person, make_totp

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make_person("alice", password=PASSWORD)


def give_password(client: Client, email: str = "alice@example.test", password: str = PASSWORD, **extra: Any) -> Any:
    return client.post("/sign-in/", {"email": email, "password": password}, **extra)


def test_password_then_code_opens_the_panel(alice: User) -> None:
    device, client = make_totp(alice), Client()
    response = give_password(client)
    assert response["Location"] == "/sign-in/factor/"
    assert client.get("/")["Location"].startswith("/sign-in/")
    response = client.post("/sign-in/factor/", {"code": code_of(device)})
    assert response["Location"] == "/"
    assert client.get("/").status_code == 200
    assert Leaf.objects.filter(event="signin.session.opened", actor_id=alice.id).exists()


def test_the_session_has_a_new_id_after_each_factor(alice: User) -> None:
    device, client = make_totp(alice), Client()
    seen = []
    give_password(client)
    seen.append(client.session.session_key)
    client.post("/sign-in/factor/", {"code": code_of(device)})
    seen.append(client.session.session_key)
    client.post("/step-up/", {"code": code_of(device, steps=1)})
    seen.append(client.session.session_key)
    assert len(set(seen)) == 3
    assert client.session["amr"] == ["pwd", "otp"]


def test_wrong_password_unknown_disabled_and_invited_look_the_same(alice: User) -> None:
    make_totp(alice)
    for name, state in (("dan", State.DISABLED), ("ivy", State.INVITED)):
        make_totp(make_person(name, password=PASSWORD, state=state))
    make_person("nofactor", password=PASSWORD)
    tries = [("alice", "wrong password 1"), ("ghost", PASSWORD), ("dan", PASSWORD), ("ivy", PASSWORD)]
    pages = set()
    for number, (name, password) in enumerate([*tries, ("nofactor", PASSWORD)]):
        response = give_password(Client(), f"{name}@example.test", password, REMOTE_ADDR=f"192.0.2.{number}")
        assert response.status_code == 422
        text = response.content.decode().replace(f"{name}@example.test", "")
        # What differs by nature in every answer: nonce, CSRF token, request id.
        pages.add(re.sub(r'nonce="[^"]*"|value="[^"]*"|[0-9a-f-]{36}|X-CSRFToken[^}]*', "", text))
    assert len(pages) == 1


def test_every_path_hashes_once(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make_totp(alice)
    make_person("ghost2")
    passwords._nobodys()
    verified: list[str] = []
    original = Argon2id.verify

    def counting(self: Argon2id, password: str, encoded: str) -> bool:
        verified.append(encoded)
        return bool(original(self, password, encoded))

    monkeypatch.setattr(Argon2id, "verify", counting)
    for number, name in enumerate(("alice", "unknown", "ghost2")):
        verified.clear()
        give_password(Client(), f"{name}@example.test", "wrong password", REMOTE_ADDR=f"192.0.2.{number}")
        assert len(verified) == 1


def test_passwords_are_argon2id_of_the_agreed_strength(alice: User) -> None:
    kind, settings = alice.password.removeprefix("argon2$").split("$")[0], alice.password.split("$")[3]
    assert kind == "argon2id"
    found = dict(part.split("=") for part in settings.split(","))
    assert int(found["m"]) >= 19456
    assert int(found["t"]) >= 2


@pytest.mark.parametrize("code", [" 189738", "+189738", "189_738", "١٨٩٧٣٨", "1897381", "18973", "abcdef", ""])
def test_only_six_ascii_digits_are_a_code(alice: User, code: str) -> None:
    make_totp(alice)
    assert factors.prove(user=alice, code=code, address="192.0.2.1", at=timezone.now()) is None


def test_a_code_works_once_and_an_older_one_never_after_it(alice: User) -> None:
    device = make_totp(alice)
    at = timezone.now()
    code, earlier = code_of(device), code_of(device, steps=-1)
    assert factors.prove(user=alice, code=code, address="192.0.2.1", at=at) is not None
    assert factors.prove(user=alice, code=code, address="192.0.2.2", at=at) is None
    assert factors.prove(user=alice, code=earlier, address="192.0.2.3", at=at) is None


def test_a_recovery_code_signs_in_once(alice: User) -> None:
    make_totp(alice)
    code = factors.new_codes(actor=SYSTEM, user=alice).codes[3]
    assert len(code.replace("-", "")) * 5 >= 80
    for number, expected in enumerate((302, 422)):
        client = Client()
        give_password(client)
        response = client.post("/sign-in/recovery/", {"code": code.lower()}, REMOTE_ADDR=f"192.0.2.{number}")
        assert response.status_code == expected
    assert Leaf.objects.filter(event="signin.code.used").count() == 1


def test_seed_and_codes_are_not_stored_in_clear(alice: User) -> None:
    device = make_totp(alice)
    codes = factors.new_codes(actor=SYSTEM, user=alice).codes
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM signin_totpdevice t")
        stored = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(c::text, '') FROM signin_recoverycode c")
        stored += cursor.fetchone()[0]
    assert device.seed().hex() not in stored
    assert device.seed_text() not in stored
    assert not any(one.replace("-", "") in stored for one in codes)


def test_a_sealed_seed_does_not_open_in_another_row(alice: User) -> None:
    first, second = make_totp(alice), make_totp(make_person("bob"))
    TotpDevice.objects.filter(id=second.id).update(sealed_seed=first.sealed_seed)
    with pytest.raises(EnvelopeError):
        TotpDevice.objects.get(id=second.id).seed()


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test", "javascript:alert(1)", "/\\evil.test", "/sign-in/"]
)
def test_next_never_leads_elsewhere(alice: User, target: str) -> None:
    device, client = make_totp(alice), Client()
    client.post(f"/sign-in/?next={target}", {"email": "alice@example.test", "password": PASSWORD})
    response = client.post("/sign-in/factor/", {"code": code_of(device)})
    assert response["Location"] == "/"


def test_the_second_step_needs_the_first() -> None:
    assert Client().get("/sign-in/factor/")["Location"] == "/sign-in/"
