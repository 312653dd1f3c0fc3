"""Reports that were written."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from panel.kernel import ids


class Report(models.Model):
    """A signed bundle, sealed under a key of its own. `job` wrote it: a job that runs again writes no second one."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField(max_length=40)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField()
    count = models.PositiveIntegerField()
    job = models.UUIDField(unique=True)
    bundle_id = models.UUIDField(unique=True)
    manifest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by_kind = models.CharField(max_length=10)
    made_by_id = models.UUIDField(null=True)
    key_id = models.UUIDField()
    sealed = models.BinaryField()

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(name="reports_report_made", fields=["-made_at", "id"])]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "report", self.id
