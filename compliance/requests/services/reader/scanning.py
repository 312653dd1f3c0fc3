"""Searching bytes for what names a person: exact, in pieces, in flat memory."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

SHORTEST: Final = 6
"""A shorter word stands everywhere and proves nothing."""
LONGEST: Final = 200
CHUNK: Final = 4 * 2**20
_PLAIN: Final = re.compile(r"""[^"'\\\n\r\t\0]+""")


def needles(words: Iterable[str]) -> list[str]:
    """What is searched for: words of at least six characters, each once, in lower case; of long ones the middle of the
    longest part that every spelling (JSON, SQL) writes alike."""
    found: dict[str, None] = {}
    for word in words:
        text = max(_PLAIN.findall(word), key=len, default="").strip()
        if len(text) > LONGEST:
            start = (len(text) - LONGEST) // 2
            text = text[start : start + LONGEST]
        if len(text) >= SHORTEST:
            found[text.casefold()] = None
    return list(found)


def spelled(words: Iterable[str]) -> list[bytes]:
    """The bytes of each needle, also as JSON writes what is not ASCII."""
    found: dict[bytes, None] = {}
    for word in words:
        found[word.encode()] = None
        if not word.isascii():
            found[word.encode("unicode_escape").lower()] = None
    return list(found)


def count(chunks: Iterable[bytes], wanted: list[bytes]) -> tuple[int, int]:
    """(hits, bytes read). A needle over the border of two pieces is found; upper and lower case are the same in ASCII."""
    overlap = max((len(one) for one in wanted), default=1) - 1
    hits = size = 0
    tail = b""
    for chunk in chunks:
        size += len(chunk)
        data = tail + chunk.lower()
        # What lies in the tail alone was counted with the piece before.
        hits += sum(data.count(one) - tail.count(one) for one in wanted)
        tail = data[-overlap:] if overlap else b""
    return hits, size


def pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
