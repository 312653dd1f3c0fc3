"""Sending to sinks: at least once, in order, each entry under its own id; what waits is counted and told."""

import json
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from compliance.auditing.models import Sink
from compliance.auditing.services.sending import commits, lines, objects, outsiders
from compliance.auditing.services.sending.errors import NotSent, Rewritten
from panel.journal import queries as ledger
from panel.journal import services as journal
from panel.journal.models import Checkpoint, IndexEntry
from panel.journal.rules import leaf as format1
from panel.journal.rules import ocsf, syslog
from panel.kernel import ids
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto.keyring import KeyGone
from panel.outbound import services as outbound

BATCH, ROUNDS, LEASE = 500, 10, timedelta(seconds=60)
EVERY = timedelta(hours=1)
"""How often a checkpoint goes out, when there is a new one."""
PAUSE = timedelta(seconds=30)
"""After a failure."""

COMPARED = frozenset({"git", "witness"})
"""Kinds that say whether what they have is still right."""

NDJSON, PLAIN = "application/x-ndjson", "text/plain; charset=utf-8"


def work(at: datetime) -> int:
    """Each few seconds: give every sink what it has not got yet; how many entries and checkpoints went out."""
    rows = Sink.objects.filter(paused=False).filter(Q(leased_until__isnull=True) | Q(leased_until__lte=at))
    return sum(_serve(one, at) for one in rows.order_by("id"))


def _serve(sink: Sink, at: datetime) -> int:
    done = 0
    for _round in range(ROUNDS):
        row = _leased(sink, at)
        if row is None:
            break
        count = _send(row, at)
        done += max(count, 0)
        if count < BATCH:
            break
    return done


@transaction.atomic
def _leased(sink: Sink, at: datetime) -> Sink | None:
    row = Sink.objects.select_for_update(skip_locked=True).filter(id=sink.id, paused=False).first()
    if row is None or (row.leased_until is not None and row.leased_until > at):
        return None
    row.lease, row.leased_until = ids.new_id(), at + LEASE
    row.save(update_fields=["lease", "leased_until"])
    return row


def _send(row: Sink, at: datetime) -> int:
    """How many went out; -1 after a failure, whose lease is the pause until the next try."""
    reached, count, problem = row.reached, 0, ""
    try:
        _need_as_long(row)
        if row.what == "checkpoints":
            reached, count = _checkpoint(row, at)
        else:
            entries = _entries(row)
            if entries:
                _deliver(row, entries)
                reached, count = entries[-1].sequence, len(entries)
    except (NotSent, KeyGone, OSError) as error:
        problem = str(error)[:200] or type(error).__name__
        row.rewritten = error.size if isinstance(error, Rewritten) else row.rewritten
        reached = row.reached
    _settle(row, at, reached, count, problem)
    return -1 if problem else count


@transaction.atomic
def _settle(row: Sink, at: datetime, reached: int, count: int, problem: str) -> None:
    mine = Sink.objects.select_for_update().filter(id=row.id, lease=row.lease).first()
    if mine is None:
        return
    mine.lease, mine.leased_until = None, (at + PAUSE if problem else None)
    mine.problem, mine.failing_since = problem, ((mine.failing_since or at) if problem else None)
    if row.rewritten and mine.rewritten != row.rewritten:
        journal.record("auditing.sink.rewritten", actor=SYSTEM, obj=mine, detail={"size": row.rewritten}, at=at)
    mine.rewritten, mine.reached = row.rewritten, reached
    if count:
        mine.sent, mine.last_at = mine.sent + count, at
    mine.save()


def _need_as_long(row: Sink) -> None:
    """A sink that got more than there is: the journal's end is gone. It is told once, and what comes from now on goes out
    again, from the new end on. Raises Rewritten."""
    head = ledger.head()
    left, got = head.size if head else 0, row.reached + int(row.what == "entries")
    if got > left:
        row.reached = left - 1 if row.what == "entries" else -1
        told = _("It got %(n)s entries, and this journal has %(left)s: its end was cut off. Verify the journal.")
        raise Rewritten(told % {"n": got, "left": left}, got)


