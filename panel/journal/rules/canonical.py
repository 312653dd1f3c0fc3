"""Canonical JSON (RFC 8785) over the values that a leaf may hold.

Numbers are whole and inside +-(2**53 - 1), so that the number rules of RFC 8785 reduce to plain decimal digits and a
reader in any language gets the same bytes.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

MAX_INT = 2**53 - 1


class NotCanonicalError(ValueError):
    """The value has no canonical form here: a float, a large number, a lone surrogate, another type, other bytes."""


def encode(value: object) -> bytes:
    """The one byte string of this value. Raises NotCanonicalError."""
    try:
        return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError("a lone surrogate has no canonical form") from error


def decode(data: bytes) -> Any:
    """The value of canonical bytes. Raises NotCanonicalError for bytes that `encode` would not have written."""
    try:
        value = json.loads(data.decode(), parse_float=_refuse_number, parse_constant=_refuse_number)
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise NotCanonicalError("not canonical JSON") from error
    if encode(value) != data:
        raise NotCanonicalError("JSON, but not in its canonical form")
    return value


def _refuse_number(text: str) -> None:
    raise NotCanonicalError(f"{text} is no whole number")


def _ordered(value: object) -> object:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INT:
            raise NotCanonicalError(f"{value} is beyond 2**53 - 1")
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise NotCanonicalError("keys are strings")
        # RFC 8785 3.2.3: by UTF-16 code units, which differs from code points above U+FFFF.
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [_ordered(item) for item in value]
    raise NotCanonicalError(f"{type(value).__name__} has no canonical form")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")
