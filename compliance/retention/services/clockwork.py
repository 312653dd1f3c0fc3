"""What retention does by itself: one run a day at the set hour, a missed one caught up once."""

from datetime import datetime, timedelta

from compliance.retention import queries
from compliance.retention.models import Run
from compliance.retention.rules.states import State
from compliance.retention.services import planning, ruling
from panel.kernel import jobs
from panel.kernel.actors import SYSTEM
from panel.kernel.registries import deletion, settings

LATE = timedelta(hours=1)


def slot_of(at: datetime, hour: int) -> datetime:
    """The last set hour (UTC) that has come."""
    found = at.replace(hour=hour, minute=0, second=0, microsecond=0)
    return found if found <= at else found - timedelta(days=1)


def tick(at: datetime) -> None:
    """Begin what is due. Safe to repeat, and by several workers at once: a slot has one run."""
    ruling.settle(at)
    if deletion.is_stopped():
        return
    for run in Run.objects.filter(state=State.APPROVED, begins_at__lte=at):
        jobs.start("retention.run", actor=SYSTEM, key=str(run.id), about=run.journal_ref, of=run.id)
    slot = slot_of(at, int(settings.value(queries.HOUR)))
    if Run.objects.filter(slot=slot).exists() or Run.objects.unfinished().exists():
        return
    planning.begin(actor=SYSTEM, reason="schedule" if at - slot < LATE else "catch_up", at=at, slot=slot)


def after_release(at: datetime) -> None:
    """A hold was released: what it kept beyond its day goes with a run of its own, begun like any other."""
    if not deletion.is_stopped() and not Run.objects.unfinished().exists():
        planning.begin(actor=SYSTEM, reason="catch_up", at=at)
