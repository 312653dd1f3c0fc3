"""The Merkle tree of RFC 6962 (SHA-256): growth one leaf at a time, proofs from stored nodes, checks of proofs.

A node is named by (level, position): level 0 are the leaf hashes, node (l, p) covers the leaves p * 2**l up to
(p + 1) * 2**l. Only complete nodes are stored; the ragged right edge is folded when it is asked for.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()
Coordinate = tuple[int, int]
Reader = Callable[[int, int], bytes]


class ProofError(ValueError):
    """The proof does not show what it claims."""


def leaf_hash(data: bytes) -> bytes:
    """RFC 6962 2.1: the hash of a leaf's bytes."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """RFC 6962 2.1: the hash of two neighbours."""
    return sha256(b"\x01" + left + right).digest()


@dataclass
class Frontier:
    """The complete subtrees of a tree of `size` leaves, largest first: all that growing needs, O(log n) hashes."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, hashed: bytes) -> list[tuple[int, int, bytes]]:
        """Add one leaf hash; the nodes (level >= 1, position, hash) that it completed, lowest first."""
        made: list[tuple[int, int, bytes]] = []
        level, position = 0, self.size
        while position & 1:
            hashed = node_hash(self.peaks.pop(), hashed)
            level, position = level + 1, position >> 1
            made.append((level, position, hashed))
        self.peaks.append(hashed)
        self.size += 1
        return made

    def root(self) -> bytes:
        """The tree head of everything added so far."""
        if not self.peaks:
            return EMPTY_ROOT
        folded = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            folded = node_hash(peak, folded)
        return folded


def peaks_of(size: int) -> list[Coordinate]:
    """Where the complete subtrees of a tree of `size` leaves stand, largest first."""
    return [(level, (size >> level) - 1) for level in reversed(range(size.bit_length())) if size >> level & 1]


def frontier(size: int, read: Reader) -> Frontier:
    """The frontier of a stored tree."""
    return Frontier(size, [read(level, position) for level, position in peaks_of(size)])


def root(size: int, read: Reader) -> bytes:
    """The tree head of the first `size` leaves of a stored tree."""
    return frontier(size, read).root()


def inclusion(index: int, size: int, read: Reader) -> list[bytes]:
    """RFC 6962 2.1.1: the path from leaf `index` to the head of the first `size` leaves."""
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not among the first {size}")
    return _path(index, 0, size, read)


def consistency(first: int, second: int, read: Reader) -> list[bytes]:
    """RFC 6962 2.1.2: proof that the tree of `first` leaves is the beginning of the tree of `second` leaves."""
    if not 0 < first <= second:
        raise ProofError(f"{first} leaves are no beginning of {second}")
    return _subproof(first, 0, second, read, whole=True)


def coordinates(ask: Callable[[Reader], object]) -> set[Coordinate]:
    """Which nodes `ask` will read, so that they can be fetched in one query: what is read never decides where."""
    seen: set[Coordinate] = set()

    def note(level: int, position: int) -> bytes:
        seen.add((level, position))
        return b""

    ask(note)
    return seen


def root_of_inclusion(index: int, size: int, hashed: bytes, path: Iterable[bytes]) -> bytes:
    """RFC 9162 2.1.3.2: the head that this path leads to; the caller compares. Raises ProofError on a wrong length."""
    if not 0 <= index < size:
        raise ProofError(f"leaf {index} is not among the first {size}")
    here, last = index, size - 1
    for step in path:
        if last == 0:
            raise ProofError("the path is too long")
        if here & 1 or here == last:
            hashed = node_hash(step, hashed)
            here, last = _climb(here, last)
        else:
            hashed = node_hash(hashed, step)
        here, last = here >> 1, last >> 1
    if last:
        raise ProofError("the path is too short")
    return hashed


def check_consistency(first: int, first_root: bytes, second: int, second_root: bytes, path: list[bytes]) -> None:
    """RFC 9162 2.1.4.2. Raises ProofError unless the second tree continues the first."""
    if not 0 < first <= second:
        raise ProofError(f"{first} leaves are no beginning of {second}")
    if first == second:
        if path or first_root != second_root:
            raise ProofError("two trees of one size differ")
        return
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not steps:
        raise ProofError("the path is too short")
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            raise ProofError("the path is too long")
        if here & 1 or here == last:
            old, new = node_hash(step, old), node_hash(step, new)
            here, last = _climb(here, last)
        else:
            new = node_hash(new, step)
        here, last = here >> 1, last >> 1
    if last or old != first_root or new != second_root:
        raise ProofError("the second tree does not continue the first")


def _climb(here: int, last: int) -> Coordinate:
    while not here & 1 and here:
        here, last = here >> 1, last >> 1
    return here, last


def _split(size: int) -> int:
    """The largest power of two below `size` (size > 1)."""
    return 1 << (size - 1).bit_length() - 1


def _range(low: int, high: int, read: Reader) -> bytes:
    size = high - low
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return read(level, low >> level)
    middle = low + _split(size)
    return node_hash(_range(low, middle, read), _range(middle, high, read))


def _path(index: int, low: int, high: int, read: Reader) -> list[bytes]:
    if high - low == 1:
        return []
    middle = low + _split(high - low)
    if index < middle:
        return [*_path(index, low, middle, read), _range(middle, high, read)]
    return [*_path(index, middle, high, read), _range(low, middle, read)]


def _subproof(first: int, low: int, high: int, read: Reader, *, whole: bool) -> list[bytes]:
    if first == high:
        return [] if whole else [_range(low, high, read)]
    middle = low + _split(high - low)
    if first <= middle:
        return [*_subproof(first, low, middle, read, whole=whole), _range(middle, high, read)]
    return [*_subproof(first, middle, high, read, whole=False), _range(low, middle, read)]
