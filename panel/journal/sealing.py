"""Sealing: waiting leaves get their sequence, the tree grows, a checkpoint is signed. One transaction, one at a time."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

from panel.journal import queries, signers
from panel.journal.models import Checkpoint, IndexEntry, Leaf, Node, Pending, Refusal
from panel.journal.rules import checkpoint, tree
from panel.journal.services import REFUSED, record
from panel.kernel.actors import ANONYMOUS

BATCH = 2000
GRACE = timedelta(seconds=5)  # a process whose clock lags still counts into its minute


def seal(*, at: datetime) -> int:
    """Seal one batch of waiting leaves; returns how many (0 also when another worker is at it).

    A crash rolls everything back; a leaf whose transaction commits late is found by the next run, since order of sealing
    and order of ids need not agree.
    """
    with transaction.atomic():
        if not _alone():
            return 0
        waiting = list(Pending.objects.order_by("leaf_id").values_list("leaf_id", flat=True)[:BATCH])
        found = {row[0]: row for row in Leaf.objects.filter(id__in=waiting).values_list("id", "event", "data")}
        leaves = [found[one] for one in waiting if one in found]
        if not leaves:
            return 0
        head = queries.head()
        grown = queries.reading(lambda read: tree.frontier(head.size if head else 0, read))
        _append(grown, [(leaf_id, event, bytes(data)) for leaf_id, event, data in leaves])
        _sign(grown, at)
        Pending.objects.filter(leaf_id__in=list(found)).delete()
    return len(leaves)


def flush_refusals(*, at: datetime) -> int:
    """Turn the counted refusals of past minutes into leaves; returns how many leaves."""
    with transaction.atomic():
        over = Refusal.objects.filter(minute__lt=(at - GRACE).replace(second=0, microsecond=0))
        rows = list(over.select_for_update(skip_locked=True).order_by("minute", "id")[:BATCH])
        for row in rows:
            detail = {
                "route": row.route,
                "reason": row.reason,
                "address": row.address_hash,
                "minute": row.minute.strftime("%Y-%m-%dT%H:%MZ"),
                "count": row.count,
            }
            record(REFUSED, actor=ANONYMOUS, detail=detail, at=at)
        Refusal.objects.filter(id__in=[row.id for row in rows]).delete()
    return len(rows)


def _alone() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('journal.seal', 0))")
        return bool(cursor.fetchone()[0])


def _append(grown: tree.Frontier, leaves: list[tuple[UUID, str, bytes]]) -> None:
    entries, nodes = [], []
    for leaf_id, event, data in leaves:
        hashed = tree.leaf_hash(data)
        entries.append(IndexEntry(sequence=grown.size, leaf_id=leaf_id, event=event, hash=hashed))
        nodes += [Node(level=level, position=place, hash=made) for level, place, made in grown.append(hashed)]
    IndexEntry.objects.bulk_create(entries, batch_size=500)
    Node.objects.bulk_create(nodes, batch_size=500)


def _sign(grown: tree.Frontier, at: datetime) -> None:
    newest, *before = signers.signing(at=at)
    head = checkpoint.Checkpoint(queries.origin(), grown.size, grown.root())
    note = checkpoint.sign(head, signers.private(newest.signer))
    for one in before:
        note = checkpoint.cosign(note, signers.private(one.signer))
    Checkpoint.objects.create(size=head.size, root=head.root, signer=newest.signer, note=note, at=at)
