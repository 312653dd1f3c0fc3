import re

import pytest
from django.test import Client

from accounts.people.models import User
from accounts.signin.models import RecoveryCode, TotpDevice
from tests.factories.people import PASSWORD, code_of, make_person, make_totp, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make_person("alice", password=PASSWORD)


def test_a_new_password_ends_the_other_sessions_only(alice: User) -> None:
    here, elsewhere = signed_in(alice), signed_in(alice)
    response = here.post("/account/security/password/", {"password": "an entirely new phrase"})
    assert response.status_code == 302
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302
    assert User.objects.get().check_password("an entirely new phrase")


def test_every_change_asks_for_a_fresh_factor_first(alice: User) -> None:
    stale = signed_in(alice, fresh=False)
    assert stale.get("/account/security/").status_code == 200
    for page in ("password", "authenticator", "codes", "elsewhere"):
        assert stale.post(f"/account/security/{page}/")["Location"].startswith("/step-up/")
    assert not RecoveryCode.objects.exists()


def test_a_step_up_carries_on_to_the_page(alice: User) -> None:
    stale = signed_in(alice, fresh=False)
    url = stale.get("/account/security/password/")["Location"]
    wrong = stale.post(url, {"code": "000000"})
    assert wrong.status_code == 422
    done = stale.post(url, {"code": code_of(TotpDevice.objects.get())})
    assert done["Location"] == "/account/security/password/"
    assert stale.get(done["Location"]).status_code == 200


def test_new_codes_are_shown_once(alice: User) -> None:
    client = signed_in(alice)
    text = client.post("/account/security/codes/").content.decode()
    assert len(re.findall(r"<code>[0-9A-Z-]{19}</code>", text)) == 10
    assert client.get("/account/security/codes/").status_code == 302
    assert "10 codes are left" in client.get("/account/security/").content.decode()


def test_a_new_authenticator_takes_over_with_its_first_code(alice: User) -> None:
    old, client = make_totp(alice), signed_in(alice)
    assert "<svg" in client.get("/account/security/authenticator/").content.decode()
    waiting = TotpDevice.objects.get(confirmed=False)
    assert client.post("/account/security/authenticator/", {"code": code_of(old)}).status_code == 422
    assert client.post("/account/security/authenticator/", {"code": code_of(waiting)}).status_code == 302
    assert TotpDevice.objects.get().id == waiting.id
    assert client.get("/").status_code == 200


def test_few_codes_are_asked_about_on_the_front_page(alice: User) -> None:
    client = signed_in(alice)
    assert "Make new recovery codes" in client.get("/").content.decode()
    client.post("/account/security/codes/")
    assert "Make new recovery codes" not in client.get("/").content.decode()


def test_other_sessions_can_be_ended(alice: User) -> None:
    here, elsewhere = signed_in(alice), signed_in(alice)
    here.post("/account/security/elsewhere/")
    assert here.get("/").status_code == 200
    assert elsewhere.get("/").status_code == 302


def test_nobody_else_gets_in(alice: User) -> None:
    assert Client().get("/account/security/").status_code == 302
