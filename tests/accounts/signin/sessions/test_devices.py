"""A new device is told to its person; devices and networks are named coarsely."""

from typing import Any

import pytest
from django.test import Client

from accounts.people.models import User
from accounts.signin.services import devices
from panel.outbound.models import Message
from tests.accounts.signin.sessions.entering import FIREFOX, IPHONE, enter
from tests.factories.people import make_person, make_totp


@pytest.fixture
def alice() -> User:
    alice = make_person("alice")
    make_totp(alice)
    return alice


@pytest.mark.django_db
class TestNewDevices:
    def letters(self, user: User) -> list[Any]:
        return list(Message.objects.filter(person=user.id, template="new_device"))

    def test_the_first_sign_in_of_all_is_no_news(self, alice: User) -> None:
        enter(alice)
        assert self.letters(alice) == []

    def test_another_browser_is_told_and_the_same_one_is_not(self, alice: User) -> None:
        first = enter(alice)
        first.post("/sign-out/")
        enter(alice, client=first)
        assert self.letters(alice) == []
        enter(alice, agent=IPHONE)
        (letter,) = self.letters(alice)
        assert "Device: Safari on iPhone" in letter.content["text"]
        assert "Place: 203.0.113.0/24" in letter.content["text"]

    def test_a_browser_that_another_person_used_is_new_to_me(self, alice: User) -> None:
        bob = make_person("bob")
        make_totp(bob)
        enter(alice)
        shared = enter(bob)
        shared.post("/sign-out/")
        enter(alice, client=shared)
        assert len(self.letters(alice)) == 1

    def test_a_planted_value_is_not_taken(self, alice: User) -> None:
        enter(alice)
        client = Client()
        client.cookies["device"] = "chosen-by-somebody"
        enter(alice, client=client)
        assert devices.is_token(client.cookies["device"].value)
        assert client.cookies["device"]["httponly"]
        assert client.cookies["device"]["samesite"] == "Lax"


@pytest.mark.parametrize(("agent", "words"), [
    (FIREFOX, "Firefox on Linux"), (IPHONE, "Safari on iPhone"), ("", "Unknown device"), ("<img src=x>", "Unknown device"),
    ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
    ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1 Version/18.5 Safari/605.1", "Safari on macOS"),
    ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
])  # fmt: skip
def test_a_device_is_named_by_known_words_only(agent: str, words: str) -> None:
    assert devices.words(devices.read(agent)) == words


@pytest.mark.parametrize(("address", "network"), [
    ("203.0.113.77", "203.0.113.0/24"), ("::ffff:203.0.113.77", "203.0.113.0/24"), ("127.0.0.1", "loopback"),
    ("2001:db8:1:2::3", "2001:db8:1::/48"), ("", ""), ("nonsense", ""),
])  # fmt: skip
def test_a_place_is_a_network(address: str, network: str) -> None:
    assert devices.network(address) == network
