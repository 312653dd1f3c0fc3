"""Private hosts that an administrator let the egress guard call. The gateway reads `outbound_allowedhost(host, port)` whole."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from panel.kernel import ids


class AllowedHost(models.Model):
    """One exact host and port. Names are lower-case ASCII, addresses in their plain spelling (outbound.guard)."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    added_by_kind = models.CharField(max_length=12)
    added_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["host", "port"], name="outbound_host_once"),
            models.CheckConstraint(name="outbound_host_port", condition=Q(port__gte=1, port__lte=65535)),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "allowed_host", self.id
