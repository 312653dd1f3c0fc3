"""Checkpoints: C2SP tlog-checkpoint (c2sp.org/tlog-checkpoint) inside a signed note (c2sp.org/signed-note), Ed25519."""

import base64
import binascii
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519 = b"\x01"  # signature type of signed-note for plain Ed25519
DASH = "— "


class CheckpointError(ValueError):
    """The text is no checkpoint, or no signature of ours."""


@dataclass(frozen=True)
class Checkpoint:
    """Tree head: the first `size` leaves of the journal named `origin` hash to `root`."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The signed text."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


@dataclass(frozen=True)
class Signed:
    """A checkpoint as it is handed out: text and the signature lines below it as (name, key id, signature)."""

    checkpoint: Checkpoint
    signatures: tuple[tuple[str, bytes, bytes], ...]


def key_id(name: str, public: bytes) -> bytes:
    """signed-note: the first four bytes of SHA-256 over name, newline, type and public key."""
    return sha256(name.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier_key(name: str, public: bytes) -> str:
    """The public key as signed-note tools want it (`name+hex id+base64`)."""
    encoded = base64.b64encode(ED25519 + public).decode()
    return f"{name}+{key_id(name, public).hex()}+{encoded}"


def sign(checkpoint: Checkpoint, private: Ed25519PrivateKey) -> str:
    """The signed note. The signer's name is the origin."""
    body = checkpoint.body()
    public = private.public_key().public_bytes_raw()
    blob = key_id(checkpoint.origin, public) + private.sign(body.encode())
    return f"{body}\n{DASH}{checkpoint.origin} {base64.b64encode(blob).decode()}\n"


def cosign(note: str, private: Ed25519PrivateKey) -> str:
    """The note with one more signature of the same journal, below those that it has."""
    found = parse(note).checkpoint
    return note + sign(found, private).rpartition("\n\n")[2]


def parse(note: str) -> Signed:
    """Read a note without judging its signatures. Unknown signature lines are kept. Raises CheckpointError."""
    body, found, tail = note.rpartition("\n\n")
    lines = body.split("\n")
    if not found or len(lines) != 3 or not tail.endswith("\n"):
        raise CheckpointError("not a checkpoint: three lines, an empty line and signatures are expected")
    origin, size, root = lines
    if not origin or not size.isascii() or not size.isdigit() or (size != "0" and size.startswith("0")):
        raise CheckpointError("not a checkpoint: the size is a plain decimal number")
    hashed = _base64(root)
    if len(hashed) != 32:
        raise CheckpointError("not a checkpoint: the root is 32 bytes of base64")
    signatures = tuple(_signature(line) for line in tail[:-1].split("\n"))
    return Signed(Checkpoint(origin, int(size), hashed), signatures)


def check(note: str, public: bytes) -> Checkpoint:
    """The checkpoint of a note that this public key signed. Raises CheckpointError."""
    signed = parse(note)
    wanted = key_id(signed.checkpoint.origin, public)
    for name, identifier, signature in signed.signatures:
        if name == signed.checkpoint.origin and identifier == wanted:
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(signature, signed.checkpoint.body().encode())
            except InvalidSignature as error:
                raise CheckpointError("the signature is wrong") from error
            return signed.checkpoint
    raise CheckpointError("not signed by this key")


def _signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix(DASH).rpartition(" ")
    blob = _base64(encoded)
    if not line.startswith(DASH) or not name or len(blob) < 5:
        raise CheckpointError("not a checkpoint: a signature line is malformed")
    return name, blob[:4], blob[4:]


def _base64(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise CheckpointError("not a checkpoint: base64 is expected") from error
    if base64.b64encode(data).decode() != text:  # unused bits of the last digit: one note, one spelling
        raise CheckpointError("not a checkpoint: base64 in another spelling")
    return data
