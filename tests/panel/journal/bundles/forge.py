"""Bundles made of fixed values, without a database: the golden one, and what an attacker makes of it."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from panel.journal.rules import archive, checkpoint, keys, leaf, manifest, tree
from panel.journal.rules.archive import Held

AT = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
INSTALLATION = UUID("019ab0f2-0000-7000-8000-000000000000")
ORIGIN = f"clawpanel/journal/{INSTALLATION}"
ID = UUID("019ab0f2-7c00-7abc-8def-0123456789ab")
# The first two test keys of RFC 8032 7.1.
FIRST = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
)
SECOND = Ed25519PrivateKey.from_private_bytes(
    bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
)
FILES = {
    "receipt.json": b'{"purpose":"support","given":true}\n',
    "words/notice.txt": b"We keep your messages for 30 days.\n",
}


def entries(files: Mapping[str, bytes]) -> tuple[manifest.Entry, ...]:
    return tuple(manifest.Entry(name, len(data), sha256(data).digest()) for name, data in sorted(files.items()))


@dataclass(frozen=True)
class Forge:
    """Everything that a bundle is made of; change a field and `parts` signs anew."""

    files: Mapping[str, bytes] = field(default_factory=lambda: dict(FILES))
    kind: str = "consent.receipt"
    id: UUID = ID
    at: datetime = AT
    chain: tuple[Ed25519PrivateKey, ...] = (FIRST,)
    signer: int = 0
    others: int = 2  # entries of the journal before this one
    about: Mapping[str, Any] = field(default_factory=lambda: {"title": "Consent", "subject": "019ab0f2"})
    tools: Mapping[str, bytes] = field(default_factory=dict)
    until: datetime = AT + timedelta(days=30)

    def statements(self) -> list[keys.Statement]:
        found: list[keys.Statement] = []
        for place, private in enumerate(self.chain):
            public, before = private.public_key().public_bytes_raw(), self.chain[max(0, place - 1)]
            after = (keys.fingerprint(found[-1].public), self.until) if found else (None, None)
            starts = AT - timedelta(days=2 - place)
            found.append(keys.Statement(ORIGIN, public, starts, *after).signed(before))
        return found

    def manifest(self) -> bytes:
        key = keys.fingerprint(self.chain[self.signer].public_key().public_bytes_raw())
        return manifest.Manifest(
            id=self.id,
            kind=self.kind,
            schema=1,
            installation=INSTALLATION,
            journal=ORIGIN,
            key=key,
            at=self.at,
            files=entries(self.files),
            tools=entries(self.tools),
            about=self.about,
        ).data()

    def leaf(self, data: bytes) -> bytes:
        detail = {"kind": self.kind, "manifest": sha256(data).hexdigest()}
        return leaf.Leaf(self.id, self.at, "journal.bundle.signed", ("system", None), detail=detail).data()

    def proof(self, data: bytes) -> bytes:
        told, nodes = self.leaf(data), {}
        grown = tree.Frontier()
        for place, one in enumerate([*(b"%d" % n for n in range(self.others)), told, b"after"]):
            nodes[0, place] = tree.leaf_hash(one)
            nodes |= {(level, at): made for level, at, made in grown.append(nodes[0, place])}
        path = tree.inclusion(self.others, grown.size, lambda level, at: nodes[level, at])
        note = checkpoint.sign(checkpoint.Checkpoint(ORIGIN, grown.size, grown.root()), self.chain[-1])
        return manifest.proof_file(leaf=told, sequence=self.others, path=path, note=note)

    def parts(self) -> dict[str, bytes]:
        """Every file of the bundle by name, in order."""
        data = self.manifest()
        own = {
            "manifest.json": data,
            "signature.json": manifest.signature_file(self.chain[self.signer].sign(manifest.LABEL + data)),
            "keys.json": manifest.keys_file(one.shown() for one in self.statements()),
            "proof.json": self.proof(data),
        }
        return {**own, **dict(sorted(self.files.items())), **dict(sorted(self.tools.items()))}

    def data(self) -> bytes:
        return zipped(self.parts())

    def but(self, **changes: Any) -> "Forge":
        return replace(self, **changes)


def zipped(parts: Mapping[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    """The layout of the format around any files, in the order given; names may repeat in a list."""
    pairs = parts.items() if isinstance(parts, Mapping) else parts
    return b"".join(archive.write((name, Held(data)) for name, data in pairs))


def regions(data: bytes) -> dict[str, range]:
    """Where each header, each file and the directory stand in a good archive."""
    found, place = {}, 0
    while data[place : place + 4] == b"PK\x03\x04":
        size, length = (
            struct.unpack("<I", data[place + 22 : place + 26])[0],
            struct.unpack("<H", data[place + 26 : place + 28])[0],
        )
        name = data[place + 30 : place + 30 + length].decode()
        found[f"header of {name}"] = range(place, place + 30 + length)
        found[name] = range(place + 30 + length, place + 30 + length + size)
        place += 30 + length + size
    found["directory"] = range(place, len(data) - 22)
    found["end"] = range(len(data) - 22, len(data))
    return found


def save(folder: Path, data: bytes, name: str = "bundle.zip") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
