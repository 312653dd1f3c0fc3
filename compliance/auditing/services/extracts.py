"""A range of the journal as files that a verifier judges without this panel: docs/reference/bundle-format.md, "Ranges".

It is taken out as it lies there, also when somebody altered it: nothing is judged or mended here, and the columns, hashes and
leaves that do not fit each other all go along. What a superuser of the database did is then named outside.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from panel.journal import verification
from panel.journal.drafts import Draft
from panel.journal.models import Checkpoint, IndexEntry
from panel.journal.rules import canonical, tree
from panel.journal.verification import FETCH, LONGEST, LOST, STEP, STRAY

KIND, FORMAT = "journal.range", 1
ROWS = """
SELECT i.sequence, i.leaf_id::text, i.event, i.hash, l.data,
    to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), l.event, l.actor_kind, l.actor_id::text, l.via_kind,
    l.via_id::text, l.object_kind, l.object_id::text, l.request_id
FROM journal_index i LEFT JOIN journal_leaf l ON l.id = i.leaf_id
WHERE i.sequence >= %s AND i.sequence < %s ORDER BY i.sequence
"""


@dataclass(frozen=True)
class Range:
    """Entries from `first` on, before `end`. `open`: it reaches to the end of the journal."""

    first: int
    end: int
    open: bool


def of(first: int, last: int | None) -> Range:
    """What is taken for the entries `first` to `last`: up to the first checkpoint that covers them, else everything."""
    newest = IndexEntry.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    size = 0 if newest is None else newest + 1
    covering = Checkpoint.objects.filter(size__gt=last).order_by("size").first() if last is not None else None
    if covering is None or covering.size >= size:
        return Range(first, size, open=True)
    return Range(first, covering.size, open=False)


def take(draft: Draft, first: int, last: int | None, told: Callable[[int], None] = lambda _count: None) -> Range:
    """Add the range's files to the draft, all of one snapshot; `told` hears how many entries were written."""
    with verification.snapshot():
        wanted = of(first, last)
        draft.add("range.json", [canonical.encode(_begin(wanted))])
        draft.add("entries.jsonl", _entries(wanted, told))
        draft.add("checkpoints.jsonl", _checkpoints(wanted))
        draft.add("beside.jsonl", _beside() if wanted.open else ())
    return wanted


def line(**values: Any) -> bytes:
    return canonical.encode(values) + b"\n"


def _begin(wanted: Range) -> dict[str, Any]:
    """Where the range begins, and the hashes of the complete trees before it, largest first."""
    peaks = tree.frontier(wanted.first, verification.stored_node).peaks
    shown = [one.hex() for one in peaks]
    return {"end": wanted.end, "first": wanted.first, "open": wanted.open, "peaks": shown, "v": FORMAT}


def _entries(wanted: Range, told: Callable[[int], None]) -> Iterator[bytes]:
    rows = verification.stream(ROWS, wanted.first, wanted.end)
    for count, (sequence, leaf, event, hashed, data, *columns) in enumerate(rows, 1):
        # Bytes that are no UTF-8 no more have their hash afterwards, which is what they are told for.
        text = None if data is None else bytes(data).decode("utf-8", "replace")
        yield line(columns=columns, event=event, hash=bytes(hashed).hex(), id=leaf, leaf=text, sequence=sequence)
        if count % STEP == 0:
            told(count)


def _checkpoints(wanted: Range) -> Iterator[bytes]:
    """Those of the range; of an open one also those that speak of more than there is."""
    rows = Checkpoint.objects.filter(size__gte=max(1, wanted.first), size__lte=LONGEST if wanted.open else wanted.end)
    for row in rows.order_by("size").iterator(chunk_size=FETCH):
        yield line(note=row.note, root=bytes(row.root).hex(), size=row.size)


def _beside() -> Iterator[bytes]:
    """Leaves without a place that do not wait for one, and those that waited and are gone."""
    for leaf, event in verification.stream(STRAY):
        yield line(event=event, id=str(leaf), what="stray")
    for (leaf,) in verification.stream(LOST):
        yield line(event="", id=str(leaf), what="lost")
