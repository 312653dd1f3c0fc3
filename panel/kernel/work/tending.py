"""What keeps jobs going and the table small: lost workers, forgotten messages, old rows."""

from datetime import datetime, timedelta

from panel.kernel.models import Job
from panel.kernel.work import delivery, results, rows

KEPT = timedelta(days=30)
BATCH = 500


def tend() -> None:
    """Take back what lost workers held and wake workers for what is due. Safe to run anywhere, at any time."""
    rows.reclaim()
    delivery.deliver_due()


def forget(*, before: datetime) -> int:
    """Delete jobs that ended before the instant, with their files and keys; answers how many."""
    gone = 0
    while True:
        old = list(Job.objects.filter(ended_at__lt=before).only("id", "file_name")[:BATCH])
        if not old:
            return gone
        for job in old:
            if job.file_name:
                results.forget(job.id)
        gone += Job.objects.filter(pk__in=[job.pk for job in old], ended_at__lt=before).delete()[0]
