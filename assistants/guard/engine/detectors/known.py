"""Recognises the installation's own secrets without holding them: lengths and keyed digests only."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Self

# A stored secret is looked for inside unbroken runs of these characters.
_RUN: Final = re.compile(r"[!-~]{12,}")
MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 512


class KnownSecrets:
    """Labels of secrets by length and digest.

    Made by `of`, it also knows a 16-bit hash of their beginnings, so that most places of a text cost next to nothing.
    Made from stored digests (`digest` under `key`), it compares every place: not for the hot path.
    """

    __slots__ = ("_begins", "_by_length", "_key")

    def __init__(self, key: bytes = b"", by_length: Mapping[int, Mapping[bytes, str]] | None = None) -> None:
        self._key = key or secrets.token_bytes(32)
        self._by_length = {
            length: dict(found) for length, found in (by_length or {}).items() if MIN_LENGTH <= length <= MAX_LENGTH
        }
        self._begins: frozenset[int] | None = None

    @classmethod
    def of(cls, values: Iterable[tuple[str, str]]) -> Self:
        """From (label, value) pairs under a fresh random key; the values are not kept. Short ones are left out."""
        made, begins = cls(), set()
        for label, value in values:
            if MIN_LENGTH <= len(value) <= MAX_LENGTH:
                made._by_length.setdefault(len(value), {})[digest(made._key, value)] = label
                begins.add(_begin(value, 0))
        made._begins = frozenset(begins)
        return made

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, label) of every known secret in `text`."""
        if not self._by_length:
            return
        for run in _RUN.finditer(text):
            for at in range(run.start(), run.end() - MIN_LENGTH + 1):
                if self._begins is None or _begin(text, at) in self._begins:
                    yield from self._at(text, at, run.end())

    def _at(self, text: str, at: int, end: int) -> Iterator[tuple[int, int, str]]:
        for length, found in self._by_length.items():
            if at + length <= end:
                label = found.get(digest(self._key, text[at : at + length]))
                if label is not None:
                    yield at, at + length, label


def _begin(text: str, at: int) -> int:
    return hash(text[at : at + 8]) & 0xFFFF


def digest(key: bytes, value: str) -> bytes:
    return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), key=key, digest_size=16).digest()


NOTHING_KNOWN: Final = KnownSecrets()
