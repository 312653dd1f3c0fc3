"""Requests for a right, and what became of them."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.elevation.rules import EMERGENCY_HOURS, Glass, State
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


class Eligible(models.Model):
    """Who may take a role at once in an emergency: named beforehand, with a reason."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="emergency_roles")
    role = models.CharField(max_length=16)
    key_id = models.UUIDField()
    reason = EncryptedText()
    named_by_kind = models.CharField(max_length=10)
    named_by_id = models.UUIDField(null=True)
    named_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [models.UniqueConstraint(name="elevation_eligible_once", fields=["person", "role"])]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "eligible", self.id


class BrokenGlass(models.Model):
    """A role taken in an emergency, and its review. It stays open until somebody else closes it with a note."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    person_id = models.UUIDField()
    role = models.CharField(max_length=16)
    hours = models.PositiveSmallIntegerField()
    key_id = models.UUIDField()
    reason = EncryptedText()
    state = models.CharField(max_length=10, default=Glass.RUNNING, choices=[(one.value, one.value) for one in Glass])
    started_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reviewer_id = models.UUIDField(null=True)
    reviewer_key_id = models.UUIDField(null=True)
    reviewed_at = models.DateTimeField(null=True)
    note = EncryptedText(key="reviewer_key_id", null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["-started_at"], condition=~Q(state=Glass.REVIEWED), name="elevation_glass_open")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="elevation_glass_once", fields=["person_id", "role"], condition=Q(state=Glass.RUNNING)
            ),
            models.CheckConstraint(name="elevation_glass_hours", condition=Q(hours__lte=max(EMERGENCY_HOURS))),
            models.CheckConstraint(
                name="elevation_glass_reviewed",
                condition=~Q(state=Glass.REVIEWED)
                | Q(reviewer_id__isnull=False, reviewed_at__isnull=False, note__isnull=False, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="elevation_glass_other_eyes",
                condition=Q(reviewer_id__isnull=True) | ~Q(reviewer_id=F("person_id")),
            ),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "broken_glass", self.id
