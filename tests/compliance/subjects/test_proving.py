"""The link that proves a name, and the session that it opens: for one person's pages, and nothing else."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from accounts.people.models import User
from compliance.subjects import queries
from compliance.subjects.models import ProofLink, Subject, SubjectSession
from compliance.subjects.rules import Kind
from compliance.subjects.services import proving
from compliance.subjects.services.naming import subject_for
from panel.kernel import clock, ids
from panel.kernel.errors import Forbidden, TooMany
from panel.outbound.models import Message
from tests.factories.people import actor_of, signed_in

pytestmark = pytest.mark.django_db
APP = ids.new_id()
LINK = re.compile(r"/privacy/link/([A-Za-z0-9_-]{43})/")


def mailed() -> str:
    """The token in the newest letter."""
    found = LINK.search(Message.objects.order_by("-id")[0].content["text"])
    assert found
    return found[1]


def asked(client: Client, email: str = "ada@example.org", **more: str) -> str:
    response = client.post("/privacy/proof/", {"email": email}, **more)  # type: ignore[arg-type]
    assert response.status_code == 200, response.content
    return str(response.content.decode())


def opened(email: str = "ada@example.org", client: Client | None = None, **given: str) -> Client:
    client = client or Client()
    asked(client, email)
    response = client.post(f"/privacy/link/{mailed()}/", given)
    assert (response.status_code, response["Location"]) == (302, "/privacy/mine/")
    return client


class TestLink:
    def test_it_opens_the_pages_of_that_person(self) -> None:
        client = opened()
        page = client.get("/privacy/mine/").content.decode()
        assert "ada@example.org" in page
        assert queries.find(kind=Kind.EMAIL, value="ada@example.org")

    def test_looking_uses_nothing_up_and_pressing_does(self) -> None:
        client = Client()
        asked(client)
        url = f"/privacy/link/{mailed()}/"
        for _ in range(5):
            assert client.get(url).status_code == 200
            assert client.head(url).status_code == 200
        assert Subject.objects.count() == SubjectSession.objects.count() == 0
        assert client.post(url).status_code == 302
        assert client.post(url).status_code == client.get(url).status_code == 404
        assert SubjectSession.objects.count() == 1

    def test_it_ends_after_thirty_minutes(self) -> None:
        client = Client()
        asked(client)
        ProofLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
        assert client.post(f"/privacy/link/{mailed()}/").status_code == 404

    def test_only_a_hash_of_it_and_no_address_in_the_clear_is_stored(self) -> None:
        asked(Client())
        row = ProofLink.objects.get()
        assert (bytes(row.digest), row.value) == (proving.hashed(mailed()), "ada@example.org")
        stored = ProofLink.objects.values_list("value", "digest")[0]
        assert b"ada" not in b"".join(bytes(one.data if hasattr(one, "data") else one) for one in stored)

    def test_the_answer_is_the_same_for_known_and_unknown_addresses(self) -> None:
        subject_for("email", "ada@example.org")
        texts = {
            re.sub(r"nonce=\S+|token\S+|value=\S+", "", asked(Client(), one))
            for one in ("ada@example.org", "b@example.org")
        }
        assert len(texts) == 1


class TestFlood:
    def test_one_address_gets_three_letters_an_hour_and_nobody_is_told(self) -> None:
        for place in range(5):
            asked(Client(), REMOTE_ADDR=f"192.0.2.{place}")
        assert Message.objects.count() == 3

    def test_one_asker_is_refused_after_ten(self) -> None:
        for place in range(10):
            asked(Client(), f"u{place}@example.org", REMOTE_ADDR="192.0.2.7")
        response = Client().post("/privacy/proof/", {"email": "x@example.org"}, REMOTE_ADDR="192.0.2.7")
        assert (response.status_code, response["Retry-After"]) == (429, "3600")
        assert Message.objects.count() == 10

    def test_guessing_ends_after_twenty_wrong_links(self) -> None:
        for _ in range(20):
            assert Client().get("/privacy/link/" + "x" * 43 + "/", REMOTE_ADDR="192.0.2.9").status_code == 404
        assert Client().post("/privacy/link/" + "x" * 43 + "/", REMOTE_ADDR="192.0.2.9").status_code == 429
        with pytest.raises(TooMany):
            proving.open_link(token="y", address="192.0.2.9", session=None, join=False, at=clock.now())

    def test_old_rows_go(self) -> None:
        opened()
        assert proving.sweep(now=timezone.now()) == 0
        assert proving.sweep(now=timezone.now() + timedelta(days=2)) == 5  # link, session, three tallies


class TestSession:
    def test_it_is_no_sign_in(self) -> None:
        client = opened()
        for path in ("/", "/subjects/", "/journal/", "/account/security/"):
            assert client.get(path)["Location"].startswith("/sign-in/")
        assert client.get("/api/v1/subjects/").status_code == 401

    def test_without_one_the_own_pages_ask_for_proof(self) -> None:
        response = Client().get("/privacy/mine/")
        assert response["Location"] == "/privacy/proof/?next=%2Fprivacy%2Fmine%2F"

    def test_leaving_ends_it_everywhere(self) -> None:
        client = opened()
        cookie = client.cookies["privacy"].value
        client.post("/privacy/leaving/")
        client.cookies["privacy"] = cookie
        assert client.get("/privacy/mine/").status_code == 302

    def test_it_ends_after_two_hours(self) -> None:
        client = opened()
        SubjectSession.objects.update(expires_at=timezone.now())
        assert client.get("/privacy/mine/").status_code == 302

    def test_a_cookie_of_noise_opens_nothing(self) -> None:
        client = Client()
        client.cookies["privacy"] = "x" * 5000
        assert client.get("/privacy/mine/").status_code == 302


class TestTogether:
    def vouched(self, pia: User) -> str:
        url = proving.vouch(actor=actor_of(pia), end_user="42", scope=APP, at=clock.now())
        found = LINK.search(url)
        assert found
        return found[1]

    def test_two_names_proved_in_one_browser_become_one_when_the_person_says_so(self, pia: User) -> None:
        client = opened()
        client.post(f"/privacy/link/{self.vouched(pia)}/", {"join": "on"})
        ada = self.ada()
        assert len(queries.together(ada)) == 2

    def test_without_a_word_they_stay_two(self, pia: User) -> None:
        client = opened()
        client.post(f"/privacy/link/{self.vouched(pia)}/")
        assert len(queries.together(self.ada())) == 1
        assert "ada@example.org" not in client.get("/privacy/mine/").content.decode()

    def test_an_account_that_is_signed_in_can_be_put_together_with_it(self, bob: User) -> None:
        client = opened(client=signed_in(bob))
        assert "Put both together" in client.get("/privacy/mine/").content.decode()
        client.post("/privacy/mine/account/")
        account = queries.find(kind=Kind.ACCOUNT, value=str(bob.id))
        assert account in queries.together(self.ada())

    def test_who_signs_in_needs_no_link(self, bob: User) -> None:
        assert signed_in(bob).get("/privacy/mine/").status_code == 200

    def test_what_the_session_did_not_prove_stays_masked(self, pia: User) -> None:
        client = opened()
        client.post(f"/privacy/link/{self.vouched(pia)}/", {"join": "on"})
        page = client.get("/privacy/mine/").content.decode()
        assert "ada@example.org" not in page
        assert "a…@e….org" in page

    def test_nobody_without_the_right_vouches(self, bob: User) -> None:
        with pytest.raises(Forbidden):
            self.vouched(bob)

    def ada(self) -> UUID:
        found = queries.find(kind=Kind.EMAIL, value="ada@example.org")
        assert found
        return found
