"""What an access token must be to be believed. Each refusal has its own way of getting in without it."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from accounts.credentials.engine import bearers
from accounts.credentials.engine.bearers import NotValid, Signer

ISSUER, AUDIENCE = "https://panel.example", "https://panel.example/v1"
KID, OTHER = "0" * 31 + "1", "0" * 31 + "2"
PRIVATE = ed25519.Ed25519PrivateKey.generate()
RAW = PRIVATE.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
PUBLIC = PRIVATE.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
SIGNERS = {KID: Signer(PRIVATE.public_key()), OTHER: Signer(ed25519.Ed25519PrivateKey.generate().public_key())}
NOW = 1_800_000_000.0


def claims(**changes: Any) -> dict[str, Any]:
    found = {
        "iss": ISSUER, "sub": "Ab3dE6gH9j", "client_id": "Ab3dE6gH9j", "aud": AUDIENCE, "jti": "5" * 32,
        "iat": int(NOW), "exp": int(NOW) + 600, "scope": "chat models", **changes,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def verify(token: str, *, now: float = NOW, audience: str = AUDIENCE, signers: Any = None) -> bearers.Claims:
    return bearers.verify(token, signers or SIGNERS, issuer=ISSUER, audience=audience, now=now)


def made(header: dict[str, Any], body: dict[str, Any], signature: bytes) -> str:
    parts = [json.dumps(header).encode(), json.dumps(body).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def signed(header: dict[str, Any], body: dict[str, Any]) -> str:
    """Rightly signed by our key, whatever the header says."""
    message = made(header, body, b"").rstrip(".").encode()
    return made(header, body, PRIVATE.sign(message))


GOOD = {"alg": "EdDSA", "typ": "at+jwt", "kid": KID}


def test_a_good_token_says_whose_it_is_and_what_it_carries() -> None:
    found = verify(bearers.sign(RAW, KID, claims()))
    assert (found.client, found.jti, sorted(found.scopes)) == ("Ab3dE6gH9j", "5" * 32, ["chat", "models"])
    assert verify(signed(GOOD, claims())) == found


@pytest.mark.parametrize(
    "header",
    [
        {**GOOD, "alg": "none"},
        {**GOOD, "alg": "None"},
        {**GOOD, "alg": "ES256"},
        {**GOOD, "alg": ["EdDSA"]},
        {**GOOD, "typ": "JWT"},
        {**GOOD, "typ": "id_token+jwt"},
        {"alg": "EdDSA", "kid": KID},
        {"alg": "EdDSA", "typ": "at+jwt"},
        {**GOOD, "kid": OTHER},
        {**GOOD, "kid": "../../etc/passwd"},
        {**GOOD, "kid": "1' OR '1'='1"},
        {**GOOD, "kid": [KID]},
        {**GOOD, "kid": None},
        {**GOOD, "jku": "https://evil.example/jwks"},
        {**GOOD, "jwk": {"kty": "OKP"}},
        {**GOOD, "x5u": "https://evil.example/"},
        {**GOOD, "crit": ["exp"]},
        {**GOOD, "b64": False},
        {**GOOD, "zip": "DEF"},
    ],
    ids=lambda header: str(header)[:60],
)
def test_nothing_in_the_header_chooses_how_the_token_is_checked(header: dict[str, Any]) -> None:
    with pytest.raises(NotValid):
        verify(signed(header, claims()))


def test_no_signature_is_no_signature() -> None:
    for header in ({"alg": "none", "typ": "at+jwt", "kid": KID}, GOOD):
        with pytest.raises(NotValid):
            verify(made(header, claims(), b""))


def test_the_public_key_is_no_shared_secret() -> None:
    # HS256 with the public key as its secret, raw and as PEM: what a check that takes `alg` from the token accepts.
    pem = PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for secret in (PUBLIC, pem):
        for alg in ("HS256", "EdDSA"):
            header = {**GOOD, "alg": alg}
            message = made(header, claims(), b"").rstrip(".").encode()
            with pytest.raises(NotValid):
                verify(made(header, claims(), hmac.new(secret, message, hashlib.sha256).digest()))


def test_another_kind_of_key_under_our_kid_counts_for_nothing() -> None:
    for key, alg in (
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (rsa.generate_private_key(65537, 2048), "RS256"),
    ):
        with pytest.raises(NotValid):
            verify(jwt.encode(claims(), key, algorithm=alg, headers={"typ": "at+jwt", "kid": KID}))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"aud": "https://panel.example/api/v1"},
        {"aud": "https://panel.example"},
        {"aud": [AUDIENCE]},
        {"aud": [AUDIENCE, "https://other.example"]},
        {"exp": int(NOW)},
        {"exp": int(NOW) + 601},
        {"exp": 10**12},
        {"exp": "9999999999"},
        {"exp": float(NOW) + 60},
        {"iat": int(NOW) + 31, "exp": int(NOW) + 500},
        {"iat": True},
        {"sub": "somebody-else"},
        {"scope": ""},
        {"scope": ["chat"]},
        {"jti": ""},
        *({name: None} for name in ("iss", "sub", "aud", "exp", "iat", "jti", "client_id", "scope")),
    ],
    ids=str,
)
def test_a_claim_that_is_wrong_or_missing_ends_it(changes: dict[str, Any]) -> None:
    with pytest.raises(NotValid):
        verify(signed(GOOD, claims(**changes)))


def test_clocks_may_differ_by_thirty_seconds_and_an_end_is_an_end() -> None:
    token = bearers.sign(RAW, KID, claims())
    assert verify(token, now=NOW - 30)
    assert verify(token, now=NOW + 599.9)
    for now in (NOW - 31, NOW + 600):
        with pytest.raises(NotValid):
            verify(token, now=now)


def test_a_signer_that_has_ended_takes_its_tokens_with_it() -> None:
    token = bearers.sign(RAW, KID, claims())
    ended = {KID: Signer(PRIVATE.public_key(), ends_at=NOW + 5)}
    assert verify(token, signers=ended)
    with pytest.raises(NotValid):
        verify(token, signers=ended, now=NOW + 5)


@pytest.mark.parametrize("token", ["", ".", "..", "eyJ..", "a.b.c", "eyJ" + "A" * 5000 + ".e.f", "é.é.é", "eyJ.\0.\0"])
def test_no_text_breaks_the_check(token: str) -> None:
    with pytest.raises(NotValid):
        verify(token)


def test_one_changed_character_is_another_token() -> None:
    token = bearers.sign(RAW, KID, claims())
    for place in range(0, len(token), 7):
        if token[place] != ".":
            other = "A" if token[place] != "A" else "B"
            with pytest.raises(NotValid):
                verify(token[:place] + other + token[place + 1 :])


class TestRows:
    """A signing key reaches the gateway by a row of the database."""

    def test_a_row_that_the_panel_wrote_is_a_signer(self) -> None:
        sealed = bearers.seal(b"k" * 32, KID, PUBLIC, 0)
        assert bearers.opened(b"k" * 32, KID, PUBLIC, 0, sealed).ends_at == 0

    def test_one_that_somebody_else_wrote_or_changed_is_none(self) -> None:
        sealed = bearers.seal(b"k" * 32, KID, PUBLIC, 100)
        foreign = ed25519.Ed25519PrivateKey.generate().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        for key, kid, public, ends in (
            (b"x" * 32, KID, PUBLIC, 100),
            (b"k" * 32, OTHER, PUBLIC, 100),
            (b"k" * 32, KID, foreign, 100),
            (b"k" * 32, KID, PUBLIC, int(time.time()) + 10**6),
            (b"k" * 32, KID, PUBLIC, 0),
        ):
            with pytest.raises(NotValid):
                bearers.opened(key, kid, public, ends, sealed)
