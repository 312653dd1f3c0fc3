"""Checking the journal or a range of it by a job, against a checkpoint kept elsewhere if there is one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.access import services as access
from compliance.auditing.models import Verification
from compliance.auditing.rules import VIEW
from panel.journal import queries as ledger
from panel.journal import services as journal
from panel.journal import verification
from panel.journal.rules import checkpoint
from panel.journal.rules.audit import CHUNK
from panel.journal.rules.checkpoint import CheckpointError
from panel.kernel import ids, jobs
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.crypto.kek import KekError
from panel.kernel.errors import Invalid
from panel.kernel.jobs import Run

NAME, SHOWN = "auditing.verify", 200


@transaction.atomic
def start(*, actor: Actor, first: int | None, last: int | None, outside: str, at: datetime) -> Verification:
    """Raises Forbidden, Invalid."""
    access.require(actor, VIEW)
    head, outside = ledger.head(), outside.replace("\r\n", "\n").strip()
    wrong = {}
    if head is None or (first or 0) < 0 or (first or 0) >= head.size:
        wrong["first"] = _("The journal has no such entry.")
    if last is not None and last < (first or 0):
        wrong["last"] = _("The last one stands before the first.")
    outside = f"{outside}\n" if outside else ""
    if outside:
        try:
            checkpoint.parse(outside)
        except CheckpointError:
            wrong["outside"] = _("This is no checkpoint. Paste the whole text, with its signature.")
    if wrong:
        raise Invalid(fields=wrong)
    row = Verification(id=ids.new_id(at), first=first or 0, last=last, outside=outside, asked_at=at)
    row.asked_by_kind, row.asked_by_id = actor.kind, actor.id
    row.save(force_insert=True)
    detail = {"first": row.first, "last": last, "outside": bool(outside)}
    journal.record("auditing.verification.asked", actor=actor, obj=row, detail=detail, at=at)
    jobs.start("auditing.verify", actor=actor, key=str(row.id), once=True, about=row.journal_ref, verification=row.id)
    return row


def run_check(*, run: Run, verification_id: UUID, at: datetime) -> None:
    """The job's body."""
    row = Verification.objects.get(id=verification_id)
    if row.ended_at is not None:
        return
    head = ledger.head()
    total = max(0, (min(row.last + 1, head.size) if row.last is not None else head.size) - row.first) if head else 0

    def told(count: int) -> None:
        run.progress(count, max(total, count), gettext_noop("Checked"), unit=gettext_noop("entries"))

    try:
        audit = verification.verify(outside=row.outside or None, first=row.first, last=row.last, told=told)
    except (CheckpointError, KekError, DatabaseError) as error:
        row.problem = str(error)[:300] or type(error).__name__
    else:
        row.findings = [_stored(one) for one in audit.findings[:SHOWN]]
        row.cut = audit.cut.told()
        row.read, row.checkpoints = audit.size - row.first + row.first % CHUNK, audit.checkpoints
    with transaction.atomic():
        row.ended_at = at
        row.save()
        detail = {"read": row.read, "findings": len(row.findings or []), "checked": not row.problem}
        journal.record("auditing.verification.ended", actor=SYSTEM, obj=row, detail=detail, at=at)
        run.checkpoint(1)
    run.result(*row.journal_ref)


def _stored(one: Any) -> dict[str, Any]:
    return {
        "kind": one.kind, "sentence": one.sentence, "sequence": one.sequence, "leaf": str(one.leaf) if one.leaf else None,
        "event": one.event,
    }  # fmt: skip
