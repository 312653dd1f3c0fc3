"""Requests for a right, and what became of them."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.elevation.rules import State
from panel.kernel import ids
from panel.kernel.crypto.fields import EncryptedText


class AccessRequest(models.Model):
    """`permit` is the right that was missing; with `object_kind` and `object_id` on that object, else everywhere. `role` is
    the object's role or the organisation's role that was given. Reason and answer are sealed under the person's key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_requests")
    key_id = models.UUIDField()
    permit = models.CharField(max_length=80)
    object_kind = models.CharField(max_length=40, blank=True, default="")
    object_id = models.UUIDField(null=True)
    role = models.CharField(max_length=16, blank=True, default="")
    reason = EncryptedText()
    state = models.CharField(max_length=10, default=State.OPEN, choices=[(one.value, one.value) for one in State])
    asked_at = models.DateTimeField()
    decided_by_kind = models.CharField(max_length=10, blank=True, default="")
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    answer = EncryptedText()
    expires_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["state", "-asked_at"], name="elevation_by_state")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="elevation_asked_once",
                fields=["person", "permit", "object_id"],
                condition=Q(state=State.OPEN),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="elevation_approved_ends", condition=~Q(state=State.APPROVED) | Q(expires_at__isnull=False)
            ),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "access_request", self.id
