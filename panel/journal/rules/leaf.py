"""A leaf of the journal, format 1: who did what to which object, when, and commitments to what is personal in it.

The bytes hold ids and no personal data, so that they stand for ever; docs/reference/journal-format.md is the contract.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from panel.journal.rules import canonical

FORMAT = 1
SALT_BYTES = 32
MAX_TEXT = 512
MAX_BYTES = 8192
COMMITMENT = b"panel/journal/personal/v1\x00"
EVENT_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,3}")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")

Reference = tuple[str, UUID | None]


class LeafError(ValueError):
    """The bytes are no leaf of format 1, or the values may not stand in one."""


@dataclass(frozen=True)
class Leaf:
    """`at` is aware; `via` names the means (key, session); `commitments` are SHA-256, in the order of the persons."""

    id: UUID
    at: datetime
    event: str
    actor: Reference
    via: Reference | None = None
    object: Reference | None = None
    request: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    commitments: tuple[bytes, ...] = ()

    def data(self) -> bytes:
        """The canonical bytes. Raises LeafError for values that may not stand in a leaf."""
        check_detail(self.detail)
        data = canonical.encode(
            {
                "v": FORMAT,
                "id": str(self.id),
                "at": instant(self.at),
                "event": self.event,
                "actor": _reference(self.actor),
                "via": _reference(self.via),
                "object": _reference(self.object),
                "request": self.request,
                "detail": self.detail,
                "personal": [one.hex() for one in self.commitments],
            }
        )
        if len(data) > MAX_BYTES:
            raise LeafError(f"a leaf holds at most {MAX_BYTES} bytes")
        return data


def parse(data: bytes) -> Leaf:
    """The leaf of these bytes. Raises LeafError unless they are exactly what `Leaf.data` writes."""
    try:
        found = canonical.decode(data)
        leaf = Leaf(
            id=UUID(found["id"]),
            at=datetime.fromisoformat(found["at"]),
            event=found["event"],
            actor=_named(found["actor"]),
            via=_named(found["via"]) if found["via"] else None,
            object=_named(found["object"]) if found["object"] else None,
            request=found["request"],
            detail=found["detail"],
            commitments=tuple(bytes.fromhex(one) for one in found["personal"]),
        )
        same = leaf.data() == data
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise LeafError("not a leaf of format 1") from error
    if not same:  # other keys, another format number, another spelling of an instant
        raise LeafError("not the canonical form of a leaf of format 1")
    return leaf


def commitment(leaf: UUID, salt: bytes, detail: Mapping[str, Any]) -> bytes:
    """Binds a leaf to personal detail without telling it: SHA-256 over a label, 32 random bytes, leaf id, detail."""
    if len(salt) != SALT_BYTES:
        raise LeafError(f"a salt has {SALT_BYTES} bytes")
    return sha256(COMMITMENT + salt + leaf.bytes + canonical.encode(detail)).digest()


def instant(at: datetime) -> str:
    """UTC with six digits of a second and a Z, so that every instant has one spelling."""
    if at.tzinfo is None:
        raise LeafError("an instant needs a time zone")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def check_detail(detail: Mapping[str, Any]) -> None:
    """Refuse what looks personal or long: such detail is given as `personal`. Raises LeafError."""
    if not isinstance(detail, Mapping):
        raise LeafError("detail is an object")
    for text in _texts(detail):
        if len(text) > MAX_TEXT:
            raise LeafError(f"a text in the detail has at most {MAX_TEXT} characters")
        if _ADDRESS.search(text):
            raise LeafError("an e-mail address is personal detail")


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for key, item in value.items() for text in (*_texts(key), *_texts(item))]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    return []


def _reference(named: Reference | None) -> dict[str, str | None] | None:
    return {"kind": named[0], "id": str(named[1]) if named[1] else None} if named else None


def _named(found: Mapping[str, str | None]) -> Reference:
    kind, identifier = found["kind"], found["id"]
    if not isinstance(kind, str) or set(found) != {"kind", "id"}:
        raise LeafError("a reference has a kind and an id")
    return kind, UUID(identifier) if identifier else None
