"""Key statements: each signing key is named, with its beginning, by the key before it; the first one names itself.

So whoever trusts one key can follow the chain to every later one. docs/reference/bundle-format.md is the contract.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from panel.journal.rules import canonical
from panel.journal.rules.leaf import instant

FORMAT = 1
LABEL = b"panel/journal/key/v1\x00"


class ChainError(ValueError):
    """A statement that does not continue the one before it."""


def fingerprint(public: bytes) -> str:
    """SHA-256 of the raw public key, 64 hex digits."""
    return sha256(public).hexdigest()


@dataclass(frozen=True)
class Statement:
    """`public` signs from `starts`; the key before it (`previous`, a fingerprint) signs on until `until`. Both are None
    for the first key. `signature` is by the previous key, of the first by itself."""

    journal: str
    public: bytes
    starts: datetime
    previous: str | None = None
    until: datetime | None = None
    signature: bytes = b""

    def data(self) -> bytes:
        """The canonical bytes."""
        return canonical.encode(self._values())

    def signed(self, by: Ed25519PrivateKey) -> "Statement":
        return Statement(
            self.journal, self.public, self.starts, self.previous, self.until, by.sign(LABEL + self.data())
        )

    def shown(self) -> dict[str, Any]:
        """As it stands in `keys.json`."""
        return {"signature": base64.b64encode(self.signature).decode(), "statement": self._values()}

    def _values(self) -> dict[str, Any]:
        return {
            "from": instant(self.starts),
            "journal": self.journal,
            "key": base64.b64encode(self.public).decode(),
            "previous": self.previous,
            "until": instant(self.until) if self.until else None,
            "v": FORMAT,
        }


def parse(data: bytes, signature: bytes) -> Statement:
    """The statement of stored bytes. Raises NotCanonicalError, KeyError, ValueError for what is none."""
    found = canonical.decode(data)
    return Statement(
        found["journal"],
        base64.b64decode(found["key"]),
        datetime.fromisoformat(found["from"]),
        found["previous"],
        datetime.fromisoformat(found["until"]) if found["until"] else None,
        signature,
    )


def check(chain: Iterable[Statement]) -> None:
    """Raise ChainError unless each key is named by the one before it."""
    before: bytes | None = None
    for one in chain:
        if one.previous != (fingerprint(before) if before else None):
            raise ChainError("a key does not follow the one before it")
        try:
            Ed25519PublicKey.from_public_bytes(before or one.public).verify(one.signature, LABEL + one.data())
        except InvalidSignature as error:
            raise ChainError("a key is not signed by the one before it") from error
        before = one.public
