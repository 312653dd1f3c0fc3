"""Conversations over many days, and a run carried out in the test's own transaction."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from assistants.conversations.models import CallContent
from assistants.conversations.services import keeping
from compliance.retention.models import Run
from compliance.retention.services import planning
from panel.kernel import actors, ids, jobs
from panel.kernel.crypto import keyring
from panel.kernel.db import partitions
from tests.compliance.holds.stage import ASSISTANT

NOW = datetime(2026, 11, 20, 14, 30, 7, tzinfo=UTC)


def talk(subject: UUID, moments: list[datetime], *, retention: str = "standard") -> list[CallContent]:
    """One conversation at each of these instants."""
    partitions.ensure(min(moments).date(), max(moments).date())
    key = keeping.content_key(subject=subject, assistant=ASSISTANT)
    rows = []
    for at in moments:
        call = ids.new_id(at)
        sealed = keyring.seal(key, f"canary {at}".encode(), table=keeping.TABLE, column=keeping.COLUMN, row=call)
        rows.append(
            CallContent(
                retention=retention, day=at.date(), id=call, assistant=ASSISTANT, subject=subject, sealed=sealed
            )
        )
    return CallContent.objects.bulk_create(rows)


def over_90_days(subject: UUID) -> list[CallContent]:
    """300 conversations, evenly over the 90 days before NOW: 200 of them are older than 30 days."""
    step = timedelta(days=90) / 300
    return talk(subject, [NOW - step * number - timedelta(hours=1) for number in range(300)])


def bytes_of() -> dict[UUID, bytes]:
    return {one: bytes(sealed) for one, sealed in CallContent.objects.values_list("id", "sealed")}


def agreed(at: datetime = NOW) -> Run:
    """A run that a console agreed with."""
    actor = actors.console()
    run = planning.begin(actor=actor, reason="manual", at=at)
    assert run is not None
    if run.needs:
        planning.approve(actor=actor, run=run, at=at, begins_at=at)
    return run


def carried_out(run: Run) -> Run:
    job = jobs.latest(run.journal_ref, planning.JOB)
    assert job is not None
    jobs.perform(job)
    run.refresh_from_db()
    return run
