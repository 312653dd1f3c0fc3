"""What django-oauth-toolkit asks of the panel: who a client is, what it may have, where a token is kept.

Its own ways to load and compare a secret are not used: a client's secret is a key like any other, with ranges, an end, an
owner and two secrets while it is rotated.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from oauth2_provider.oauth2_validators import OAuth2Validator
from oauthlib.common import Request
from oauthlib.oauth2.rfc6749.errors import CustomOAuth2Error, InvalidRequestError

from accounts.credentials.models import ApiKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.queries import signed
from accounts.credentials.rules import oauth
from accounts.credentials.rules.life import Kind
from accounts.credentials.services import access_tokens
from panel.kernel import clock, ids


class Validator(OAuth2Validator):  # type: ignore[misc]  # the library has no types
    """Client credentials, and revocation by the client that a token was given to."""

    def client_authentication_required(self, request: Request, *args: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        return True

    def authenticate_client(self, request: Request, *args: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        """By HTTP Basic or in the body, never both (RFC 6749, 2.3)."""
        given = _basic(request)
        if given is not None and request.client_secret:
            raise InvalidRequestError("Send the secret once: in the header or in the body.", request=request)
        name, secret = given or (request.client_id or "", request.client_secret or "")
        key = queries.find(secret, Kind.CLIENT)
        if key is None or key.key_id != name or (request.client_id and request.client_id != name):
            return False
        address = str(request.headers.get("REMOTE_ADDR") or "")
        if not queries.opens(key, secret, clock.now(), address) or not hasattr(key, "client"):
            return False
        request.client, request.client_id, request.address = key.client, key.key_id, address
        return True

    def authenticate_client_id(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        """No client is public."""
        return False

    def get_default_scopes(self, client_id: str, request: Request, *args: Any, **kwargs: Any) -> list[str]:  # noqa: ARG002
        """None: a client says what it needs."""
        return []

    def validate_scopes(
        self,
        client_id: str,  # noqa: ARG002
        scopes: Sequence[str],
        client: Any,
        request: Request,
        *args: Any,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> bool:
        """Of the client's scopes, for one audience; a `resource` that is named must be that one (RFC 8707)."""
        if signed.given_since(client.key, timezone.now() - timedelta(minutes=1)) >= oauth.MOST_A_MINUTE:
            told = "A token serves ten minutes: keep it instead of asking for each call."
            raise CustomOAuth2Error("slow_down", told, status_code=429, request=request)
        if not scopes or not set(scopes) <= set(client.key.scopes):
            return False
        request.audience = oauth.audience(settings.BASE_URL, scopes)
        if not request.audience:
            return False
        named = [value for name, value in request.decoded_body or [] if name == "resource"]
        if named and named != [request.audience]:
            raise CustomOAuth2Error("invalid_target", f"These scopes are for {request.audience}", request=request)
        return True

    def save_bearer_token(self, token: dict[str, Any], request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        access_tokens.keep(
            key=request.client.key, token_id=request.token_id, token=token["access_token"], scopes=request.scopes,
            audience=request.audience, at=request.minted_at,
        )  # fmt: skip

    def revoke_token(self, token: str, token_type_hint: str, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """One's own; any other is as if it did not exist (RFC 7009, 2.1 and 2.2)."""
        key: ApiKey = request.client.key
        row = signed.access_token(token, key)
        if row is not None:
            access_tokens.revoke(actor=queries.acting(key), row=row, key=key, at=clock.now())


def access_token(request: Request, refresh_token: bool = False) -> str:  # noqa: ARG001 - the library's
    """The library's token generator: a signed token in place of random characters."""
    token_id: UUID = ids.new_id()
    request.token_id, request.minted_at = token_id, timezone.now()
    return access_tokens.mint(
        key=request.client.key, token_id=token_id, scopes=request.scopes, audience=request.audience,
        at=request.minted_at,
    )  # fmt: skip


def _basic(request: Request) -> tuple[str, str] | None:
    """Id and secret of an `Authorization: Basic` header; None without one."""
    kind, _, text = str(request.headers.get("Authorization") or "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(text.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return unquote_plus(name), unquote_plus(secret)
