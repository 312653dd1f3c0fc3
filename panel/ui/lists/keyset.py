"""Keyset pages: a cursor is (sort key, sort value, id), so page 900 costs what page 1 costs and ties lose no row."""

import base64
import binascii
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DataError
from django.db.models import Q
from django.utils.translation import gettext as _

from panel.kernel.errors import Refusal

_READERS: dict[str, Any] = {
    "s": str,
    "i": int,
    "b": bool,
    "f": float,
    "d": datetime.fromisoformat,
    "y": date.fromisoformat,
    "u": UUID,
    "n": Decimal,
}
_LONGEST = 600


@dataclass(frozen=True)
class Cursor:
    key: str
    value: Any
    id: Any


def _tagged(value: Any) -> list[Any]:
    """The value with its type's letter; bool comes before int, of which it is a kind."""
    for plain, tag in ((bool, "b"), (str, "s"), (int, "i"), (float, "f")):
        if isinstance(value, plain):
            return [tag, value]
    for kind, tag in ((UUID, "u"), (Decimal, "n")):
        if isinstance(value, kind):
            return [tag, str(value)]
    if isinstance(value, date):  # a datetime is one
        return ["d" if isinstance(value, datetime) else "y", value.isoformat()]
    raise TypeError(f"A list cannot be sorted by {type(value).__name__}; annotate a value that is never null.")


def encode(cursor: Cursor) -> str:
    """Raises TypeError for a sort value of no sortable type (null among them)."""
    text = json.dumps([cursor.key, _tagged(cursor.value), _tagged(cursor.id)], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode(text: str, key: str) -> Cursor:
    """Raises Refusal (400) for a cursor that is not ours or belongs to another order."""
    try:
        cursor = _parse(text)
    except (ValueError, TypeError, KeyError, InvalidOperation, binascii.Error, RecursionError):
        cursor = None
    # Only the one spelling that we write is taken.
    if cursor is None or cursor.key != key or encode(cursor) != text:
        raise damaged()
    return cursor


def damaged() -> Refusal:
    return Refusal(
        _("This page link is damaged or belongs to another order. Start again at the first page."), code="bad_cursor"
    )


@contextmanager
def sought(cursor: Cursor | None) -> Iterator[None]:
    """Around the query that a cursor narrows: only there shows whether its values are of the list's types.

    A cursor can be written by hand or come from another list; that is a damaged link (400), not a fault of ours.
    """
    try:
        yield
    except (ValidationError, ValueError, TypeError, ArithmeticError, DataError) as error:
        if cursor is None:
            raise
        raise damaged() from error


def _parse(text: str) -> Cursor | None:
    if len(text) > _LONGEST or not text.isascii():
        return None
    raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    found, value, row = json.loads(raw)
    if not isinstance(found, str) or b"\\u0000" in raw:
        return None
    return Cursor(found, _read(value), _read(row))


def beyond(field: str, cursor: Cursor, *, forward: bool) -> Q:
    """Rows on the far side of the cursor; ties on the sort value are broken by id."""
    word = "gt" if forward else "lt"
    # The first condition follows from the second, and is what an index on `field` can seek by.
    near = Q(**{f"{field}__{word}e": cursor.value})
    return near & (Q(**{f"{field}__{word}": cursor.value}) | Q(**{f"pk__{word}": cursor.id}))


def _read(tagged: list[Any]) -> Any:
    tag, value = tagged
    return _READERS[tag](value)
