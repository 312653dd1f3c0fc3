"""The tree over what went: leaves are salted ids, so that the manifest proves and names nobody.

leaf = SHA-256(0x00 || salt || id's 16 bytes), node = SHA-256(0x01 || left || right), the shape of RFC 6962, section 2.1.
"""

from collections.abc import Iterable
from hashlib import sha256
from uuid import UUID

EMPTY = sha256(b"").digest()


def leaf(salt: bytes, one: UUID) -> bytes:
    return sha256(b"\x00" + salt + one.bytes).digest()


class Tree:
    """Takes leaves one by one in flat memory."""

    def __init__(self) -> None:
        self.count = 0
        self._peaks: list[tuple[int, bytes]] = []

    def add(self, hashed: bytes) -> None:
        size, self.count = 1, self.count + 1
        while self._peaks and self._peaks[-1][0] == size:
            _size, left = self._peaks.pop()
            hashed, size = sha256(b"\x01" + left + hashed).digest(), size * 2
        self._peaks.append((size, hashed))

    @property
    def root(self) -> bytes:
        if not self._peaks:
            return EMPTY
        found = self._peaks[-1][1]
        for _size, left in reversed(self._peaks[:-1]):
            found = sha256(b"\x01" + left + found).digest()
        return found


def root(leaves: Iterable[bytes]) -> bytes:
    tree = Tree()
    for one in leaves:
        tree.add(one)
    return tree.root
