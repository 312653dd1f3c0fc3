"""Named guard policies of the organisation.

The gateway reads by SQL: `guard_guardpolicy(id, document, epoch)`, rows with `epoch` above its own. `document` is the JSON
of `rules` (stages, limits); `version` its content hash, which a published version and a call's record name.
"""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from panel.kernel import ids


class GuardPolicy(models.Model):
    """`preset` is the key of the built-in policy this row stands for, "" for one of the organisation's own."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=80)
    preset = models.CharField(max_length=20, blank=True, default="")
    document = models.JSONField()
    version = models.CharField(max_length=64)
    epoch = models.BigIntegerField(db_index=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="guard_policy_name"),
            models.UniqueConstraint(fields=["preset"], name="guard_policy_preset", condition=~Q(preset="")),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "guard_policy", self.id
