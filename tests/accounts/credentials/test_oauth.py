"""Client credentials and nothing else: each weak default of the library and of the protocol is tried."""

import base64
import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.test import Client as Http
from django.urls import reverse
from django.utils import timezone

from accounts.access import services as access
from accounts.access.rules import Role
from accounts.credentials.models import AccessToken, ApiKey
from accounts.credentials.rules import oauth
from accounts.credentials.services import keys, rotation
from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import clock
from tests.accounts.credentials.making import FORM, ask, client_of, fresh, issue
from tests.factories.people import make_person

pytestmark = pytest.mark.django_db


def post(http: Http, path: str, **given: str) -> Any:
    return http.post(path, urlencode(given), content_type=FORM)


class TestToken:
    def test_a_client_gets_a_signed_token_for_ten_minutes(self, client: Http, shop: keys.Issued) -> None:
        answer = ask(client, shop, scope="chat models")
        assert answer.status_code == 200
        assert answer["Cache-Control"] == "no-store"
        given = answer.json()
        assert (given["token_type"], given["expires_in"], given["scope"]) == ("Bearer", 600, "chat models")
        assert "refresh_token" not in given
        header = jwt.get_unverified_header(given["access_token"])
        (key,) = client.get("/oauth/jwks").json()["keys"]
        assert (header["alg"], header["typ"], header["kid"]) == ("EdDSA", "at+jwt", key["kid"])
        claims = jwt.decode(
            given["access_token"], jwt.PyJWK(key).key, algorithms=["EdDSA"], audience=f"{settings.BASE_URL}/v1"
        )
        assert claims["exp"] - claims["iat"] == 600
        assert claims["client_id"] == claims["sub"] == shop.key.key_id
        assert Leaf.objects.filter(event="credentials.token.issued").count() == 1

    def test_of_secrets_and_tokens_the_database_has_hashes_only(self, client: Http, shop: keys.Issued) -> None:
        token = ask(client, shop).json()["access_token"]
        stored = ""
        with connection.cursor() as cursor:
            for table in (
                "credentials_apikey",
                "credentials_client",
                "credentials_accesstoken",
                "credentials_signingkey",
            ):
                cursor.execute(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} t")  # noqa: S608 - our own names
                stored += cursor.fetchone()[0]
        row = AccessToken.objects.get()
        assert row.token_checksum == hashlib.sha256(token.encode()).hexdigest()
        assert row.token_checksum in stored
        for secret in (shop.token, shop.token[18:61], token, token.split(".")[1], token.split(".")[2]):
            assert secret not in stored
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessToken.objects.filter(id=row.id).update(token=token)

    def test_the_secret_may_stand_in_the_body_but_not_twice(self, client: Http, shop: keys.Issued) -> None:
        both = {"client_id": shop.key.key_id, "client_secret": shop.token}
        form = {"grant_type": "client_credentials", "scope": "chat"}
        assert post(client, "/oauth/token", **form, **both).status_code == 200
        assert ask(client, shop, **both).status_code == 400
        assert ask(client, shop, client_id="Zz3dE6gH9j").status_code == 401

    @pytest.mark.parametrize("scope", [None, "", "embeddings", "chat embeddings", "manage:people", "CHAT", "*"])
    def test_a_client_gets_what_it_asks_for_of_what_it_has(self, client: Http, shop: keys.Issued, scope: Any) -> None:
        answer = ask(client, shop, scope=scope)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")

    def test_a_resource_that_is_named_must_be_the_scopes_own(self, client: Http, shop: keys.Issued) -> None:
        assert ask(client, shop, resource=f"{settings.BASE_URL}/v1").status_code == 200
        for other in ("https://evil.example", f"{settings.BASE_URL}/api/v1", f"{settings.BASE_URL}/v1/x"):
            assert ask(client, shop, resource=other).json()["error"] == "invalid_target"

    def test_a_client_that_asks_for_each_call_is_told_to_keep_its_token(
        self, client: Http, shop: keys.Issued, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(oauth, "MOST_A_MINUTE", 2)
        assert [ask(client, shop).status_code for _ in range(3)] == [200, 200, 429]
        AccessToken.objects.update(created=timezone.now() - timedelta(minutes=1))
        assert ask(client, shop).status_code == 200


class TestWhoIsRefused:
    def test_wrong_secrets_and_strangers_look_alike(self, client: Http, shop: keys.Issued, alice: User) -> None:
        other = client_of(fresh(alice), None, "manage:credentials")
        forged = [
            keys.Issued(shop.key, shop.token[:-1] + ("0" if shop.token[-1] != "0" else "1")),
            keys.Issued(shop.key, other.token),
            keys.Issued(shop.key, ""),
            keys.Issued(ApiKey(key_id="Zz3dE6gH9j"), shop.token),
            keys.Issued(ApiKey(key_id=""), ""),
        ]
        answers = [ask(client, one) for one in forged]
        assert {(one.status_code, one.content) for one in answers} == {(401, answers[0].content)}
        assert answers[0]["WWW-Authenticate"].startswith("Basic")

    def test_an_api_key_is_no_client(self, client: Http, alice: User, assistant: Any) -> None:
        assert ask(client, issue(fresh(alice), assistant)).status_code == 401

    def test_ended_expired_and_foreign_addresses(self, client: Http, alice: User, assistant: Any) -> None:
        at = clock.now()
        away = client_of(fresh(alice), assistant, networks=["203.0.113.0/24"])
        gone = client_of(fresh(alice), assistant)
        keys.revoke(actor=fresh(alice), key=gone.key, at=at)
        over = client_of(fresh(alice), assistant)
        ApiKey.objects.filter(id=over.key.id).update(created_at=at - timedelta(days=9), expires_at=at)
        assert {ask(client, one).status_code for one in (away, gone, over)} == {401}

    def test_with_its_owner(self, client: Http, shop: keys.Issued, alice: User) -> None:
        access.disable(
            actor=fresh(make_person("adam", role=Role.ADMINISTRATOR)), user=alice, reason="x", at=clock.now()
        )
        assert ask(client, shop).status_code == 401


class TestRevocation:
    def test_a_client_ends_its_own_token_and_no_other(
        self, client: Http, shop: keys.Issued, alice: User, assistant: Any
    ) -> None:
        token = ask(client, shop).json()["access_token"]
        other = client_of(fresh(alice), assistant)
        for issued, ends in ((other, False), (shop, True)):
            secret = {"client_id": issued.key.key_id, "client_secret": issued.token}
            assert post(client, "/oauth/revoke", token=token, **secret).status_code == 200
            row = AccessToken.objects.get()
            assert (row.revoked_at is not None) is ends
            assert (row.epoch > 0) is ends
        assert post(client, "/oauth/revoke", token=token).status_code == 401
        assert Leaf.objects.filter(event="credentials.token.revoked").count() == 1


class TestRotation:
    def test_both_secrets_get_tokens_and_the_client_keeps_its_id(
        self, client: Http, shop: keys.Issued, alice: User
    ) -> None:
        new = rotation.rotate(actor=fresh(alice), key=shop.key, at=clock.now())
        assert ask(client, shop).status_code == ask(client, new).status_code == 200
        rotation.end_previous(actor=fresh(alice), key=new.key, at=clock.now())
        assert (ask(client, shop).status_code, ask(client, new).status_code) == (401, 200)


def test_metadata_and_pattern_name_the_panel_and_not_the_requests_host(client: Http) -> None:
    for path in ("/.well-known/oauth-authorization-server", "/.well-known/secret-pattern"):
        text = client.get(path, headers={"X-Forwarded-Host": "evil.example"}).content.decode()
        assert settings.BASE_URL in text
        assert "evil.example" not in text
        assert client.get(path, headers={"Host": "evil.example"}).status_code == 400
    found = client.get("/.well-known/oauth-authorization-server").json()
    assert found["grant_types_supported"] == ["client_credentials"]
    for name in ("token_endpoint", "revocation_endpoint", "jwks_uri"):
        assert found[name].startswith(f"{settings.BASE_URL}/oauth/")
    assert reverse("credentials:jwks") in found["jwks_uri"]


def test_basic_is_read_as_the_rfc_writes_it(client: Http, shop: keys.Issued) -> None:
    # Both halves are form-encoded before they are joined; rubbish is refused, not an error of ours.
    for pair, status in (
        (f"{shop.key.key_id}:{shop.token}".replace("_", "%5F"), 200),
        ("no-colon", 401),
        ("\xff\xfe:x", 401),
    ):
        basic = base64.b64encode(pair.encode("latin-1")).decode()
        form = urlencode({"grant_type": "client_credentials", "scope": "chat"})
        headers = {"Authorization": f"Basic {basic}"}
        assert client.post("/oauth/token", form, content_type=FORM, headers=headers).status_code == status
    headers = {"Authorization": "Basic !!!"}
    assert (
        client.post("/oauth/token", "grant_type=client_credentials", content_type=FORM, headers=headers).status_code
        == 401
    )
