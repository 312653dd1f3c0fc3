"""What the operations remember. What a backup holds stands in the backup itself; this is the list that people read."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from panel.kernel import ids


class Backup(models.Model):
    """One backup: asked for, being made, made, failed, or removed by the rule that keeps so many. The id is the archive's."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"
        REMOVED = "removed"

    class Reason(models.TextChoices):
        SCHEDULE = "schedule"
        MANUAL = "manual"
        UPGRADE = "upgrade"
        FOUND = "found"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=60, default="")
    reason = models.CharField(max_length=10, choices=Reason)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    by_kind = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    verified_at = models.DateTimeField(null=True)
    copied_at = models.DateTimeField(null=True)
    bytes = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    version = models.CharField(max_length=40, default="")
    problem = models.CharField(max_length=400, default="")

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                name="ops_backup_done_is_verified",
                condition=~Q(state="done") | Q(finished_at__isnull=False, verified_at__isnull=False),
            ),
            models.CheckConstraint(name="ops_backup_failed_says_why", condition=~Q(state="failed") | ~Q(problem="")),
        ]
        indexes: ClassVar = [models.Index(name="ops_backup_state", fields=["state", "-started_at"])]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "ops.backup", self.id

    @property
    def seconds(self) -> float | None:
        """How long it took, by the house's clock."""
        return (self.finished_at - self.started_at).total_seconds() if self.finished_at else None
