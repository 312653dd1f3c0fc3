"""What an organisation decided about the rules that come with the panel, and its own."""

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.duties.rules import Strength
from panel.kernel import ids


class Decided(models.Model):
    """Another strength of a rule of the panel (`first` is empty), or a rule of the organisation's own."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=60, unique=True)
    strength = models.CharField(max_length=6, choices=[(one.value, one.value) for one in Strength])
    first = ArrayField(models.CharField(max_length=90), default=list, blank=True)
    second = ArrayField(models.CharField(max_length=90), default=list, blank=True)
    changed_by_kind = models.CharField(max_length=10)
    changed_by_id = models.UUIDField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                name="duties_decided_strength", condition=Q(strength__in=[one.value for one in Strength])
            )
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "duty_rule", self.id
