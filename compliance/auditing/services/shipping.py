"""Sending to sinks: at least once, in order, each entry under its own id; what waits is counted and told."""

import json
import os
import socket
import ssl
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from compliance.auditing.models import Sink
from panel.journal import queries as ledger
from panel.journal.models import Checkpoint, IndexEntry
from panel.journal.rules import leaf as format1
from panel.journal.rules import ocsf, syslog
from panel.kernel import ids
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto.keyring import KeyGone
from panel.outbound import hosts
from panel.outbound import services as outbound
from panel.outbound.guard.errors import EgressError
from panel.outbound.guard.lines import dial
from panel.outbound.webhooks import wire

BATCH, ROUNDS, LEASE, TIMEOUT = 500, 10, timedelta(seconds=60), 15.0
EVERY = timedelta(hours=1)
"""How often a checkpoint goes out, when there is a new one."""
PAUSE = timedelta(seconds=30)
"""After a failure."""


class NotSent(Exception):  # noqa: N818 - an answer
    """It did not arrive; the text is fit for people."""


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
        if row.what == "checkpoints":
            reached, count = _checkpoint(row, at)
        else:
            entries = _entries(row)
            if entries:
                _deliver(row, entries)
                reached, count = entries[-1].sequence, len(entries)
    except (NotSent, KeyGone, OSError) as error:
        problem = str(error)[:200] or type(error).__name__
    _settle(row, at, reached, count, problem)
    return -1 if problem else count


@transaction.atomic
def _settle(row: Sink, at: datetime, reached: int, count: int, problem: str) -> None:
    mine = Sink.objects.select_for_update().filter(id=row.id, lease=row.lease).first()
    if mine is None:
        return
    mine.lease, mine.leased_until = None, (at + PAUSE if problem else None)
    mine.problem, mine.failing_since = problem, ((mine.failing_since or at) if problem else None)
    if count:
        mine.reached, mine.sent, mine.last_at = reached, mine.sent + count, at
    mine.save()


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
    lines = [_line(row, entry) for entry in entries]
    if row.kind == "https":
        span = {"x-journal-first": str(entries[0].sequence), "x-journal-last": str(entries[-1].sequence)}
        _post(row, "\n".join(lines).encode() + b"\n", "application/x-ndjson", span)
    elif row.kind == "syslog":
        host = socket.gethostname()
        _write_line(row, b"".join(_framed(host, entry, line) for entry, line in zip(entries, lines, strict=True)))
    else:
        _append(row, "\n".join(lines) + "\n")


def _framed(host: str, entry: IndexEntry, line: str) -> bytes:
    failed = entry.event == "access.refused" or entry.event.endswith((".refused", ".failed"))
    return syslog.message(
        at=entry.leaf.at, host=host, event=entry.event, uid=entry.leaf_id, sequence=entry.sequence, body=line,
        failed=failed,
    )  # fmt: skip


def _checkpoint(row: Sink, at: datetime) -> tuple[int, int]:
    """(size, 1) when a newer checkpoint went out."""
    head: Checkpoint | None = ledger.head()
    if head is None or head.size <= row.reached or (row.last_at is not None and at - row.last_at < EVERY):
        return row.reached, 0
    if row.kind == "https":
        _post(row, head.note.encode(), "text/plain; charset=utf-8", {"x-journal-size": str(head.size)})
    elif row.kind == "mail":
        outbound.send_mail(
            actor=SYSTEM, template="journal_checkpoint", to=str(row.target), at=at,
            context={"note": head.note, "size": head.size}, once=f"checkpoint-{row.id}-{head.size}",
        )  # fmt: skip
    elif row.kind == "syslog":
        text = head.note.replace("\n", "\\n")
        message = syslog.message(
            at=at, host=socket.gethostname(), event="journal.checkpoint", uid=row.id, sequence=head.size, body=text,
            failed=False,
        )  # fmt: skip
        _write_line(row, message)
    else:
        _append(row, head.note + "\n")
    return head.size, 1


def _post(row: Sink, body: bytes, content: str, more: dict[str, str]) -> None:
    headers = {"content-type": content, "user-agent": "ClawPanel", **more}
    if row.token:
        headers["authorization"] = f"Bearer {row.token}"
    answer = wire.post(str(row.target), headers, body, allowed=hosts.allowed(), timeout=TIMEOUT, read=0)
    if answer.problem:
        raise NotSent(answer.said or _("It answered %(status)s.") % {"status": answer.status})


def _write_line(row: Sink, data: bytes) -> None:
    """TCP tells no arrival: what the other side had not read when the line broke goes out again with the next batch."""
    scheme, _sep, rest = str(row.target).partition("://")
    host, _colon, port = rest.rpartition(":")
    host = host.strip("[]")
    try:
        line = dial(host, int(port), secure=scheme == "tls", allowed=hosts.allowed(), timeout=TIMEOUT)
    except EgressError as error:
        raise NotSent(error.sentence) from None
    with line:
        secured = ssl.create_default_context().wrap_socket(line, server_hostname=host) if scheme == "tls" else line
        secured.sendall(data)
        if isinstance(secured, ssl.SSLSocket):
            secured.unwrap()


def folder() -> Path:
    return Path(settings.DATA_DIR) / "journal-stream"


def _append(row: Sink, text: str) -> None:
    """On disk when it returns."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / str(row.target)
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        os.write(file, text.encode())
        os.fsync(file)
    finally:
        os.close(file)
