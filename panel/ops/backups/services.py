"""Making, keeping and handing out backups, as a person, a schedule or the console asks for them."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from panel.journal import services as journal
from panel.kernel import actors, clock, ids, jobs
from panel.kernel.actors import Actor
from panel.kernel.crypto import kek
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Missing
from panel.kernel.registries import settings
from panel.kernel.work.run import Cancelled
from panel.ops.backups import keeping, making, places, queries, upkeep
from panel.ops.backups.making import BackupFailed, Job
from panel.ops.models import Backup

State, Reason = Backup.State, Backup.Reason
Told = Callable[[float, str], None]
WAIT_SECONDS = 120.0


def silent(_done: float, _what: str) -> None:
    """Nobody watches."""


class BackupRunning(Conflict):
    """One at a time."""

    code = "backup_running"


def start(*, actor: Actor, at: datetime, reason: Backup.Reason = Reason.MANUAL, sent: bool = True) -> Backup:
    """Ask for a backup; the worker makes it, or the caller itself (`sent=False`). Raises BackupRunning."""
    with transaction.atomic():
        epochs.lock("ops.backup")
        upkeep.settle(at=at)
        if queries.current():
            raise BackupRunning(_("A backup is being made already."))
        row = Backup.objects.create(
            id=ids.new_id(),
            reason=reason,
            by_kind=actor.kind,
            by_id=actor.id,
            started_at=at,
            version=places.panel_version(),
        )
        journal.record("ops.backup.started", actor=actor, obj=row, detail={"reason": str(reason)}, at=at)
        if sent:
            jobs.start("ops.backup", actor=actor, about=("ops.backup", row.id), backup=row.id)
    return row


def carry_out(*, backup: UUID, told: Told = silent) -> Backup:
    """Make a backup that was asked for. Twice is once: one that is made or failed stays so."""
    row = queries.one(backup)
    directory = places.directory()
    try:
        with making.alone(directory, wait=WAIT_SECONDS):
            row.refresh_from_db()
            if row.state not in {State.WAITING, State.RUNNING}:
                return row
            row.state = State.RUNNING
            row.save(update_fields=["state"])
            _make(row, told)
    except (BackupFailed, kek.KekError) as error:
        upkeep.failed(row, str(error))
    except Cancelled:
        upkeep.failed(row, "It was cancelled.")
        raise
    return row


def _make(row: Backup, told: Told) -> None:
    job = places.job(row.id, row.started_at.isoformat(timespec="seconds"))
    if (job.directory / job.name).exists():  # made, and killed before it was written down
        keeping.remove(job.directory, job.name)
    manifest = making.make(job, told)
    told(0.95, "keep")
    problem = upkeep.refresh(job, thorough=True)
    problem = _copied(row, job) or problem
    row.name, row.rows = job.name, sum(manifest.tables.values())
    row.bytes = sum(path.stat().st_size for path in (job.directory / job.name).iterdir())
    row.finished_at = row.verified_at = clock.now()
    row.state, row.problem = State.DONE, problem[:400]
    with transaction.atomic():
        row.save()
        detail = {"bytes": row.bytes, "rows": row.rows, "copied": row.copied_at is not None}
        journal.record("ops.backup.made", actor=upkeep.by(row), obj=row, detail=detail, at=clock.now())
    upkeep.prune(at=clock.now())


def _copied(row: Backup, job: Job) -> str:
    second = places.copy_directory()
    if second is None:
        return ""
    try:
        making.copy(job, second)
    except BackupFailed as error:
        return str(error)
    row.copied_at = clock.now()
    return ""


def begin_due(*, at: datetime) -> Backup | None:
    """What the schedule does at every tick: start a backup when its hour has come."""
    upkeep.settle(at=at)
    if queries.current() or queries.standing(at).next_at > at:
        return None
    return start(actor=actors.SYSTEM, at=at, reason=Reason.SCHEDULE)


def change(*, actor: Actor, values: dict[str, str], at: datetime) -> None:
    """Change when backups are made and how many are kept. Raises Invalid, Conflict."""
    with transaction.atomic():
        changed = {}
        for name, text in values.items():
            before = settings.value(name)
            if (after := settings.change(name, text)) != before:
                changed[name.removeprefix("backups.")] = after
        if changed:
            journal.record("ops.backups.changed", actor=actor, detail=changed, at=at)


def note_download(*, actor: Actor, backup: Backup, at: datetime) -> Path:
    """Journal that a backup leaves the machine; returns its folder. Raises Missing when its files are gone."""
    folder = places.directory() / backup.name
    if backup.state != State.DONE or not (folder / "manifest.part").exists():
        raise Missing(_("The files of this backup are not there any more."))
    with transaction.atomic():
        journal.record("ops.backup.downloaded", actor=actor, obj=backup, at=at)
    return folder
