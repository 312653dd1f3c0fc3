"""What retention does by itself, and the run that deletes."""

from datetime import timedelta
from uuid import UUID

from django.utils.translation import gettext_noop

from compliance.retention.services import clockwork, running
from panel.kernel import clock
from panel.kernel.jobs import Run, job


@job("retention.tick", title=gettext_noop("Begin the retention run that is due"), every=timedelta(minutes=5))
def tick() -> None:
    clockwork.tick(clock.now())


@job("retention.run", title=gettext_noop("Delete what is due"), long=True, limit=timedelta(hours=12))
def carry_out(run: Run, of: str) -> None:
    running.carry_out(work=run, run_id=UUID(of), at=clock.now)
    run.result("retention_run", UUID(of))
