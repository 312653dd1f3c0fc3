"""Recognises the installation's own secrets without holding them: lengths and keyed digests only."""

import hashlib
import re
import secrets
from collections.abc import Iterable, Iterator
from typing import Final, Self

# A stored secret is looked for inside unbroken runs of these characters.
_RUN: Final = re.compile(r"[!-~]{12,}")
MIN_LENGTH: Final = 12
MAX_LENGTH: Final = 512


class KnownSecrets:
    """Digests of secrets by their length, with a 16-bit hash of their beginnings so that most places cost nothing."""

    __slots__ = ("_begins", "_by_length", "_key")

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._by_length: dict[int, dict[bytes, str]] = {}
        self._begins: frozenset[int] = frozenset()

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
        if not self._begins:
            return
        for run in _RUN.finditer(text):
            for at in range(run.start(), run.end() - MIN_LENGTH + 1):
                if _begin(text, at) in self._begins:
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
