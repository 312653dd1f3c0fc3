"""Cosignatures of witnesses (c2sp.org/tlog-cosignature, Ed25519) and how they are asked for (c2sp.org/tlog-witness). Pure."""

import base64
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from panel.journal.rules.checkpoint import DASH, ED25519, Checkpoint, CheckpointError, parse

COSIGNATURE = b"\x04"
MOST_STEPS = 63
LONGEST = 65_536
SIZE_TYPE = "text/x.tlog.size"


class WitnessError(ValueError):
    """This is no question to a witness, or no answer of one."""


@dataclass(frozen=True)
class Verifier:
    """A public key with its name, as signed-note tools write it: `name+hex id+base64`. `kind` is the signature type."""

    name: str
    public: bytes
    kind: bytes = COSIGNATURE

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.kind + self.public).decode()}"

    @classmethod
    def of(cls, text: str, kind: bytes = COSIGNATURE) -> "Verifier":
        """Raises WitnessError."""
        name, _plus, rest = text.strip().partition("+")
        identifier, _plus, encoded = rest.partition("+")
        try:
            data = base64.b64decode(encoded, validate=True)
        except ValueError:
            data = b""
        found = cls(name, data[1:], data[:1])
        right = data[:1] == kind and len(data) == 33 and found.id.hex() == identifier
        if not right or not name or any(char.isspace() for char in name):
            raise WitnessError("This is no verifier key of this kind: name+8 hex digits+base64 is expected.")
        return found


@dataclass(frozen=True)
class Question:
    """What a log asks: `old` is the size that the witness knows, `path` the proof that it is the beginning of the new one."""

    old: int
    path: tuple[bytes, ...]
    note: str

    def data(self) -> bytes:
        steps = [base64.b64encode(one).decode() for one in self.path]
        return "\n".join([f"old {self.old}", *steps, "", self.note]).encode()

    @classmethod
    def of(cls, data: bytes) -> "Question":
        """Raises WitnessError, CheckpointError."""
        head, found, note = data[:LONGEST].decode("utf-8", "replace").partition("\n\n")
        first, *steps = head.split("\n")
        size = first.removeprefix("old ")
        plain = size.isascii() and size.isdigit() and (size == "0" or not size.startswith("0")) and len(size) < 19
        if not found or not first.startswith("old ") or not plain or len(steps) > MOST_STEPS or len(data) > LONGEST:
            raise WitnessError("This is no question to a witness.")
        try:
            path = tuple(base64.b64decode(one, validate=True) for one in steps)
        except ValueError as error:
            raise WitnessError("This is no question to a witness.") from error
        if any(len(one) != 32 for one in path):
            raise WitnessError("This is no question to a witness.")
        parse(note)
        return cls(int(size), path, note)


def signed_by_any(note: str, keys: list[Verifier]) -> Checkpoint | None:
    """The checkpoint if one of these keys of its log (plain Ed25519) signed it; other lines are ignored."""
    found = parse(note)
    for name, identifier, signature in found.signatures:
        for key in keys:
            if (key.name, key.id, key.kind) == (name, identifier, ED25519) and _holds(
                key.public, signature, found.checkpoint.body().encode()
            ):
                return found.checkpoint
    return None


def cosign(checkpoint: Checkpoint, name: str, private: Ed25519PrivateKey, seconds: int) -> str:
    """The signature line of a witness; `seconds` since 1970, real time."""
    key = Verifier(name, private.public_key().public_bytes_raw())
    blob = key.id + seconds.to_bytes(8, "big") + private.sign(_message(checkpoint, seconds))
    return f"{DASH}{name} {base64.b64encode(blob).decode()}\n"


def cosigned(note: str, lines: str, key: Verifier) -> int:
    """The instant, in seconds, at which this witness cosigned the note. Lines of others are ignored. Raises WitnessError."""
    try:
        found = parse(note + lines)
    except CheckpointError as error:
        raise WitnessError("The witness answered with something else than a signature.") from error
    for name, identifier, blob in found.signatures:
        if (name, identifier, len(blob)) == (key.name, key.id, 72):
            seconds = int.from_bytes(blob[:8], "big")
            if _holds(key.public, blob[8:], _message(found.checkpoint, seconds)):
                return seconds
    raise WitnessError("The witness's signature is missing or wrong.")


def _message(checkpoint: Checkpoint, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{checkpoint.body()}".encode()


def _holds(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
