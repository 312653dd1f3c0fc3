"""Envelope format 1: authenticated encryption bound to one place in the database.

Bytes: `0x01 | alg 0x01 | key id (16) | salt (32) | nonce (12) | ciphertext | tag (16)`, AES-256-GCM.
The message key is HKDF-SHA256(data key, salt, "panel/v1/" + purpose), so that random nonces never meet under one key.
The associated data is the length-prefixed tuple (format, installation, table, column, row, version, key id).
Streams (`StreamSealer`) are frames of 256 KiB whose nonce holds their number and whether they are the last (STREAM).
Sealed boxes (`seal_to`) are X25519 with an ephemeral key, HKDF-SHA256 and AES-256-GCM: whoever seals cannot open.
This is the only module that touches a cipher. It is free of Django. Documented in docs/reference/envelope-format.md.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

FORMAT = 0x01
BOX_FORMAT = 0x02
STREAM_FORMAT = 0x03
FRAME = 256 * 1024
AES_256_GCM = 0x01
HEADER = 2 + 16 + 32 + 12
TAG = 16


class EnvelopeError(Exception):
    """The bytes are not an envelope, or not one for this key and place. Nothing else ever comes out of this module."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ciphertext lives. Moving it anywhere else makes it unreadable."""

    installation: UUID
    table: str
    column: str
    row: str
    version: int = 1

    def associated(self, key_id: UUID) -> bytes:
        parts = (
            bytes([FORMAT]),
            self.installation.bytes,
            self.table.encode(),
            self.column.encode(),
            self.row.encode(),
            self.version.to_bytes(8),
            key_id.bytes,
        )
        return b"".join(len(part).to_bytes(4) + part for part in parts)


def derive(key: bytes, salt: bytes, label: str) -> bytes:
    """32 bytes by HKDF-SHA256 (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"panel/v1/" + label.encode()).derive(key)


def new_key() -> bytes:
    return AESGCM.generate_key(256)


def seal(key: bytes, key_id: UUID, plaintext: bytes, place: Place, purpose: str) -> bytes:
    """Encrypt for one place under a 32-byte data key."""
    if len(key) != 32:
        raise EnvelopeError("A data key has 32 bytes.")
    salt, nonce = os.urandom(32), os.urandom(12)
    cipher = AESGCM(derive(key, salt, purpose))
    head = bytes([FORMAT, AES_256_GCM]) + key_id.bytes + salt + nonce
    return head + cipher.encrypt(nonce, plaintext, place.associated(key_id))


def key_id_of(sealed: bytes) -> UUID:
    """The id of the data key that opens these bytes."""
    if len(sealed) < HEADER + TAG or sealed[0] != FORMAT or sealed[1] != AES_256_GCM:
        raise EnvelopeError("These bytes are not an envelope of format 1.")
    return UUID(bytes=bytes(sealed[2:18]))


def open_sealed(key: bytes, sealed: bytes, place: Place, purpose: str) -> bytes:
    """Decrypt. Raises EnvelopeError when key, place, purpose or a single bit is another."""
    key_id = key_id_of(sealed)
    salt, nonce = bytes(sealed[18:50]), bytes(sealed[50:62])
    try:
        return AESGCM(derive(key, salt, purpose)).decrypt(nonce, bytes(sealed[HEADER:]), place.associated(key_id))
    except (InvalidTag, ValueError) as error:
        raise EnvelopeError("The envelope does not open here.") from error


def wrap(kek: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Wrap a data key under a key-encryption key: `nonce (12) | ciphertext | tag`, `context` authenticated."""
    nonce = os.urandom(12)
    return nonce + AESGCM(kek).encrypt(nonce, plaintext, context)


def unwrap(kek: bytes, wrapped: bytes, context: bytes) -> bytes:
    try:
        return AESGCM(kek).decrypt(wrapped[:12], wrapped[12:], context)
    except (InvalidTag, ValueError) as error:
        raise EnvelopeError("The data key does not open under this key-encryption key.") from error