def _entries(row: Sink) -> list[IndexEntry]:
    found = IndexEntry.objects.filter(sequence__gt=row.reached).order_by("sequence").select_related("leaf")
    return list(found[:BATCH])


def _line(row: Sink, entry: IndexEntry) -> str:
    """One entry as one line of JSON."""
    data = bytes(entry.leaf.data)
    if row.form == "leaf":
        return f'{{"sequence":{entry.sequence},"leaf":{data.decode()}}}'
    found = ocsf.event(format1.parse(data), entry.sequence)
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def _deliver(row: Sink, entries: Sequence[IndexEntry]) -> None:
    """Raises NotSent, OSError."""
    text = [_line(row, entry) for entry in entries]
    first, last = entries[0], entries[-1]
    body = "\n".join(text).encode() + b"\n"
    if row.kind == "https":
        span = {"x-journal-first": str(first.sequence), "x-journal-last": str(last.sequence)}
        lines.post(row, body, NDJSON, span)
    elif row.kind == "s3":
        span = {"first-id": str(first.leaf_id), "last-id": str(last.leaf_id), "count": str(len(entries))}
        objects.put(row, f"entries/{first.sequence:016}-{last.sequence:016}.jsonl", body, NDJSON, span)
    elif row.kind == "syslog":
        host = socket.gethostname()
        lines.syslog(row, b"".join(_framed(host, entry, line) for entry, line in zip(entries, text, strict=True)))
    else:
        lines.append(row, body.decode())


def _framed(host: str, entry: IndexEntry, line: str) -> bytes:
    failed = entry.event == "access.refused" or entry.event.endswith((".refused", ".failed"))
    return syslog.message(
        at=entry.leaf.at, host=host, event=entry.event, uid=entry.leaf_id, sequence=entry.sequence, body=line,
        failed=failed,
    )  # fmt: skip


def _checkpoint(row: Sink, at: datetime) -> tuple[int, int]:
    """(size, 1) when a newer checkpoint went out. Until one that was found rewritten in git is right again, no other does."""
    again = row.rewritten is not None and row.kind in COMPARED
    head = ledger.covering_checkpoint((row.rewritten or 0) - 1) if again and row.kind == "git" else ledger.head()
    soon = row.last_at is not None and at - row.last_at < EVERY and not again
    if head is None or head.size <= row.reached or soon:
        return row.reached, 0
    _give(row, head, at)
    row.rewritten = None if again else row.rewritten
    return head.size, 1


def _give(row: Sink, head: Checkpoint, at: datetime) -> None:
    """Raises NotSent, OSError."""
    if row.kind == "https":
        lines.post(row, head.note.encode(), PLAIN, {"x-journal-size": str(head.size)})
    elif row.kind == "s3":
        objects.put(row, f"checkpoints/{head.size:016}.txt", head.note.encode(), PLAIN, {"size": str(head.size)})
    elif row.kind == "git":
        commits.commit(row, head)
    elif row.kind == "tsa":
        outsiders.stamp(row, head, at)
    elif row.kind == "witness":
        outsiders.witness(row, head, at)
    elif row.kind == "mail":
        outbound.send_mail(
            actor=SYSTEM, template="journal_checkpoint", to=str(row.target), at=at,
            context={"note": head.note, "size": head.size}, once=f"checkpoint-{row.id}-{head.size}",
        )  # fmt: skip
    elif row.kind == "syslog":
        lines.syslog(row, _told(row, head, at))
    else:
        lines.append(row, head.note + "\n")


def _told(row: Sink, head: Checkpoint, at: datetime) -> bytes:
    """A checkpoint as a message of syslog."""
    return syslog.message(
        at=at, host=socket.gethostname(), event="journal.checkpoint", uid=row.id, sequence=head.size,
        body=head.note.replace("\n", "\\n"), failed=False,
    )  # fmt: skip
