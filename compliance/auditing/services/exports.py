"""Taking entries out as a file, by a job: JSON lines, CSV, or OCSF; read in their order, never counted first."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.access import services as access
from compliance.auditing import queries
from compliance.auditing.rules import EXPORTS, VIEW
from compliance.reports.rules import safe
from panel.journal import events
from panel.journal import services as journal
from panel.journal.models import Leaf
from panel.journal.rules import leaf as format1
from panel.journal.rules import ocsf
from panel.kernel import jobs
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid
from panel.kernel.jobs import Run
from panel.kernel.models import Job

CHUNK = 2000
NAMES = {"jsonl": "journal.jsonl", "csv": "journal.csv", "ocsf": "journal-ocsf.jsonl"}
COLUMNS = ("sequence", "id", "at", "event", "title", "actor_kind", "actor_id", "actor", "via_kind", "via_id",
           "object_kind", "object_id", "request")  # fmt: skip


@transaction.atomic
def start(*, actor: Actor, form: str, chosen: queries.Chosen, at: datetime) -> Job:
    """Begin; the file waits on the job's page for whoever started it. Raises Forbidden, Invalid."""
    access.require(actor, VIEW)
    if form not in EXPORTS:
        raise Invalid(fields={"form": _("Choose one of the forms.")})
    journal.record(
        "auditing.journal.exported", actor=actor, detail={"form": form, "narrowed": sorted(chosen.stored())}, at=at
    )
    arguments: dict[str, Any] = chosen.stored()
    return jobs.start("auditing.export", actor=actor, form=form, **arguments)


def write(run: Run, form: str, chosen: queries.Chosen) -> None:
    """The job's body."""
    rows = queries.chosen(chosen).order_by("id")
    lines = _csv(rows, run) if form == "csv" else _lines(rows, form, run)
    run.deliver(NAMES[form], lines)


def _pairs(rows: QuerySet[Leaf], run: Run) -> Iterator[tuple[int | None, Leaf]]:
    """Keyset: each chunk begins after the last id of the one before."""
    done, after = 0, UUID(int=0)
    while part := list(rows.filter(id__gt=after).select_related("entry")[:CHUNK]):
        for leaf in part:
            yield queries.sequence_of(leaf), leaf
        done, after = done + len(part), part[-1].id
        run.progress(done, None, gettext_noop("Written"), unit=gettext_noop("entries"))


def _lines(rows: QuerySet[Leaf], form: str, run: Run) -> Iterator[bytes]:
    for sequence, leaf in _pairs(rows, run):
        data = bytes(leaf.data)
        if form == "ocsf":
            found = ocsf.event(format1.parse(data), sequence)
            yield json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        else:
            place = b"null" if sequence is None else str(sequence).encode()
            yield b'{"sequence":' + place + b',"leaf":' + data + b"}\n"


def _csv(rows: QuerySet[Leaf], run: Run) -> Iterator[bytes]:
    words = queries.Words(run.actor, objects_too=False)
    yield _row(COLUMNS)
    held: list[tuple[int | None, Leaf]] = []
    for pair in _pairs(rows, run):
        held.append(pair)
        if len(held) >= CHUNK:
            yield _told(held, words)
            held = []
    yield _told(held, words)


def _told(held: list[tuple[int | None, Leaf]], words: queries.Words) -> bytes:
    words.learn(leaf for _sequence, leaf in held)
    return b"".join(
        _row(
            (
                sequence, leaf.id, leaf.at.isoformat(), leaf.event, events.title(leaf.event), leaf.actor_kind, leaf.actor_id,
                words.who(leaf), leaf.via_kind, leaf.via_id, leaf.object_kind, leaf.object_id, leaf.request_id,
            )
        )
        for sequence, leaf in held
    )  # fmt: skip


def _row(values: tuple[Any, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([safe(value) for value in values])
    return text.getvalue().encode()
