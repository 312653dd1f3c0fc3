"""Key-encryption keys: two rings from a provider. Free of Django.

`serving` wraps what the gateway must open (provider secrets, the API-key pepper); `content` wraps what it must never open
(people, subjects, one-time-password seeds, journal detail, stored content). A process gets only the rings it needs:
`PANEL_KEK_SERVING` and `PANEL_KEK_CONTENT` are addresses, `file:/path` or, for development, `env:NAME`.

A ring file (mode 0600) holds one key a line, `<id>:<base64 of 32 bytes>`; the first is current, all of them open.
"""

import base64
import binascii
import hashlib
import os
import secrets
from pathlib import Path
from typing import Protocol
from uuid import UUID

from panel.kernel.crypto import envelope

RINGS = ("serving", "content")
SETTING = {"serving": "PANEL_KEK_SERVING", "content": "PANEL_KEK_CONTENT"}


class KekError(RuntimeError):
    """A ring cannot be used; the sentence says why and what to do."""


class KeyProvider(Protocol):
    """What a source of key-encryption keys offers. Files and the environment today; a Vault/OpenBao transit engine or a
    cloud KMS fits behind the same four verbs, since a data key never leaves `wrap` and `unwrap` in clear on their side."""

    def current_id(self) -> str: ...
    def wrap(self, data_key: bytes, context: bytes) -> bytes: ...
    def unwrap(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes: ...
    def health(self) -> None: ...


def wrap_context(installation: UUID, key_id: UUID, purpose: str) -> bytes:
    """What a wrapped data key is bound to."""
    return b"panel/v1/data-key|" + installation.bytes + key_id.bytes + purpose.encode()


def _decode(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise KekError(f"Key {name!r} is not base64.") from None
    if len(key) != 32:
        raise KekError(f"Key {name!r} has {len(key)} bytes; a key-encryption key has 32.")
    if len(set(key)) < 12:
        raise KekError(f"Key {name!r} is not random. Make one with: openssl rand -base64 32")
    return key


def _printable(key: bytes) -> bool:
    return all(32 <= byte < 127 for byte in key)


class LocalKeys:
    """Keys held in memory: from a file, or from the environment for development."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        if not keys:
            raise KekError("The key ring is empty.")
        for name, key in keys.items():
            if _printable(key):
                raise KekError(f"Key {name!r} is made of words, not of random bytes.")
        self._keys = keys

    def current_id(self) -> str:
        return next(iter(self._keys))

    def wrap(self, data_key: bytes, context: bytes) -> bytes:
        return envelope.wrap(self._keys[self.current_id()], data_key, context)

    def unwrap(self, kek_id: str, wrapped: bytes, context: bytes) -> bytes:
        if kek_id not in self._keys:
            raise KekError(f"The key ring has no key {kek_id!r}: bring its file back from the key backup.")
        return envelope.unwrap(self._keys[kek_id], wrapped, context)

    def fingerprints(self) -> dict[str, str]:
        return {name: envelope.derive(key, b"", "fingerprint")[:8].hex("-", 2) for name, key in self._keys.items()}

    def is_one_of(self, suspects: tuple[bytes, ...]) -> bool:
        derived = {value for one in suspects for value in (one[:32], hashlib.sha256(one).digest())}
        return not derived.isdisjoint(self._keys.values())

    def health(self) -> None:
        """Known-answer check: a wrapped key opens, and opens in its own context only."""
        probe = bytes(range(32))
        wrapped = self.wrap(probe, b"health")
        if self.unwrap(self.current_id(), wrapped, b"health") != probe:
            raise KekError("The key ring does not open what it wrapped.")
        try:
            self.unwrap(self.current_id(), wrapped, b"another context")
        except envelope.EnvelopeError:
            return
        raise KekError("The key ring ignores its context.")


def _from_file(path: Path) -> LocalKeys:
    try:
        mode = path.stat().st_mode & 0o077
        text = path.read_text()
    except OSError as error:
        raise KekError(f"The key file {path} cannot be read: {error.strerror}.") from None
    if mode:
        raise KekError(f"The key file {path} can be read by others: chmod 600 it.")
    return parse(text)


def parse(text: str) -> LocalKeys:
    """The keys of a ring file's text. Raises KekError."""
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    pairs = [line.partition(":") for line in lines]
    return LocalKeys({name: _decode(name, key) for name, _, key in pairs})


def provider(address: str) -> KeyProvider:
    """The provider at an address, `file:/path` or `env:NAME`. Raises KekError."""
    kind, _, rest = address.partition(":")
    if kind == "file" and rest:
        return _from_file(Path(rest))
    if kind == "env" and rest:
        return LocalKeys({"env": _decode("env", os.environ.get(rest, ""))})
    raise KekError("A key ring's address is file:/path or env:NAME.")


def fingerprints(ring: KeyProvider) -> dict[str, str]:
    """By key id: eight bytes that tell one key from another and nothing about it. None for keys that stay with a service."""
    return ring.fingerprints() if isinstance(ring, LocalKeys) else {}


def refuse_derived(ring: KeyProvider, *suspects: bytes) -> None:
    """Refuse a ring whose key is one of the process's other secrets, or a plain hash of it."""
    if isinstance(ring, LocalKeys) and ring.is_one_of(suspects):
        raise KekError("A key-encryption key may not be derived from another secret of the installation.")


def generate(path: Path) -> None:
    """Write a new ring file (0600) with one key. Never overwrites: FileExistsError."""
    name = f"k{secrets.token_hex(4)}"
    line = f"{name}:{base64.b64encode(envelope.new_key()).decode()}\n"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
