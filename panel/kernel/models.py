"""Tables of the ground: installation, data keys, epoch, workers, partitioned tables, settings."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from panel.kernel import clock, ids


class Installation(models.Model):
    """One row: this installation is one organisation. Its id is part of every ciphertext's associated data."""

    singleton = models.BooleanField(primary_key=True, default=True)
    id = models.UUIDField(default=ids.new_id, editable=False, unique=True)
    mode = models.CharField(max_length=12)
    organisation = models.CharField(max_length=120, default="")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="kernel_installation_single", condition=Q(singleton=True)),
            models.CheckConstraint(
                name="kernel_installation_mode", condition=Q(mode__in=["production", "demo", "test"])
            ),
        ]


class DataKey(models.Model):
    """A data key, wrapped. Destroying it makes all that it sealed unreadable; the row stays as a tombstone.

    Up to two opaque owners (a subject and an assistant, a person, a secret): destroying by either owner destroys it.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    ring = models.CharField(max_length=8)
    purpose = models.CharField(max_length=40)
    owner = models.UUIDField(null=True, db_index=True)
    second_owner = models.UUIDField(null=True, db_index=True)
    kek_id = models.CharField(max_length=64)
    wrapped = models.BinaryField(null=True)
    epoch = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    destroyed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="kernel_datakey_ring", condition=Q(ring__in=["serving", "content"])),
            models.CheckConstraint(
                name="kernel_datakey_destroyed_is_empty",
                condition=Q(destroyed_at__isnull=True, wrapped__isnull=False)
                | Q(destroyed_at__isnull=False, wrapped__isnull=True),
            ),
            models.UniqueConstraint(
                name="kernel_datakey_one_named", fields=["purpose"], condition=Q(owner__isnull=True)
            ),
        ]
        indexes: ClassVar = [models.Index(name="kernel_datakey_epoch", fields=["epoch"])]


class Epoch(models.Model):
    """One row, bumped by every change that the gateway must see."""

    singleton = models.BooleanField(primary_key=True, default=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(name="kernel_epoch_single", condition=Q(singleton=True))]


class Worker(models.Model):
    """A gateway worker and the newest epoch that it serves from; it writes its row at each refresh."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=20)
    epoch = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField()
    started_at = models.DateTimeField()


class PartitionedTable(models.Model):
    """What `ensure_partitions` makes ahead: a table by month, or by (retention class, day)."""

    table = models.CharField(max_length=60, primary_key=True)
    scheme = models.CharField(max_length=12)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="kernel_partitioned_scheme", condition=Q(scheme__in=["month", "class_day"]))
        ]


class RetentionClass(models.Model):
    """A named class of stored content (at most 12). The period belongs to the class; retention owns its rules."""

    name = models.CharField(max_length=24, primary_key=True)
    days = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="kernel_retention_name", condition=Q(name__regex="^[a-z][a-z0-9_]{0,23}$")),
            models.CheckConstraint(name="kernel_retention_days", condition=Q(days__gte=1)),
        ]


class Setting(models.Model):
    """A setting that the panel edits; the registry holds its default, type and whether the environment overrides it."""

    name = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField()
    changed_at = models.DateTimeField(default=clock.now)
