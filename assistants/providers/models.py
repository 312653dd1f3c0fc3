"""Providers: who answers, where, under which law.

The gateway reads by SQL: `providers_provider(id, kind, base_url, enabled, epoch)`, rows with `epoch` above its own, and
the key through the vault's binding ("provider", id). `kind` is one of rules.Kind; `base_url` is empty for the demo.
"""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from assistants.providers.rules import Kind
from panel.kernel import ids
from panel.kernel.crypto.fields import EncryptedText


class Provider(models.Model):
    """`checked_*` is the last live test, `listed_models` the names it listed. `contact` may name a person and is sealed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    base_url = models.CharField(max_length=500, blank=True, default="")
    secret = models.ForeignKey("vault.Secret", null=True, on_delete=models.PROTECT, related_name="+")
    default_model = models.CharField(max_length=120, blank=True, default="")
    listed_models = models.JSONField(default=list)
    legal_entity = models.CharField(max_length=200, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    retention_note = models.CharField(max_length=500, blank=True, default="")
    key_id = models.UUIDField(null=True)
    contact = EncryptedText(key="key_id", null=True)
    enabled = models.BooleanField(default=True)
    checked_at = models.DateTimeField(null=True)
    checked_code = models.CharField(max_length=20, blank=True, default="")
    checked_ms = models.PositiveIntegerField(null=True)
    epoch = models.BigIntegerField(db_index=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="providers_name"),
            models.CheckConstraint(name="providers_kind", condition=Q(kind__in=[kind.value for kind in Kind])),
            models.CheckConstraint(
                name="providers_address", condition=Q(kind="demo", base_url="") | (Q(kind="openai") & ~Q(base_url=""))
            ),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "provider", self.id
