"""Approvals of an exact effect, who decided, and who stands in for whom."""

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from accounts.approvals.rules.states import State
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto.fields import EncryptedJSON, EncryptedText

OBJECT_NONE = ""


class Approval(models.Model):
    """`digest` is the SHA-256 of kind, object, effect and facts (rules.content). `barred` are the persons who may not
    approve: who asked, and whom it happens to. Effect, facts and words are sealed under the asker's key (the panel's own,
    when it asks itself)."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40, blank=True, default=OBJECT_NONE)
    object_id = models.UUIDField(null=True)
    asker_kind = models.CharField(max_length=10)
    asker_id = models.UUIDField(null=True)
    # Text: the change feed cannot write arrays of UUIDs.
    barred = ArrayField(models.CharField(max_length=36), default=list)
    key_id = models.UUIDField()
    effect = EncryptedJSON()
    facts = EncryptedJSON()
    reason = EncryptedText()
    digest = models.CharField(max_length=64)
    needed = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=10, default=State.OPEN, choices=[(one.value, one.value) for one in State])
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by_kind = models.CharField(max_length=10, blank=True, default="")
    closed_by_id = models.UUIDField(null=True)
    answer = EncryptedText()

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["kind", "expires_at"], condition=Q(state=State.OPEN), name="approvals_open"),
            models.Index(fields=["asker_id", "-asked_at"], name="approvals_by_asker"),
            models.Index(fields=["object_kind", "object_id"], name="approvals_by_object"),
            GinIndex(fields=["barred"], name="approvals_barred"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="approvals_once", fields=["kind", "digest"], condition=Q(state=State.OPEN)),
            models.CheckConstraint(name="approvals_state", condition=Q(state__in=[one.value for one in State])),
            models.CheckConstraint(name="approvals_needed", condition=Q(needed__in=[1, 2])),
            models.CheckConstraint(name="approvals_expires_after", condition=Q(expires_at__gt=F("asked_at"))),
            models.CheckConstraint(
                name="approvals_closed_when",
                condition=Q(state=State.OPEN, closed_at__isnull=True)
                | (~Q(state=State.OPEN) & Q(closed_at__isnull=False)),
            ),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "approval", self.id

    @property
    def obj(self) -> tuple[str, UUID] | None:
        return (self.object_kind, self.object_id) if self.object_id else None

    @property
    def actor(self) -> Actor:
        """Who performs: the panel, by this approval."""
        return Actor("system", via=("approval", self.id))


class Decision(models.Model):
    """One person's word on one approval, for ever (a ledger). `for_person`: whose right was lent to a deputy."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    approval = models.ForeignKey(Approval, on_delete=models.PROTECT, related_name="decisions")
    person_id = models.UUIDField()
    for_person = models.UUIDField(null=True)
    approved = models.BooleanField()
    digest = models.CharField(max_length=64)
    key_id = models.UUIDField()
    note = EncryptedText()
    decided_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["person_id", "-decided_at"], name="approvals_by_person")]
        constraints: ClassVar = [
            models.UniqueConstraint(name="approvals_one_word_each", fields=["approval", "person_id"])
        ]


class Deputy(models.Model):
    """`deputy_id` stands in for `person_id` from an instant to another, unless it was ended before."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    person_id = models.UUIDField()
    deputy_id = models.UUIDField()
    key_id = models.UUIDField()
    reason = EncryptedText()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["deputy_id", "ends_at"], name="approvals_by_deputy"),
            models.Index(fields=["person_id", "-starts_at"], name="approvals_deputy_of"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="approvals_deputy_other", condition=~Q(person_id=F("deputy_id"))),
            models.CheckConstraint(name="approvals_deputy_ends", condition=Q(ends_at__gt=F("starts_at"))),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "deputy", self.id
