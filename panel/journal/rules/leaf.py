"""A leaf of the journal, format 1: who did what to which object, when, and commitments to what is personal in it.

The bytes hold ids and no personal data, so that they stand for ever; docs/reference/journal-format.md is the contract.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any
from uuid import UUID

from panel.journal.rules import canonical

FORMAT = 1
SALT_BYTES = 32
MAX_TEXT = 512
MAX_BYTES = 8192


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no whole number")


COMMITMENT = b"panel/journal/personal/v1\x00"
EVENT_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,3}")
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")

_PLAIN = re.compile(r"[A-Za-z0-9 _.:/+-]*")
_PERSONAL = re.compile(rb'"[0-9a-f]{64}"(?:,"[0-9a-f]{64}")*')
_LONG_NUMBER = re.compile(rb"[0-9]{16}")
_WRITER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
_READER = json.JSONDecoder(parse_float=_no_number, parse_constant=_no_number)

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


def committed(data: bytes) -> int:
    """How many persons' detail these canonical bytes commit to."""
    start = data.rfind(b'"personal":[')  # what follows holds no quotation mark of its own
    return data.count(b'"', start + 12, data.find(b"]", start)) // 2


Columns = tuple[str, str, str, str | None, str, str | None, str, str | None, str]
"""What the searchable columns say: at, event, kind and id of actor, means and object, request. Ids in their text form."""


def columns_of(leaf: Leaf) -> Columns:
    """What the columns beside these bytes must say."""
    kind, who = leaf.actor
    via, obj = leaf.via or ("", None), leaf.object or ("", None)
    ids = [str(one) if one else None for one in (who, via[1], obj[1])]
    return (instant(leaf.at), leaf.event, kind, ids[0], via[0], ids[1], obj[0], ids[2], leaf.request)


def repeats(data: bytes, identifier: str, columns: Columns) -> bool:
    """Whether these bytes are beyond doubt the canonical leaf of this id and these columns. A quick yes, five times as fast
    as `parse`; after a no, `parse` says what is wrong, if anything."""
    at, event, actor, actor_id, via, via_id, kind, object_id, request = columns
    if not _PLAIN.fullmatch(f"{at}{event}{actor}{actor_id}{via}{via_id}{kind}{object_id}{request}{identifier}"):
        return False
    start = f'{{"actor":{_spelt(actor, actor_id)},"at":"{at}","detail":'.encode()
    thing = _spelt(kind, object_id) if kind else "null"
    middle = f',"event":"{event}","id":"{identifier}","object":{thing},"personal":['.encode()
    means = _spelt(via, via_id) if via else "null"
    end = f'],"request":"{request}","v":{FORMAT},"via":{means}}}'.encode()
    place = data.rfind(middle)  # what follows holds hexadecimal digits only, so the last one is the one
    if place < len(start) or not data.startswith(start) or not data.endswith(end):
        return False
    personal = data[place + len(middle) : len(data) - len(end)]
    return (not personal or _PERSONAL.fullmatch(personal) is not None) and _plain_detail(data[len(start) : place])


def _spelt(kind: str, identifier: str | None) -> str:
    return f'{{"id":"{identifier}","kind":"{kind}"}}' if identifier else f'{{"id":null,"kind":"{kind}"}}'


@lru_cache(4096)
def _plain_detail(data: bytes) -> bool:
    """Whether this is a detail in canonical form in which nothing needs a second look."""
    if data == b"{}":
        return True
    if not data.isascii() or len(data) > MAX_TEXT or b"@" in data or _LONG_NUMBER.search(data):
        return False
    text = data.decode()
    try:
        value = _READER.decode(text)
    except ValueError:
        return False
    return isinstance(value, dict) and _WRITER.encode(value) == text


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
