"""Questions about access tokens and the keys that sign them."""

import base64
import hashlib
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.conf import settings as config
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.access import services as rights
from accounts.credentials.engine import addresses, bearers, tokens
from accounts.credentials.models import AccessToken, ApiKey, SigningKey
from accounts.credentials.queries.keys import acting, works
from accounts.credentials.rules import scopes as words
from accounts.credentials.rules.life import Kind
from accounts.credentials.rules.oauth import PANEL_PATH
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring


def signer_seal() -> bytes:
    """What seals the rows of signing keys: of ring `serving`, so that the gateway can look whether the panel wrote them."""
    return keyring.secret(keyring.named(tokens.PEPPER_PURPOSE), bearers.SEAL_LABEL)


def ends(row: SigningKey) -> int:
    """Seconds since 1970, 0 for a key without an end: what stands in its seal."""
    return 0 if row.ends_at is None else int(row.ends_at.timestamp())


def signing_keys(at: datetime) -> QuerySet[SigningKey]:
    """Those whose signatures count, the ones that do not sign yet included."""
    return SigningKey.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))


def signing_key(at: datetime) -> SigningKey | None:
    """The one that signs now."""
    return signing_keys(at).filter(signs_from__lte=at).order_by("-signs_from", "-id").first()


def signers(at: datetime) -> dict[str, bearers.Signer]:
    seal = signer_seal()
    return {
        row.kid: bearers.opened(seal, row.kid, bytes(row.public), ends(row), bytes(row.seal))
        for row in signing_keys(at)
    }


def jwks(at: datetime) -> list[dict[str, str]]:
    """RFC 8037: Ed25519 public keys."""
    return [
        {
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": bearers.ALGORITHM, "kid": row.kid,
            "x": base64.urlsafe_b64encode(bytes(row.public)).rstrip(b"=").decode(),
        }
        for row in signing_keys(at).order_by("signs_from")
    ]  # fmt: skip


def access_token(token: str, key: ApiKey) -> AccessToken | None:
    """The row of a token that this client was given, by the hash of the token."""
    checksum = hashlib.sha256(token.encode()).hexdigest()
    found: AccessToken | None = AccessToken.objects.filter(token_checksum=checksum, application_id=key.id).first()
    return found


def given_since(key: ApiKey, at: datetime) -> int:
    """How many tokens a client was given since an instant."""
    return int(AccessToken.objects.filter(application_id=key.id, created__gt=at).count())


def token_actor(token: str, at: datetime, address: str) -> Actor | None:
    """Who acts on the panel's own API by an access token: the owner of its client, limited to the token's scopes."""
    if not bearers.looks_like(token):
        return None
    now = timezone.now()
    try:
        claims = bearers.verify(
            token, signers(now), issuer=config.BASE_URL, audience=config.BASE_URL + PANEL_PATH, now=now.timestamp()
        )
    except bearers.NotValid:
        return None
    row = AccessToken.objects.filter(id=UUID(claims.jti), revoked_at__isnull=True).first()
    key = ApiKey.objects.select_related("owner").filter(key_id=claims.client, kind=Kind.CLIENT).first()
    if row is None or key is None or row.application_id != key.id or not works(key, at):
        return None
    if not addresses.allowed(addresses.networks(key.networks), address):
        return None
    return replace(acting(key), via=("token", row.id))


def token_limit(token_id: UUID) -> frozenset[str]:
    """The permits that acting by an access token is limited to: the token's scopes that its client still has."""
    row = AccessToken.objects.filter(id=token_id).values_list("scope", "application__key__scopes").first()
    return words.carried(set(row[0].split()) & set(row[1]), rights.permits()) if row else frozenset()
