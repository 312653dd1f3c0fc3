"""Weak defaults of the protocol and of the library are tried, one by one."""

from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import IntegrityError, transaction
from django.test import Client as Http
from django.urls import get_resolver

from accounts.credentials.models import Client
from accounts.credentials.services import keys
from tests.accounts.credentials.making import FORM, ask

pytestmark = pytest.mark.django_db


class TestWeakDefaults:
    """django-oauth-toolkit's own defaults, one by one."""

    @pytest.mark.parametrize(
        "grant",
        ["password", "implicit", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code",
         "urn:ietf:params:oauth:grant-type:jwt-bearer", "client-credentials", ""],
    )  # fmt: skip
    def test_no_other_grant(self, client: Http, shop: keys.Issued, grant: str) -> None:
        more = {
            "username": "alice@example.test",
            "password": "x",
            "code": "x",
            "refresh_token": "x",
            "device_code": "x",
        }
        answer = ask(client, shop, grant_type=grant, **more)
        assert answer.status_code == 400
        assert answer.json()["error"] in {"unsupported_grant_type", "invalid_request"}

    def test_nothing_of_it_may_stand_in_the_address(self, client: Http, shop: keys.Issued) -> None:
        form = {"grant_type": "client_credentials", "scope": "chat"}
        secret = {"client_id": shop.key.key_id, "client_secret": shop.token}
        assert client.get("/oauth/token", {**form, **secret}).status_code == 400
        assert client.get("/oauth/token", form).status_code == 405
        answer = client.post(f"/oauth/token?{urlencode(secret)}", urlencode(form), content_type=FORM)
        assert answer.status_code == 400
        assert client.post("/oauth/token", {**form, **secret}).status_code == 400  # multipart

    def test_no_other_view_of_the_library_is_reachable(self, client: Http) -> None:
        modules = {
            str(getattr(pattern.callback, "__module__", ""))
            for entry in get_resolver().url_patterns
            for pattern in getattr(entry, "url_patterns", [])
        }
        assert not [name for name in modules if name.startswith("oauth2_provider")]
        for path in (
            "/o/authorize/",
            "/oauth/authorize",
            "/oauth/introspect",
            "/oauth/applications/",
            "/oauth/register",
        ):
            assert client.get(path).status_code == 404

    def test_every_switch_is_on_and_each_one_that_is_off_is_told(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # The journeys need it; Django's own check for a deployment refuses it.
        monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE", raising=False)
        given = settings.OAUTH2_PROVIDER
        switches = [name for name in given if name.startswith("COMPLIANT_")]
        assert len(switches) == 10

        def told() -> str:
            out = StringIO()
            call_command("check", deploy=True, stdout=out, stderr=out)
            return out.getvalue()

        assert "oauth2_provider" not in told()
        weaker = {
            **dict.fromkeys(switches[:3], False),
            "COMPLIANT_BCP_RFC9700_ACCESS_TOKEN_TRANSPORT": False,
            "COMPLIANT_BCP_RFC9700_AUTHZ_RESPONSE_ISS": False,
            "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": False,
            "REFRESH_TOKEN_REUSE_PROTECTION": False,
            "ALLOW_URI_WILDCARDS": True,
            "ALLOWED_REDIRECT_URI_SCHEMES": ["http", "https"],
            "PKCE_REQUIRED": False,
        }
        for name, off in weaker.items():
            settings.OAUTH2_PROVIDER = {**given, name: off}
            try:
                found = told()
            except SystemCheckError as error:
                found = str(error)
            assert "oauth2_provider." in found, name

    def test_with_plain_storage_the_database_refuses_the_token(
        self, client: Http, shop: keys.Issued, settings: Any
    ) -> None:
        settings.OAUTH2_PROVIDER = {**settings.OAUTH2_PROVIDER, "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": False}
        with pytest.raises(IntegrityError), transaction.atomic():
            ask(client, shop)

    def test_a_client_cannot_be_widened_in_the_database(self, shop: keys.Issued) -> None:
        for change in (
            {"authorization_grant_type": "password"},
            {"client_type": "public"},
            {"redirect_uris": "https://evil.example"},
            {"allowed_origins": "https://evil.example"},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                Client.objects.filter(key=shop.key).update(**change)
