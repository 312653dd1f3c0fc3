"""What the ground itself does again after a restore: keys that were destroyed stay destroyed."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from panel.kernel.models import DataKey, Job


class DestroyedKeys:
    """Data keys by id. Their ids say nothing about anybody once the row is a tombstone."""

    def collect(self) -> Iterable[tuple[UUID, datetime]]:
        rows = DataKey.objects.filter(destroyed_at__isnull=False).values_list("id", "destroyed_at")
        return ((one, at) for one, at in rows.iterator(chunk_size=5000) if at)

    def apply(self, ids: Sequence[UUID], at: datetime) -> int:
        found = DataKey.objects.filter(id__in=ids, wrapped__isnull=False)
        return found.update(wrapped=None, destroyed_at=at)


def cancel_jobs(at: datetime) -> None:
    """What ran or waited when the backup was made would run again, late and perhaps for the second time."""
    Job.objects.filter(state__in=["queued", "running"]).update(
        state="cancelled", ended_at=at, holder=None, lease_until=None, keyed=False
    )
