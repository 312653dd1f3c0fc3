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
_MAX_WINDOWS: Final = 4096


class KnownSecrets:
    """Digests of secrets by their length. `digest(key, value)` is keyed BLAKE2b, 16 bytes."""

    __slots__ = ("_by_length", "_key")

    def __init__(self, key: bytes, by_length: Mapping[int, Mapping[bytes, str]]) -> None:
        self._key = key
        self._by_length = {length: dict(found) for length, found in by_length.items() if found}

    @classmethod
    def of(cls, values: Iterable[tuple[str, str]]) -> Self:
        """From (label, value) pairs under a fresh random key; the values are not kept. Short ones are left out."""
        key = secrets.token_bytes(32)
        by_length: dict[int, dict[bytes, str]] = {}
        for label, value in values:
            if MIN_LENGTH <= len(value) <= MAX_LENGTH:
                by_length.setdefault(len(value), {})[digest(key, value)] = label
        return cls(key, by_length)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """(start, end, label) of every known secret in `text`; at most 4,096 windows a run are compared."""
        if not self._by_length:
            return
        for run in _RUN.finditer(text):
            yield from self._in_run(run[0], run.start())

    def _in_run(self, run: str, offset: int) -> Iterator[tuple[int, int, str]]:
        for length, found in self._by_length.items():
            for at in range(min(len(run) - length + 1, _MAX_WINDOWS)):
                label = found.get(digest(self._key, run[at : at + length]))
                if label is not None:
                    yield offset + at, offset + at + length, label


def digest(key: bytes, value: str) -> bytes:
    return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), key=key, digest_size=16).digest()


NOTHING_KNOWN: Final = KnownSecrets(b"", {})
