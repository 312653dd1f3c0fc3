"""Legal holds: what must not be destroyed, for which matter, since when; and who tried all the same.

A hold's state changes along listed steps only, which a trigger enforces; versions, lines and attempts are ledgers. So a hold
is never narrower than it was, outside of its release.
"""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from compliance.holds.rules.scope import Kind
from compliance.holds.rules.states import EFFECTIVE, State
from panel.kernel import ids
from panel.kernel.crypto.fields import EncryptedText


class HoldQuerySet(models.QuerySet["Hold"]):
    def effective(self) -> "HoldQuerySet":
        return self.filter(state__in=[one.value for one in EFFECTIVE])


class Hold(models.Model):
    """One matter. `reference` is the organisation's own short name of it; the title may name people and is sealed.
    `revision` is the number of its newest version."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    reference = models.CharField(max_length=40, unique=True)
    key_id = models.UUIDField(editable=False)
    title = EncryptedText()
    state = models.CharField(max_length=10, default=State.DRAFT, choices=[(one.value, one.value) for one in State])
    revision = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    placed_at = models.DateTimeField(null=True)
    placed_by_kind = models.CharField(max_length=12)
    placed_by_id = models.UUIDField(null=True)
    release_asked_by = models.UUIDField(null=True)
    release_approved_by = models.UUIDField(null=True)
    cooling_since = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField()

    objects: ClassVar = HoldQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="holds_hold_state", condition=Q(state__in=[one.value for one in State])),
            models.CheckConstraint(
                name="holds_hold_two_people",
                condition=~Q(state__in=["cooling", "released"])
                | (
                    Q(release_asked_by__isnull=False, release_approved_by__isnull=False, cooling_since__isnull=False)
                    & ~Q(release_asked_by=F("release_approved_by"))
                ),
            ),
            models.CheckConstraint(
                name="holds_hold_released_when",
                condition=Q(state="released", released_at__isnull=False)
                | (~Q(state="released") & Q(released_at__isnull=True)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="holds_hold_effective", fields=["state"], condition=Q(state__in=["active", "cooling"]))
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "hold", self.id


class Version(models.Model):
    """A scope that was added, with its reason; the row never changes."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    key_id = models.UUIDField(editable=False)
    reason = EncryptedText()
    by_kind = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [models.UniqueConstraint(name="holds_version_number", fields=["hold", "number"])]


class Line(models.Model):
    """What a version covers; an empty column covers everything. A subject stands here with every id that was the same
    person at that time, so that a later split narrows nothing."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="lines")
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Kind])
    subject = models.UUIDField(null=True)
    assistant = models.UUIDField(null=True)
    item = models.UUIDField(null=True)
    from_day = models.DateField(null=True)
    to_day = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(name="holds_line_hold", fields=["hold"]),
            models.Index(name="holds_line_subject", fields=["subject"], condition=Q(subject__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="holds_line_kind", condition=Q(kind__in=[one.value for one in Kind])),
            models.CheckConstraint(
                name="holds_line_says",
                condition=Q(kind="subject", subject__isnull=False)
                | Q(kind="assistant", assistant__isnull=False)
                | Q(kind__in=["conversation", "file"], item__isnull=False)
                | Q(kind="period", from_day__isnull=False, to_day__isnull=False)
                | Q(kind="organisation"),
            ),
        ]


class Attempt(models.Model):
    """Somebody tried to destroy what a hold keeps; the row never changes."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="attempts")
    kind = models.CharField(max_length=40)
    target = models.UUIDField()
    by_kind = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(name="holds_attempt_of", fields=["hold", "-id"])]
