"""API keys: a keyed hash, what it opens, and until when. The gateway reads these columns by SQL: keep them plain."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.credentials.rules.life import Kind, State, state_of
from panel.kernel import clock, ids


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def active(self, at: datetime) -> "ApiKeyQuerySet":
        return self.filter(revoked_at__isnull=True, expires_at__gt=at)


class ApiKey(models.Model):
    """`key_id` is the public part, `digest` HMAC-SHA256 of the whole key under the pepper. `epoch` is that of the last
    change, for the gateway's snapshot."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    key_id = models.CharField(max_length=10, unique=True)
    digest = models.BinaryField(max_length=32, unique=True)
    kind = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Kind])
    name = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=80))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys")
    creator_kind = models.CharField(max_length=10)
    creator_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)
    successor = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="predecessor")
    epoch = models.BigIntegerField(default=0)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="credentials_apikey_kind", condition=Q(kind__in=[one.value for one in Kind])),
            models.CheckConstraint(
                name="credentials_apikey_ends_after_it_begins", condition=Q(expires_at__gt=F("created_at"))
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="credentials_apikey_epoch", fields=["epoch"]),
            # The orders of the list; a person's own keys are few and sorted in memory.
            models.Index(name="credentials_apikey_ends", fields=["expires_at", "id"]),
            models.Index(name="credentials_apikey_name", fields=["name", "id"]),
        ]

    def state(self, at: datetime) -> State:
        return state_of(self.revoked_at, self.expires_at, at)

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "api_key", self.id


class ApiKeyAssistant(models.Model):
    """An assistant that a gateway key may call. Opaque here: the floor above knows what stands behind the id."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="assistants")
    assistant_id = models.UUIDField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="credentials_apikeyassistant_once", fields=["api_key", "assistant_id"])
        ]
