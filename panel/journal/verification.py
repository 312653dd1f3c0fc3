"""The whole check of the stored journal: one streaming pass in one snapshot of the database."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from panel.journal import queries
from panel.journal.models import Checkpoint, Detail, IndexEntry, Leaf, Node, Signer
from panel.journal.rules import checkpoint, tree
from panel.journal.rules.audit import CHUNK, Audit, Finding, Head, Row

FETCH = 2000
LONGEST = 2**62
STEP = 20_000
"""Entries between two words about how far it is."""
ROWS = """
SELECT i.sequence, i.leaf_id::text, i.event, i.hash, l.data,
    to_char(l.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), l.event, l.actor_kind, l.actor_id::text, l.via_kind,
    l.via_id::text, l.object_kind, l.object_id::text, l.request_id,
    CASE WHEN position('"personal":[],"request":'::bytea IN l.data) > 0 THEN NULL
    ELSE (SELECT count(*) FROM journal_detail d WHERE d.leaf_id = i.leaf_id) END
FROM journal_index i LEFT JOIN journal_leaf l ON l.id = i.leaf_id
WHERE i.sequence >= %s AND i.sequence < %s ORDER BY i.sequence
"""
STRAY = """
SELECT l.id, l.event FROM journal_leaf l
WHERE NOT EXISTS (SELECT FROM journal_index i WHERE i.leaf_id = l.id)
AND NOT EXISTS (SELECT FROM journal_pending p WHERE p.leaf_id = l.id) ORDER BY l.id
"""
LOST = """
SELECT p.leaf_id FROM journal_pending p
WHERE NOT EXISTS (SELECT FROM journal_leaf l WHERE l.id = p.leaf_id) ORDER BY 1
"""
BEYOND = "SELECT max((position + 1) << level) FROM journal_node WHERE ((position + 1) << level) > %s"


def verify(
    *, outside: str | None = None, details: bool = False, first: int = 0, last: int | None = None,
    told: Callable[[int], None] = lambda _count: None,
) -> Audit:  # fmt: skip
    """Check everything and return the audit with its findings.

    `outside` is the text of a checkpoint kept elsewhere. With `first` or `last` only the entries around that range are
    read, from a chunk's begin to the next signed checkpoint; what stands before counts as the stored tree says, which the
    signed root then proves. `told` hears how many entries were read. Raises CheckpointError when the outside text cannot be
    read as one, KekError when this process lacks the content ring (then no signer can be proved).
    """
    with snapshot():
        held = checkpoint.parse(outside).checkpoint if outside is not None else None
        if held is not None and first:
            first = min(first, held.size - 1)
        start, end = first - first % CHUNK, max(_end(last), held.size if held else 0)
        begun = tree.frontier(start, stored_node)
        audit = Audit(origin=queries.origin(), heads=_heads(start, end), nodes=_nodes, outside=held, begun=begun)
        for count, row in enumerate(_rows(start, end), 1):
            audit.feed(row)
            if count % STEP == 0:
                told(count)
        audit.finish()
        if last is None:
            audit.findings.extend(_beside(audit.size))
        if outside is not None:
            audit.findings.extend(_outside(outside))
        if details:
            audit.findings.extend(_details())
    return audit


@contextmanager
def snapshot() -> Iterator[None]:
    nested = connection.in_atomic_block
    with transaction.atomic():
        if not nested:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _end(last: int | None) -> int:
    """Where reading ends: after the first checkpoint that covers `last`."""
    covering = Checkpoint.objects.filter(size__gt=last).order_by("size").first() if last is not None else None
    return covering.size if covering else LONGEST


def stored_node(level: int, position: int) -> bytes:
    """A stored hash; one that is missing gives a root that no checkpoint has."""
    if level == 0:
        row = IndexEntry.objects.filter(sequence=position).values_list("hash", flat=True).first()
    else:
        row = Node.objects.filter(level=level, position=position).values_list("hash", flat=True).first()
    return bytes(row) if row is not None else b"\x00" * 32


def stream(statement: str, *values: int) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values or None)
        while rows := cursor.fetchmany(FETCH):
            yield from rows


def _rows(start: int, end: int) -> Iterator[Row]:
    for sequence, leaf, event, hashed, data, *columns, details in stream(ROWS, start, end):
        stored = None if data is None else bytes(data)
        yield Row(sequence, leaf, event, bytes(hashed), stored, tuple(columns), details)


def _heads(start: int, end: int) -> Iterator[Head]:
    proved = {signer.id: queries.proved_public(signer) for signer in Signer.objects.all()}
    rows = Checkpoint.objects.filter(size__gt=start, size__lte=end).order_by("size")
    for row in rows.iterator(chunk_size=FETCH):
        yield Head(row.size, bytes(row.root), row.note, proved.get(row.signer_id))


def _nodes(level: int, first: int, last: int) -> dict[int, bytes]:
    rows = Node.objects.filter(level=level, position__gte=first, position__lte=last).values_list("position", "hash")
    return {position: bytes(hashed) for position, hashed in rows}


def _beside(size: int) -> Iterator[Finding]:
    """What stands in the tables and not in the tree."""
    for leaf, event in stream(STRAY):
        yield Finding(
            "stray_leaf",
            "The leaf is neither sealed nor waiting: it was put in, or its entry taken.",
            None,
            leaf,
            event,
        )
    for (leaf,) in stream(LOST):
        yield Finding("lost_leaf", "The leaf waited to be sealed and is gone.", None, leaf)
    with connection.cursor() as cursor:
        cursor.execute(BEYOND, [size])
        (reach,) = cursor.fetchone()
    if reach:
        yield Finding("nodes_beyond", f"The stored tree reaches to {reach} entries, the index ends after {size}.", size)


def _outside(note: str) -> Iterator[Finding]:
    """Whose signature the outside copy carries."""
    held = checkpoint.parse(note).checkpoint
    if held.origin != queries.origin():
        yield Finding("outside_foreign", f"The outside checkpoint belongs to {held.origin}.")
        return
    keys = [public for signer in Signer.objects.all() if (public := queries.proved_public(signer))]
    for public in keys:
        try:
            checkpoint.check(note, public)
        except checkpoint.CheckpointError:
            continue
        return
    yield Finding("outside_unsigned", "No key of this journal signed the outside checkpoint.")


def _details() -> Iterator[Finding]:
    wanted = Detail.objects.order_by("leaf_id").values_list("leaf_id", flat=True).distinct()
    for leaf in Leaf.objects.filter(id__in=wanted).order_by("id").iterator(chunk_size=FETCH):
        if any(one.values is not None and not one.genuine for one in queries.disclosed(leaf)):
            yield Finding(
                "altered_detail", "Stored personal detail does not open its commitment.", None, leaf.id, leaf.event
            )
