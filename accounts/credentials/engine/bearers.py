"""Access tokens as signed JWTs (RFC 9068), made in the panel and checked without a database. Free of Django.

One algorithm (EdDSA over Ed25519), one type (`at+jwt`), a key that is named by `kid` and known beforehand: nothing in a
token chooses how or against what it is checked. A header with any other member is refused (`jku`, `jwk`, `x5u`, `crit`, ...).
Instants are real time in seconds since 1970.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ALGORITHM, TYPE = "EdDSA", "at+jwt"
LIFE_SECONDS, SKEW_SECONDS = 600, 30
LONGEST_TOKEN = 4096
SEAL_LABEL = "token-signers"
_KID = re.compile(r"[0-9a-f]{32}")
_HEADER = frozenset({"alg", "typ", "kid"})
_CLAIMS = ("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope")


class NotValid(Exception):  # noqa: N818 - an answer of the check
    """The token is not ours, is for somebody else, or its time is over."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A public key and the instant from which nothing that it signed counts, 0 when none is set."""

    key: Ed25519PublicKey
    ends_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Claims:
    """`client` is the public id of the OAuth client, `scopes` what of its scopes this token carries."""

    jti: str
    client: str
    scopes: frozenset[str]
    audience: str
    expires_at: float
    kid: str


def looks_like(token: str) -> bool:
    """Whether a bearer token is meant to be a JWT: then nothing else is tried with it."""
    return token.startswith("eyJ") and token.count(".") == 2


def sign(private: bytes, kid: str, claims: Mapping[str, Any]) -> str:
    key = Ed25519PrivateKey.from_private_bytes(private)
    return jwt.encode(dict(claims), key, algorithm=ALGORITHM, headers={"typ": TYPE, "kid": kid})


def verify(token: str, signers: Mapping[str, Signer], *, issuer: str, audience: str, now: float) -> Claims:
    """The claims of a token that is good here and now. Raises NotValid, and nothing else."""
    if len(token) > LONGEST_TOKEN:
        raise NotValid
    signer, kid = _signer(token, signers, now)
    try:
        claims = jwt.decode(
            token,
            signer.key,
            algorithms=[ALGORITHM],
            audience=audience,
            issuer=issuer,
            options={
                "require": list(_CLAIMS),
                "strict_aud": True,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        raise NotValid from None
    return _checked(claims, kid, now)


def _signer(token: str, signers: Mapping[str, Signer], now: float) -> tuple[Signer, str]:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError):
        raise NotValid from None
    kid = header.get("kid")
    if header.keys() != _HEADER or header["alg"] != ALGORITHM or header["typ"] != TYPE:
        raise NotValid
    found = signers.get(kid) if isinstance(kid, str) and _KID.fullmatch(kid) else None
    if found is None or (found.ends_at and now >= found.ends_at):
        raise NotValid
    return found, str(kid)


def _checked(claims: Mapping[str, Any], kid: str, now: float) -> Claims:
    issued, expires = claims["iat"], claims["exp"]
    texts = [claims[name] for name in ("jti", "client_id", "scope", "aud", "sub")]
    if type(issued) is not int or type(expires) is not int or not all(isinstance(one, str) and one for one in texts):
        raise NotValid
    if not issued <= now + SKEW_SECONDS or not now < expires or expires - issued > LIFE_SECONDS:
        raise NotValid
    if claims["sub"] != claims["client_id"]:
        raise NotValid
    jti, client, scope, audience, _ = texts
    return Claims(jti, client, frozenset(scope.split()), audience, float(expires), kid)


def seal(key: bytes, kid: str, public: bytes, ends_at: int) -> bytes:
    """What proves that the panel put a public key into the database: HMAC-SHA256 under a key of ring `serving`. Whoever can
    only write rows cannot add a signer or lengthen the life of one."""
    text = b"|".join([kid.encode(), public.hex().encode(), str(ends_at).encode()])
    return hmac.new(key, b"panel/v1/token-signer|" + text, hashlib.sha256).digest()


def opened(key: bytes, kid: str, public: bytes, ends_at: int, sealed: bytes) -> Signer:
    """A signer from its row. Raises NotValid when the row was not written by the panel."""
    if not hmac.compare_digest(seal(key, kid, public, ends_at), sealed):
        raise NotValid
    try:
        return Signer(Ed25519PublicKey.from_public_bytes(public), float(ends_at))
    except ValueError:
        raise NotValid from None
