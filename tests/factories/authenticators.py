"""An authenticator in software: it makes credentials and signs challenges as WebAuthn Level 3 says, without a browser.

key = Authenticator()
passkeys.register(..., answer=key.create(begun.options))
passkeys.prove(..., answer=key.get(begun.options))
"""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.conf import settings
from django.utils import timezone
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from accounts.people.models import User
from accounts.signin.models import Passkey
from accounts.signin.services.webauthn import passkeys
from panel.kernel.actors import Actor

PRESENT, VERIFIED, ELIGIBLE, ATTESTED = 0x01, 0x04, 0x08, 0x40


@dataclass
class Authenticator:
    """`verifies`: it knows its owner; `counter` None: it does not count; `synced`: kept in several places."""

    verifies: bool = True
    counter: int | None = 0
    synced: bool = False
    origin: str = field(default_factory=lambda: settings.OTP_WEBAUTHN_ALLOWED_ORIGINS[0])
    rp_id: str = field(default_factory=lambda: settings.OTP_WEBAUTHN_RP_ID)
    names_owner: bool = True
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: bytes = b""

    def create(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.create`."""
        self.handle = base64url_to_bytes(options["user"]["id"])
        attested = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + self._cose()
        data = self._data(ATTESTED) + attested
        response = {
            "clientDataJSON": self._client("webauthn.create", options["challenge"]),
            "attestationObject": bytes_to_base64url(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        }
        return self._answer(response, clientExtensionResults={"credProps": {"rk": True}})

    def get(self, options: dict[str, Any]) -> str:
        """The answer to `navigator.credentials.get`."""
        if self.counter is not None:
            self.counter += 1
        data, client = self._data(0), self._client("webauthn.get", options["challenge"])
        signed = data + hashlib.sha256(base64url_to_bytes(client)).digest()
        response = {
            "clientDataJSON": client,
            "authenticatorData": bytes_to_base64url(data),
            "signature": bytes_to_base64url(self.key.sign(signed, ec.ECDSA(SHA256()))),
        }
        if self.names_owner:
            response["userHandle"] = bytes_to_base64url(self.handle)
        return self._answer(response)

    def _answer(self, response: dict[str, Any], **more: Any) -> str:
        name = bytes_to_base64url(self.credential)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response, **more})

    def _client(self, kind: str, challenge: str) -> str:
        client = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return bytes_to_base64url(json.dumps(client).encode())

    def _data(self, flags: int) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0) | (ELIGIBLE if self.synced else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(">BI", flags, self.counter or 0)

    def _cose(self) -> bytes:
        """The public key as COSE writes it: EC2, ES256, P-256."""
        numbers = self.key.public_key().public_numbers()
        return bytes(cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32), -3: numbers.y.to_bytes(32)}))


def make_passkey(user: User, name: str = "Laptop", **traits: Any) -> tuple[Passkey, Authenticator]:
    """A registered passkey and what it lives in."""
    held, at = Authenticator(**traits), timezone.now()
    begun = passkeys.begin_registration(user=user, at=at)
    who, answer = Actor("person", user.id), held.create(begun.options)
    return passkeys.register(actor=who, user=user, state=begun.state, answer=answer, name=name, at=at), held
