"""A pasted text: keys in it are told by their checksum; whose they are, only to those who may end them."""

from typing import Any

import pytest

from accounts.access.rules import Role
from accounts.credentials.engine import tokens
from accounts.credentials.models import ApiKey
from accounts.credentials.services import keys, leaks, rotation
from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.errors import Invalid
from panel.outbound.models import Message
from tests.accounts.credentials.making import client_of, fresh, issue
from tests.factories.people import make_person, signed_in

pytestmark = pytest.mark.django_db


def paste(user: User, text: str) -> leaks.Found:
    return leaks.look(actor=fresh(user), text=text, at=clock.now())


class TestFound:
    def test_ones_own_keys_old_secrets_and_clients_are_told(self, alice: User, assistant: Any) -> None:
        old = issue(fresh(alice), assistant)
        new = rotation.rotate(actor=fresh(alice), key=old.key, at=clock.now())
        shop = client_of(fresh(alice), assistant)
        found = paste(alice, f"KEY={old.token}\n'{new.token}',{shop.token}. KEY={old.token}")
        assert {one.id for one in found.own} == {old.key.id, shop.key.id}
        assert found.works == {str(old.key.id), str(shop.key.id)}
        assert found.reported == 0
        rotation.end_previous(actor=fresh(alice), key=new.key, at=clock.now())
        over = paste(alice, old.token)
        assert (over.own, over.works) == ([old.key], set())

    def test_of_somebody_elses_one_learns_nothing_and_the_owner_hears_of_it_once_a_day(
        self, alice: User, assistant: Any
    ) -> None:
        issued, charlie = issue(fresh(alice), assistant), make_person("charlie")
        unknown = tokens.generate("gateway")[1]
        known, nobodys = paste(charlie, issued.token), paste(charlie, unknown)
        assert (
            (known.own, known.works, known.reported) == (nobodys.own, nobodys.works, nobodys.reported) == ([], set(), 1)
        )
        paste(charlie, issued.token)
        (letter,) = Message.objects.all()
        assert (letter.template, letter.person) == ("key_leaked", alice.id)
        assert Leaf.objects.filter(event="credentials.key.leak_reported").count() == 2
        client = signed_in(charlie)
        pages = [client.post("/keys/leaks/", {"text": one}).content.decode() for one in (issued.token, unknown)]
        for page in pages:
            assert "1 key of somebody else is reported" in page
            assert issued.key.name not in page
            assert not tokens.find(page)

    def test_a_forged_secret_under_a_known_id_reports_nobody(self, alice: User, assistant: Any) -> None:
        issued = issue(fresh(alice), assistant)
        paste(make_person("charlie"), tokens.renewed("gateway", issued.key.key_id))
        assert not Message.objects.exists()

    def test_an_administrator_may_end_anybodys(self, alice: User, assistant: Any) -> None:
        issued = issue(fresh(alice), assistant)
        assert paste(make_person("adam", role=Role.ADMINISTRATOR), issued.token).own == [issued.key]

    def test_a_text_without_keys_says_so(self, alice: User) -> None:
        with pytest.raises(Invalid, match="no key of this panel"):
            paste(alice, "clp_gw_0000000000_" + "0" * 43 + "_000000")


def test_what_was_found_is_ended_in_one_act_and_nothing_beside_it(alice: User, assistant: Any) -> None:
    mine = [issue(fresh(alice), assistant) for _ in range(2)]
    theirs = issue(fresh(make_person("dev", role=Role.ADMINISTRATOR)), assistant)
    client = signed_in(alice)
    page = client.post("/keys/leaks/", {"text": " ".join(one.token for one in mine)}).content.decode()
    assert "Revoke 2 keys?" in page
    assert not tokens.find(page)
    sent = [*(str(one.key.id) for one in mine), str(theirs.key.id), "nonsense"]
    assert client.post("/keys/leaks/revocation/", {"key": sent}).status_code == 302
    assert set(ApiKey.objects.filter(revoked_at__isnull=False)) == {one.key for one in mine}
    keys.revoke(actor=fresh(alice), key=mine[0].key, at=clock.now())


class TestAddresses:
    """A key that stands in an address is refused, good or not."""

    @pytest.mark.parametrize("path", ["/api/v1/keys/?api_key=x", "/api/v1/keys/?access_token=x", "/oauth/jwks?token=x"])
    def test_by_its_name(self, client: Any, path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 400
        assert "Authorization: Bearer" in answer.content.decode()

    def test_by_its_look_on_every_page(self, alice: User, assistant: Any) -> None:
        token = issue(fresh(alice), assistant).token
        client = signed_in(alice)
        for path in ("/keys/", "/api/v1/keys/", "/"):
            answer = client.get(path, {"q": token})
            assert answer.status_code == 400
            assert token not in answer.content.decode()
        assert client.get("/keys/", {"q": "shop"}).status_code == 200
