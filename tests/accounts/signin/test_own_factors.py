"""One's own factors: added under a name, renamed, removed, each after a fresh proof; the last one stays."""

import pytest
from django.conf import LazySettings
from django.test import Client

from accounts.people.models import User
from accounts.signin.models import Passkey, TotpDevice
from panel.journal.models import Leaf
from panel.outbound.models import Message
from tests.accounts.signin.test_passkey_pages import alone, give_password, options, second
from tests.factories.authenticators import Authenticator, make_passkey
from tests.factories.people import PASSWORD, code_of, make_person, make_totp, signed_in

pytestmark = pytest.mark.django_db
SECURITY = "/account/security/"


@pytest.fixture(autouse=True)
def possible(settings: LazySettings) -> None:
    settings.BASE_URL = "https://panel.example.test"


@pytest.fixture
def alice() -> User:
    return make_person("alice", password=PASSWORD)


def test_one_is_added_under_a_name(alice: User) -> None:
    client, held = signed_in(alice), Authenticator()
    answer = held.create(options(client, "/account/security/passkeys/challenge/"))
    done = client.post("/account/security/passkeys/", {"answer": answer, "name": "Work laptop"})
    assert done["Location"] == SECURITY
    page = client.get(SECURITY).content.decode()
    assert "Work laptop" in page
    assert "Authenticator app" in page
    assert Message.objects.filter(person=alice.id, template="factor_added").count() == 1


def test_adding_and_changing_asks_for_a_fresh_factor(alice: User) -> None:
    row, _held = make_passkey(alice)
    stale = signed_in(alice, fresh=False)
    one = f"/account/security/factors/{row.uuid}"
    for path in (
        "/account/security/passkeys/",
        "/account/security/passkeys/challenge/",
        f"{one}/name/",
        f"{one}/removal/",
    ):
        assert stale.post(path)["Location"].startswith("/step-up/")
    assert Passkey.objects.count() == 1


def test_a_passkey_is_a_fresh_proof(alice: User) -> None:
    _row, held = make_passkey(alice)
    stale = signed_in(alice, fresh=False)
    assert stale.get("/account/security/passkeys/").status_code == 302
    answer = held.get(options(stale, "/step-up/passkey/challenge/"))
    done = stale.post("/step-up/passkey/?next=/account/security/passkeys/", {"answer": answer})
    assert done["Location"] == "/account/security/passkeys/"
    assert stale.get("/account/security/passkeys/").status_code == 200
    assert stale.session["amr"] == ["hwk", "user"]


def test_it_is_renamed(alice: User) -> None:
    row, held = make_passkey(alice)
    client = signed_in(alice)
    client.post(f"/account/security/factors/{row.uuid}/name/", {"name": "Key on the ring"})
    assert "Key on the ring" in client.get(SECURITY).content.decode()
    assert alone(Client(), held).status_code == 302


def test_nobody_touches_those_of_others(alice: User) -> None:
    row, _held = make_passkey(alice)
    bob = signed_in(make_person("bob"))
    assert bob.get(f"/account/security/factors/{row.uuid}/removal/").status_code == 404
    assert bob.post(f"/account/security/factors/{row.uuid}/removal/").status_code == 404
    assert bob.post(f"/account/security/factors/{row.uuid}/name/", {"name": "x"}).status_code == 404


def test_removing_names_the_consequences_needs_another_factor_and_is_told(alice: User) -> None:
    """Fails when the proof may come from the very factor that goes."""
    row, held = make_passkey(alice)
    make_totp(alice)
    client = Client()
    give_password(client)
    second(client, held)
    path = f"/account/security/factors/{row.uuid}/removal/"
    assert "no longer signs you in" in client.get(path).content.decode()
    step_up = client.post(path)["Location"]
    assert step_up.startswith("/step-up/")
    assert "another factor" in client.get(step_up).content.decode()
    query = step_up.partition("?")[2]
    assert options(client, f"/step-up/passkey/challenge/?{query}")["allowCredentials"] == []
    assert client.post(step_up, {"code": code_of(TotpDevice.objects.get())})["Location"] == path
    assert client.post(path)["Location"] == SECURITY
    assert not Passkey.objects.exists()
    assert Message.objects.filter(person=alice.id, template="factor_removed").count() == 1
    assert Leaf.objects.filter(event="signin.factor.removed").count() == 1
    assert client.get("/").status_code == 200
    assert alone(Client(), held).status_code == 422


def test_the_one_that_is_to_go_is_no_proof_either(alice: User) -> None:
    row, _held = make_passkey(alice)
    device = make_totp(alice)
    client = signed_in(alice)
    answer = client.post(f"/step-up/?next=/&but={device.uuid}", {"code": code_of(device)})
    assert answer.status_code == 422
    assert row


def test_the_last_one_stays(alice: User) -> None:
    """Fails when the last second factor can be removed."""
    device = make_totp(alice)
    client = signed_in(alice)
    answer = client.post(f"/account/security/factors/{device.uuid}/removal/")
    assert answer.status_code == 409
    assert "last second factor" in answer.content.decode()
    row, held = make_passkey(alice)
    second_client = Client()
    alone(second_client, held)
    assert second_client.post(f"/account/security/factors/{device.uuid}/removal/")["Location"] == SECURITY
    assert second_client.post(f"/account/security/factors/{row.uuid}/removal/").status_code == 409


def test_a_removed_one_ends_the_sessions_that_stood_on_it(alice: User) -> None:
    row, held = make_passkey(alice)
    here, there = signed_in(alice), Client()
    alone(there, held)
    session = here.session
    session["proved_by"] = TotpDevice.objects.get().persistent_id
    session.save()
    assert here.post(f"/account/security/factors/{row.uuid}/removal/")["Location"] == SECURITY
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200


def test_what_the_session_was_opened_with_is_shown(alice: User) -> None:
    _row, held = make_passkey(alice)
    client = Client()
    alone(client, held)
    assert "Security key, Fingerprint, face or PIN" in client.get(SECURITY).content.decode()
