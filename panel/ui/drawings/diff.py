"""Two texts side by side, line by line, with the changed words marked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

_WORD = re.compile(r"\s+|\w+|[^\w\s]")
CONTEXT = 2
"""Equal lines kept around a change before the rest is folded."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One half of a row; `number` is the 1-based line, None where the other side has a line and this one has not."""

    number: int | None
    pieces: tuple[Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """`kind` is same, changed, removed, added or fold; a fold row stands for `folded` equal lines."""

    kind: str
    left: Side
    right: Side
    folded: int = 0


def compare(old: str, new: str, *, context: int = CONTEXT) -> list[Row]:
    """Rows for a side-by-side view; no row says "fold" when the texts are short or fully different."""
    left, right = old.splitlines(), new.splitlines()
    rows: list[Row] = []
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            rows += [Row("same", _plain(a1 + i, left), _plain(b1 + i, right)) for i in range(a2 - a1)]
        else:
            rows += _changed(left, right, range(a1, a2), range(b1, b2))
    return list(_folded(rows, context))


def changed_lines(rows: list[Row]) -> int:
    return sum(row.kind in {"changed", "removed", "added"} for row in rows)


def _plain(index: int, lines: list[str]) -> Side:
    return Side(index + 1, (Piece(lines[index], changed=False),))


def _whole(index: int, lines: list[str]) -> Side:
    return Side(index + 1, (Piece(lines[index], changed=True),))


def _changed(left: list[str], right: list[str], old: range, new: range) -> Iterator[Row]:
    for a, b in zip(old, new, strict=False):
        pieces = _words(left[a], right[b])
        yield Row("changed", Side(a + 1, pieces[0]), Side(b + 1, pieces[1]))
    for a in old[len(new) :]:
        yield Row("removed", _whole(a, left), Side(None))
    for b in new[len(old) :]:
        yield Row("added", Side(None), _whole(b, right))


def _words(old: str, new: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    left, right = _WORD.findall(old), _WORD.findall(new)
    sides: tuple[list[Piece], list[Piece]] = ([], [])
    for tag, a1, a2, b1, b2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        for side, words in zip(sides, (left[a1:a2], right[b1:b2]), strict=True):
            if words:
                side.append(Piece("".join(words), changed=tag != "equal"))
    return _joined(sides[0]), _joined(sides[1])


def _joined(pieces: list[Piece]) -> tuple[Piece, ...]:
    """Neighbours become one piece, and so does the blank between two changed words: phrases read better than words."""
    found: list[Piece] = []
    for place, piece in enumerate(pieces):
        between = 0 < place < len(pieces) - 1 and pieces[place - 1].changed and pieces[place + 1].changed
        changed = piece.changed or (between and piece.text.isspace())
        if found and found[-1].changed == changed:
            found[-1] = Piece(found[-1].text + piece.text, changed=changed)
        else:
            found.append(Piece(piece.text, changed=changed))
    return tuple(found)


def _folded(rows: list[Row], context: int) -> Iterator[Row]:
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end].kind == "same":
            end += 1
        if end == start:
            yield rows[start]
            start += 1
            continue
        head = context if start else 0
        tail = context if end < len(rows) else 0
        hidden = (end - start) - head - tail
        # A fold that hides one line is longer than the line.
        if hidden < 2 or (not start and end == len(rows)):
            yield from rows[start:end]
        else:
            yield from rows[start : start + head]
            yield Row("fold", Side(None), Side(None), folded=hidden)
            yield from rows[end - tail : end]
        start = end
