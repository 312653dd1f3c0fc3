"""What an approval is of, as bytes: canonical JSON (RFC 8785) and its SHA-256, so that anybody can compute it again."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from uuid import UUID

from panel.journal.rules import canonical

MAX_BYTES = 64 * 1024


class ContentError(ValueError):
    """The effect has no canonical form, or is too long."""


def text(kind: str, obj: tuple[str, UUID] | None, effect: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    """The canonical text. `facts` is the state that the effect applies to. Raises ContentError."""
    found = {
        "kind": kind,
        "object": {"kind": obj[0], "id": str(obj[1])} if obj else None,
        "effect": effect,
        "state": facts,
    }
    try:
        data = canonical.encode(found)
    except canonical.NotCanonicalError as error:
        raise ContentError(str(error)) from error
    if len(data) > MAX_BYTES:
        raise ContentError(f"an effect has at most {MAX_BYTES} bytes")
    return data.decode()


def digest(canonical_text: str) -> str:
    """64 hexadecimal digits."""
    return sha256(canonical_text.encode()).hexdigest()


def moved(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Facts that differ: name -> (when it was asked, now)."""
    names = sorted({*before, *now})
    return {name: (before.get(name), now.get(name)) for name in names if before.get(name) != now.get(name)}
