"""The installation's own jobs."""

import time
from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext_noop

from panel.kernel import clock
from panel.kernel.db import partitions
from panel.kernel.errors import Conflict
from panel.kernel.jobs import Run, job
from panel.kernel.work import tending
from panel.ops import queries
from panel.ops.backups import services as backups
from panel.ops.backups import upkeep
from panel.ops.services.reach import HEARTBEAT


@job("ops.heartbeat", title=gettext_noop("Show that jobs run"), every=timedelta(seconds=10))
def heartbeat() -> None:
    client = queries.valkey()
    try:
        client.set(HEARTBEAT, f"{time.time():.3f}", ex=3600)
    finally:
        client.close()


@job("ops.partitions", title=gettext_noop("Make room for the days to come"), every=timedelta(hours=6))
def make_partitions() -> None:
    today = clock.now().date()
    partitions.ensure(today, today + timedelta(days=partitions.AHEAD_DAYS))


@job(
    "ops.tend_jobs",
    title=gettext_noop("Wake jobs that wait, take back those of lost workers"),
    every=timedelta(seconds=5),
)
def tend_jobs() -> None:
    tending.tend()


@job(
    "ops.forget_jobs",
    title=gettext_noop("Forget jobs that ended 30 days ago"),
    every=timedelta(hours=24),
    deletes=True,
)
def forget_jobs() -> None:
    tending.forget(before=clock.now() - tending.KEPT)


@job("ops.try_jobs", title=gettext_noop("Try whether long jobs run"), long=True)
def try_jobs(run: Run, steps: str) -> None:
    """Counts to `steps`, five a second: shows that worker, lease, progress and cancelling work end to end."""
    wanted = int(steps)
    for step in range(int(run.checkpointed or 0), wanted):
        run.progress(step, wanted, gettext_noop("Counting"), unit=gettext_noop("steps"))
        time.sleep(0.2)
        run.checkpoint(step + 1)
        run.log(gettext_noop("Step %(number)s is done."), number=step + 1)
    run.progress(wanted, wanted)


@job("ops.backup", title=gettext_noop("Make a backup"), long=True, limit=timedelta(hours=12))
def make_backup(run: Run, backup: str) -> None:
    def told(share: float, what: str) -> None:
        run.progress(int(share * 100), 100, gettext_noop("At work on %(part)s"), part=what)

    made = backups.carry_out(backup=UUID(backup), told=told)
    if made.problem:
        raise Conflict(made.problem)
    run.progress(100, 100, gettext_noop("Made, and read back"))
    run.result("ops.backup", made.id)


@job("ops.backup_schedule", title=gettext_noop("Begin the backup that is due"), every=timedelta(minutes=10))
def begin_backup() -> None:
    backups.begin_due(at=clock.now())


@job("ops.backup_erasures", title=gettext_noop("Take destroyed keys out of the backups"), every=timedelta(hours=1))
def erase_in_backups() -> None:
    upkeep.refresh_ledgers(at=clock.now())
