"""What happens to backups once they are made: the ledger of erasures, lost keys, the rule of how many, the list."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Q

from panel.journal import services as journal
from panel.kernel import actors, clock, ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import kek
from panel.kernel.registries import backups as registry
from panel.kernel.registries import settings
from panel.ops.backups import keeping, making, places, queries, rules
from panel.ops.backups.format import archive, erasures, reading
from panel.ops.backups.making import BackupFailed, Job
from panel.ops.models import Backup

State, Reason = Backup.State, Backup.Reason
BROKEN_OFF = "It was broken off: the process that made it ended."


def by(row: Backup) -> Actor:
    return Actor(row.by_kind, row.by_id)  # type: ignore[arg-type]  # the check of kinds is the journal's


def failed(row: Backup, problem: str) -> None:
    row.state, row.problem, row.finished_at = State.FAILED, problem[:400], clock.now()
    with transaction.atomic():
        row.save()
        journal.record("ops.backup.failed", actor=by(row), obj=row, at=clock.now())


def refresh(job: Job, *, thorough: bool = False) -> str:
    """Write the ledger beside the backups, and take destroyed keys out of the older ones (`thorough`: also when nothing was
    erased since).

    Returns "" or why a part of it could not be done.
    """
    entries = {
        (kind, one, at.isoformat()) for kind, replay in registry.replays().items() for one, at in replay.collect()
    }
    stands = standing()
    gone = {one: at for kind, one, at in entries if kind == "key"}
    problem = ""
    for directory in filter(None, (job.directory, places.copy_directory())):
        try:
            directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            header, key = archive.new_header(
                job.provider,
                backup=uuid.uuid4(),
                installation=job.header.installation,
                mode=job.header.mode,
                made_at="ledger",
            )
            changed = erasures.add(directory, entries, job.provider, header, key, stands)
            for name in making.names(directory) if changed or thorough else []:
                keeping.forget_keys(directory / name, job.provider, gone)
        except (OSError, archive.ArchiveError) as error:
            problem = making.sentence(error, directory)
    return problem


def standing() -> erasures.Facts:
    """What this database says of what stands whatever is restored."""
    return {
        (kind, one): (at.astimezone(UTC).isoformat(), text)
        for kind, its in registry.standings().items()
        for one, at, text in its.collect()
    }


def refresh_ledgers(*, at: datetime) -> str:
    """The same between two backups, so that an erasure reaches the backups within the hour."""
    job = places.job(ids.new_id(), at.isoformat(timespec="seconds"))
    if not job.directory.is_dir():
        return ""
    try:
        with making.alone(job.directory):
            return refresh(job)
    except BackupFailed:
        return ""  # the one that is being made does it


def prune(*, at: datetime) -> list[str]:
    """Remove the backups that the rule does not keep, here and in the second directory; returns their names."""
    daily, weekly = int(settings.value(queries.DAILY)), int(settings.value(queries.WEEKLY))
    gone = keeping.prune(places.directory(), daily=daily, weekly=weekly)
    if second := places.copy_directory():
        keeping.prune(second, daily=daily, weekly=weekly)
    with transaction.atomic():
        for row in Backup.objects.filter(name__in=gone, state=State.DONE):
            row.state = State.REMOVED
            row.save(update_fields=["state"])
            journal.record("ops.backup.removed", actor=actors.SYSTEM, obj=row, at=at)
    return gone


def settle(*, at: datetime) -> None:
    """Bring the list in line with the directory: what was broken off failed, what lies there is listed, what is gone, is."""
    try:
        with making.alone(places.directory()):
            never = Q(state=State.WAITING, started_at__lt=at - rules.RETRY_AFTER)
            for row in Backup.objects.filter(Q(state=State.RUNNING) | never):
                failed(row, BROKEN_OFF)
            making.clean(places.directory())
    except BackupFailed:
        return  # one is being made
    present = set(making.names(places.directory()))
    Backup.objects.filter(state=State.DONE).exclude(name__in=present).update(state=State.REMOVED)
    for name in present - set(Backup.objects.filter(state=State.DONE).values_list("name", flat=True)):
        _adopt(places.directory() / name, at)


def _adopt(folder: Path, at: datetime) -> None:
    """List a backup that this database does not know: it was restored from an older one, or upgraded after it."""
    try:
        with reading.Files(folder) as files:
            reader = reading.Reader(files, places.provider())
    except (archive.ArchiveError, kek.KekError):
        return
    values = {
        "name": folder.name,
        "state": State.DONE,
        "started_at": datetime.fromisoformat(reader.header.made_at),
        "finished_at": at,
        "verified_at": at,
        "bytes": sum(path.stat().st_size for path in folder.iterdir()),
        "rows": sum(reader.manifest.tables.values()),
        "version": reader.manifest.version,
        "problem": "",
    }
    extra = {"reason": Reason.FOUND, "by_kind": "console"}
    Backup.objects.update_or_create(id=reader.header.id, defaults=values, create_defaults={**values, **extra})
