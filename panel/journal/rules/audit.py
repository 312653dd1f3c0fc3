"""The check of a whole journal as one pass over its rows in sequence; holds O(log n) hashes and one chunk of names.

Fed by `journal_verify` from the database and by tests from lists.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from panel.journal.rules import checkpoint, leaf, tree

CHUNK = 1024  # even, so that neighbours stand in one chunk
MOST = 1000  # findings that are told; a journal with more is lost anyway


class Row(NamedTuple):
    """An index entry, and beside it the leaf as stored (`data` None: gone). `leaf` is an id as text or not; `columns` repeat
    the leaf for searching; `details` is how many rows of personal detail it has still, None where it commits to none."""

    sequence: int
    leaf: UUID | str
    event: str
    hashed: bytes
    data: bytes | None
    columns: leaf.Columns | None = None
    details: int | None = None


@dataclass(frozen=True)
class Head:
    """A stored checkpoint and the public key that its signer's sealed private key proves (None: it proves none)."""

    size: int
    root: bytes
    note: str
    public: bytes | None


@dataclass
class Cut:
    """Personal detail that was committed to and is gone, by retention or an erasure: no finding, for the leaf and every proof
    stay valid. Of all entries up to `last` (of `until`) none has detail left, `entries` of them had it; `later` entries after
    that lack some too."""

    entries: int = 0
    last: int | None = None
    until: str | None = None
    later: int = 0
    is_over: bool = False

    def feed(self, row: Row, data: bytes, details: int) -> None:
        if details:
            self.is_over = True
        if details >= leaf.committed(data):
            return
        if self.is_over:
            self.later += 1
        else:
            self.entries, self.last, self.until = (
                self.entries + 1,
                row.sequence,
                row.columns[0] if row.columns else None,
            )

    def told(self) -> dict[str, object]:
        """As JSON; empty when nothing is gone."""
        if not self.entries and not self.later:
            return {}
        return {"entries": self.entries, "last": self.last, "until": self.until, "later": self.later}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong; `sequence`, `leaf`, `event` name the entry where one can be named."""

    kind: str
    sentence: str
    sequence: int | None = None
    leaf: UUID | None = None
    event: str = ""


Nodes = Callable[[int, int, int], Mapping[int, bytes]]


class Audit:
    """Feed rows in order of sequence, then `finish`. `nodes(level, first, last)` reads stored nodes by position."""

    def __init__(
        self, *, origin: str, heads: Iterable[Head], nodes: Nodes, outside: checkpoint.Checkpoint | None = None,
        begun: tree.Frontier | None = None,
    ) -> None:  # fmt: skip
        """`begun`: the stored tree of what stands before, when the pass does not begin at the first entry (a multiple of
        CHUNK). Its hashes are proved with the rest: a signed root comes out only if they are true."""
        self.origin = origin
        self._grown = begun or tree.Frontier()
        self.size = self._grown.size
        self.checkpoints = 0
        self.findings: list[Finding] = []
        self.cut = Cut()
        self._heads = iter(heads)
        self._next = next(self._heads, None)
        self._covered = 0  # the largest size that a stored checkpoint speaks of
        self._agreed = self.size  # the largest checkpoint whose root came out
        self._followed = True  # until a gap in the index
        self._rooted = True  # until a root differs: all later ones differ too
        self._outside = outside
        self._nodes = nodes
        self._made: dict[int, dict[int, bytes]] = {}
        self._differing: set[tree.Coordinate] = set()
        self._names: dict[int, tuple[UUID | str, str]] = {}

    def feed(self, row: Row) -> None:
        """Check one entry, grow the tree, compare each checkpoint that ends here."""
        if row.sequence != self.size:
            missing = f"{self.size}" if row.sequence == self.size + 1 else f"{self.size} to {row.sequence - 1}"
            self._find("missing_entry", f"The index lacks sequence {missing}.", self.size)
            self._followed = False
        self._names[row.sequence] = (row.leaf, row.event)
        self._check_leaf(row)
        self.size = row.sequence + 1
        if self._followed:
            for level, position, hashed in self._grown.append(row.hashed):
                self._made.setdefault(level, {})[position] = hashed
            self._check_heads()
        if self.size % CHUNK == 0:
            self._check_nodes()
            self._names.clear()

    def finish(self) -> list[Finding]:
        """Everything that is wrong, in the order of the journal."""
        self._check_nodes()
        while self._next is not None:
            self._check_signature(self._next)
            self._next = next(self._heads, None)
        if self._covered > self.size:
            cut = f"A checkpoint covers {self._covered} entries, the journal ends after {self.size}."
            self._find("shorter_than_checkpoint", cut, self.size)
        elif self._covered < self.size:
            self._find("no_checkpoint", "From here on entries stand under no checkpoint.", self._covered)
        if self._outside is not None and self._outside.size > self.size:
            cut = f"The outside checkpoint covers {self._outside.size} entries, the journal ends after {self.size}."
            self._find("shorter_than_outside", cut, self.size)
        return self.findings

    def _find(self, kind: str, sentence: str, sequence: int | None = None) -> None:
        found, event = self._names.get(-1 if sequence is None else sequence, (None, ""))
        named = UUID(str(found)) if found else None
        if len(self.findings) < MOST:
            self.findings.append(Finding(kind, sentence, sequence, named, event))

    def _check_leaf(self, row: Row) -> None:
        if row.data is None:
            self._find("missing_leaf", "The leaf is gone; the index still holds its hash.", row.sequence)
            return
        if tree.leaf_hash(row.data) != row.hashed:
            self._find("altered_leaf", "The leaf's bytes do not match the hash in the index.", row.sequence)
            return
        if row.details is not None:
            self.cut.feed(row, row.data, row.details)
        columns = row.columns
        if columns and columns[1] == row.event and leaf.repeats(row.data, str(row.leaf), columns):
            return
        try:
            found = leaf.parse(row.data)
        except leaf.LeafError as error:
            self._find("malformed_leaf", f"The bytes are {error}.", row.sequence)
            return
        if (str(found.id), found.event, leaf.columns_of(found)) != (str(row.leaf), row.event, row.columns):
            self._find("altered_columns", "The columns for searching do not repeat the leaf's bytes.", row.sequence)

    def _check_heads(self) -> None:
        outside = self._outside
        if outside is not None and outside.size == self.size and outside.root != self._grown.root():
            told = f"The outside checkpoint of {self.size} entries has another root: one of them was altered since."
            self._find("outside_differs", told)
        while self._next is not None and self._next.size <= self.size:
            head, self._next = self._next, next(self._heads, None)
            self._check_signature(head)
            if not self._rooted:
                continue
            if head.size == self.size and head.root == self._grown.root():
                self._agreed = head.size
                continue
            self._rooted = False
            self._check_nodes()
            first, last = self._agreed, head.size - 1
            span = f"entry {first}" if first == last else f"one of the entries {first} to {last}"
            told = (
                f"The checkpoint of {head.size} entries has another root: {span} was altered together with the index."
            )
            self._find("root_differs", told, first if first == last else None)

    def _check_signature(self, head: Head) -> None:
        self.checkpoints += 1
        self._covered = max(self._covered, head.size)
        if head.public is None:
            told = f"The key that signed the checkpoint of {head.size} entries was not made by this installation."
            self._find("foreign_signer", told)
            return
        try:
            signed = checkpoint.check(head.note, head.public)
        except checkpoint.CheckpointError as error:
            self._find("bad_signature", f"The checkpoint of {head.size} entries does not hold: {error}.")
            return
        if (signed.origin, signed.size, signed.root) != (self.origin, head.size, head.root):
            self._find("altered_checkpoint", f"The signed text of checkpoint {head.size} says something else.")

    def _check_nodes(self) -> None:
        """Stored nodes against computed ones; the lowest that differ tell which entries were altered."""
        for level, made in sorted(self._made.items()):
            stored = self._nodes(level, min(made), max(made))
            for position, hashed in made.items():
                if stored.get(position) == hashed:
                    continue
                below = {(level - 1, 2 * position), (level - 1, 2 * position + 1)}
                if not below & self._differing:
                    first, last = position << level, ((position + 1) << level) - 1
                    told = f"The stored tree does not fit the entries {first} to {last}: {self._told(first, last)}."
                    self._find("node_differs", told, first)
                self._differing.add((level, position))
        self._made.clear()

    def _told(self, first: int, last: int) -> str:
        if last - first > 1:
            return "a node above them was altered"
        names = [f"{number} ({self._names[number][1]}, {self._names[number][0]})" for number in (first, last)]
        return f"one of {' and '.join(names)} was altered with its index entry, or their node"
