"""The pages before signing in: their headers, where they lead, and what they take from the request."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from accounts.people.models import User
from accounts.signin.views import sessions
from panel.outbound.models import Message
from tests.factories.people import PASSWORD, code_of, make_person, make_totp, signed_in

pytestmark = pytest.mark.django_db
PAGES = ["/sign-in/", "/sign-in/forgotten/", "/join/unknown/", "/new-password/unknown/"]
ELSEWHERE = [
    "https://evil.test/", "//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test", "javascript:alert(1)", "http:evil.test",
    "https:///evil.test", "%2F%2Fevil.test", "/\tevil.test//", "/\t/evil.test", " //evil.test", "https://testserver@evil.test/",
    "https://testserver.evil.test/", "/sign-in/?next=//evil.test", "data:text/html,x", "/%0d%0aSet-Cookie:x=1",
]  # fmt: skip


@pytest.fixture
def alice() -> User:
    alice = make_person("alice", password=PASSWORD)
    make_totp(alice)
    return alice


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_strict_and_kept_nowhere(path: str) -> None:
    answer = Client().get(path)
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "unsafe" not in policy
    assert "strict-dynamic" not in policy
    assert re.search(r"script-src 'nonce-[\w+/=-]+'", policy)
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_no_page_before_signing_in_names_another_host() -> None:
    for path in PAGES[:2]:
        assert not re.search(r"(?:src|href)=\"(?:https?:)?//", Client().get(path).content.decode())


@pytest.mark.parametrize("target", ELSEWHERE)
def test_next_leads_to_this_host_only(target: str) -> None:
    where = sessions.safe_next(RequestFactory().get("/sign-in/"), target)
    assert where.startswith("/")
    assert not re.match(r"/[/\\\s]|.*[\r\n\t]", where)
    assert "evil" not in where or where.startswith("/%")


def test_next_leads_on_within_this_host() -> None:
    assert sessions.safe_next(RequestFactory().get("/sign-in/"), "/people/?q=a") == "/people/?q=a"


@pytest.mark.parametrize("host", ["evil.test", "testserver.evil.test", "evil.test:80", "testserver@evil.test"])
def test_another_hosts_name_is_refused(host: str) -> None:
    for path in ("/sign-in/", "/sign-in/forgotten/"):
        assert Client(headers={"host": host}).get(path).status_code == 400


def test_a_mailed_link_names_our_address_whatever_the_request_says(alice: User) -> None:
    from_outside: Any = {"HTTP_X_FORWARDED_HOST": "evil.test", "HTTP_FORWARDED": "host=evil.test"}
    assert Client().post("/sign-in/forgotten/", {"email": "alice@example.test"}, **from_outside).status_code == 200
    message = alice_message(alice)
    assert "evil.test" not in message
    assert settings.BASE_URL in message


def alice_message(alice: User) -> str:
    return str(Message.objects.get(person=alice.id, template="password_reset").content["text"])


def test_a_planted_session_is_not_taken_over(alice: User) -> None:
    """Fixation: the key that somebody else chose opens nothing after the victim has signed in with it."""
    attacker = Client()
    attacker.get("/sign-in/")
    planted = attacker.session
    planted.save()
    victim = Client()
    victim.cookies["session"] = str(planted.session_key)
    victim.post("/sign-in/", {"email": "alice@example.test", "password": PASSWORD})
    half = victim.cookies["session"].value
    victim.post("/sign-in/factor/", {"code": code_of(alice.totpdevice_set.get())})
    whole = victim.cookies["session"].value
    assert len({planted.session_key, half, whole}) == 3
    for key in (planted.session_key, half):
        other = Client()
        other.cookies["session"] = str(key)
        assert other.get("/")["Location"].startswith("/sign-in/")
        assert other.get("/sign-in/factor/")["Location"] == "/sign-in/"


def test_the_session_cookie_is_the_browsers_alone(alice: User) -> None:
    client = Client()
    client.post("/sign-in/", {"email": "alice@example.test", "password": PASSWORD})
    cookie = client.cookies["session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert ("__Host-session" if settings.SECURE_TLS else "session") == settings.SESSION_COOKIE_NAME


def test_password_fields_are_masked_and_let_managers_fill_them(alice: User) -> None:
    pages = {"/sign-in/": "current-password", "/account/security/password/": "new-password"}
    for path, hint in pages.items():
        text = signed_in(alice).get(path).content.decode() if "account" in path else Client().get(path).content.decode()
        fields = [one for one in re.findall(r"<input[^>]*>", text) if "password" in one]
        assert fields, path
        assert all('type="password"' in one for one in fields), path
        assert any(f'autocomplete="{hint}"' in one for one in fields), path
        assert "onpaste" not in text


@pytest.mark.parametrize("path", ["/", "/account/security/", "/keys/", "/no-such-page/"])
def test_every_page_behind_the_door_offers_the_way_out(alice: User, path: str) -> None:
    assert 'action="/sign-out/"' in signed_in(alice).get(path, follow=True).content.decode()
