"""A forgotten password: the link works once, for half an hour, tells nobody anything, and signs nobody in."""

import re
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.people.models import User
from accounts.people.rules import State
from accounts.signin.models import Link, Session
from accounts.signin.services import forgotten, links, passwords
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.actors import SYSTEM
from panel.outbound.models import Message
from tests.factories.people import code_of, make_person, make_totp, signed_in

pytestmark = pytest.mark.django_db
ASK = "/sign-in/forgotten/"
NEW = "four words of mine"


@pytest.fixture
def alice() -> User:
    alice = make_person("alice")
    make_totp(alice)
    return alice


def asked(email: str = "alice@example.test", address: str = "192.0.2.1") -> str:
    page = Client().post(ASK, {"email": email}, REMOTE_ADDR=address)
    assert page.status_code == 200
    text = page.content.decode().replace(email, "")
    return re.sub(r'nonce="[^"]*"|value="[^"]*"|[0-9a-f-]{36}|X-CSRFToken[^}]*', "", text)


def mailed(user: User) -> str:
    """The path of the newest link in the outbox."""
    content = Message.objects.filter(person=user.id, template="password_reset").latest("id").content
    found = re.search(r"/new-password/[\w-]+/", content["text"])
    assert found
    return found[0]


class TestTheLink:
    def test_it_sets_the_password_and_leads_to_the_second_factor(self, alice: User) -> None:
        asked()
        client = Client()
        answer = client.post(mailed(alice), {"password": NEW})
        assert answer["Location"] == "/sign-in/factor/"
        assert client.get("/")["Location"].startswith("/sign-in/")  # nobody is signed in by it
        client.post("/sign-in/factor/", {"code": code_of(alice.totpdevice_set.get())})
        assert client.get("/").status_code == 200
        assert User.objects.get(id=alice.id).check_password(NEW)

    def test_looking_at_it_uses_nothing_up(self, alice: User) -> None:
        asked()
        path = mailed(alice)
        for _ in range(3):
            assert Client().get(path).status_code == 200
            assert Client().head(path).status_code == 200
        assert Client().post(path, {"password": NEW}).status_code == 302

    def test_it_works_once(self, alice: User) -> None:
        asked()
        path = mailed(alice)
        Client().post(path, {"password": NEW})
        assert Client().post(path, {"password": "another four words"}).status_code == 404
        assert Client().get(path).status_code == 404
        assert User.objects.get(id=alice.id).check_password(NEW)

    def test_it_works_for_half_an_hour(self, alice: User) -> None:
        asked()
        made = Link.objects.get()
        assert made.expires_at - made.created_at == timedelta(minutes=30)
        Link.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert Client().get(mailed(alice)).status_code == 404

    def test_only_its_hash_is_stored(self, alice: User) -> None:
        asked()
        token = mailed(alice).split("/")[2]
        assert len(token) >= 43
        assert bytes(Link.objects.get().digest) == links.hashed(token)

    def test_a_bad_password_leaves_it_as_good_as_before(self, alice: User) -> None:
        asked()
        path = mailed(alice)
        assert Client().post(path, {"password": "P@ssw0rd1"}).status_code == 422
        assert Client().post(path, {"password": NEW}).status_code == 302

    def test_it_ends_every_session_and_tells_the_person(self, alice: User) -> None:
        elsewhere = signed_in(alice)
        asked()
        Client().post(mailed(alice), {"password": NEW})
        assert elsewhere.get("/").status_code == 302
        assert not Session.objects.filter(user=alice, ended_at=None).exists()
        assert Message.objects.filter(person=alice.id, template="password_changed").exists()
        events = set(Leaf.objects.values_list("event", flat=True))
        assert {"signin.link.made", "signin.link.used", "signin.password.changed"} <= events

    def test_it_opens_no_factors(self, alice: User) -> None:
        asked()
        token = mailed(alice).split("/")[2]
        assert Client().get(f"/join/{token}/").status_code == 404
        assert links.find(token, clock.now()) is None

    def test_a_link_to_join_sets_no_password_here(self) -> None:
        ivy = make_person("ivy", state=State.INVITED)
        token = links.make(actor=SYSTEM, user=ivy, kind=Link.Kind.JOIN, at=clock.now())
        assert Client().get(f"/new-password/{token}/").status_code == 404

    def test_a_closed_account_is_not_opened(self, alice: User) -> None:
        asked()
        User.objects.filter(id=alice.id).update(state=State.DISABLED)
        assert Client().post(mailed(alice), {"password": NEW}).status_code == 404

    def test_asking_again_leaves_an_administrators_link(self, alice: User) -> None:
        token = links.make(actor=SYSTEM, user=alice, kind=Link.Kind.RECOVER, at=clock.now())
        asked()
        assert links.find(token, clock.now()) is not None


class TestWhatAStrangerLearns:
    def test_the_words_are_the_same_for_everybody(self, alice: User) -> None:
        make_person("dan", state=State.DISABLED)
        make_person("ivy", state=State.INVITED)
        pages = {
            asked(f"{name}@example.test", f"192.0.2.{n}") for n, name in enumerate(("alice", "ghost", "dan", "ivy"))
        }
        assert len(pages) == 1
        assert Message.objects.count() == 1

    def test_no_answer_comes_before_the_floor(self, alice: User, slow_refusals: None) -> None:
        for number, name in enumerate(("alice", "ghost")):
            began = time.monotonic()
            forgotten.ask(email=f"{name}@example.test", address=f"192.0.2.{number}", at=timezone.now())
            assert time.monotonic() - began >= passwords.FLOOR

    def test_a_mailbox_gets_three_an_hour_and_an_address_is_slowed_down(self, alice: User) -> None:
        for number in range(5):
            asked(address=f"192.0.2.{number}")
        assert Message.objects.filter(template="password_reset").count() == 3
        statuses = {Client().post(ASK, {"email": "ghost@example.test"}).status_code for _ in range(24)}
        assert statuses == {200, 429}

    def test_the_sign_in_page_leads_there(self) -> None:
        assert ASK in Client().get("/sign-in/").content.decode()