def new_box_keys() -> tuple[bytes, bytes]:
    """(private, public), 32 raw bytes each, for `seal_to`."""
    private = X25519PrivateKey.generate()
    raw = private.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    return raw, private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def _box_key(shared: bytes, ephemeral: bytes, recipient: bytes) -> bytes:
    return derive(shared, ephemeral + recipient, "box")


def seal_to(public_key: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Seal so that only the holder of the private key can open: `0x02 | ephemeral key (32) | ciphertext | tag`."""
    ephemeral = X25519PrivateKey.generate()
    head = ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public_key))
    # The key serves one message, so a fixed nonce is safe.
    cipher = AESGCM(_box_key(shared, head, public_key))
    return bytes([BOX_FORMAT]) + head + cipher.encrypt(bytes(12), plaintext, context)


def open_from(private_key: bytes, sealed: bytes, context: bytes) -> bytes:
    """Open a box of `seal_to`. Raises EnvelopeError."""
    if len(sealed) < 33 + TAG or sealed[0] != BOX_FORMAT:
        raise EnvelopeError("These bytes are not a sealed box.")
    private = X25519PrivateKey.from_private_bytes(private_key)
    recipient = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(bytes(sealed[1:33])))
        key = _box_key(shared, bytes(sealed[1:33]), recipient)
        return AESGCM(key).decrypt(bytes(12), bytes(sealed[33:]), context)
    except (InvalidTag, ValueError) as error:
        raise EnvelopeError("The box does not open here.") from error


def _frame_nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11) + bytes([last])


class StreamSealer:
    """Seal bytes of any length in flat memory: `0x03 | salt (32)`, then frames `length (4) | ciphertext | tag`.

    The stream key is derived from `key` and the salt; each frame's nonce is its number (11 bytes) and 1 for the last, so a
    stream that was cut, re-ordered or spliced does not open. `context` is authenticated with every frame.
    """

    def __init__(self, key: bytes, context: bytes) -> None:
        salt = os.urandom(32)
        self._cipher, self._context = AESGCM(derive(key, salt, "stream")), context
        self._waiting, self._number = bytearray(bytes([STREAM_FORMAT]) + salt), 0
        self._plain = bytearray()

    def update(self, data: bytes) -> bytes:
        """Sealed bytes that are ready. The last frame waits for `finish`."""
        self._plain += data
        while len(self._plain) > FRAME:
            self._frame(bytes(self._plain[:FRAME]), last=False)
            del self._plain[:FRAME]
        ready = bytes(self._waiting)
        self._waiting.clear()
        return ready

    def finish(self) -> bytes:
        """The rest, with the frame that says that nothing follows."""
        self._frame(bytes(self._plain), last=True)
        return bytes(self._waiting)

    def _frame(self, plain: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_frame_nonce(self._number, last=last), plain, self._context)
        self._waiting += len(sealed).to_bytes(4) + sealed
        self._number += 1


def open_stream(key: bytes, read: Callable[[int], bytes], context: bytes) -> Iterator[bytes]:
    """The plain frames of a stream, each checked before it is handed on. `read(n)` gives n bytes, fewer at the end only.

    Raises EnvelopeError when a byte is another, missing or too many. What came before the damage has been handed on.
    """
    head = read(33)
    if len(head) != 33 or head[0] != STREAM_FORMAT:
        raise EnvelopeError("These bytes are not a sealed stream.")
    cipher = AESGCM(derive(key, head[1:], "stream"))
    number, length = 0, read(4)
    while True:
        size = int.from_bytes(length)
        if len(length) != 4 or not TAG <= size <= FRAME + TAG:
            raise EnvelopeError("The stream is damaged or cut off.")
        sealed, length = read(size), read(4)
        if len(sealed) != size:
            raise EnvelopeError("The stream is damaged or cut off.")
        try:
            yield cipher.decrypt(_frame_nonce(number, last=not length), sealed, context)
        except (InvalidTag, ValueError) as error:
            raise EnvelopeError("The stream is damaged or cut off.") from error
        if not length:
            return
        number += 1
