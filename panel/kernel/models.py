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
            # The partition of rows that a legal hold keeps beyond their day.
            models.CheckConstraint(name="kernel_retention_not_held", condition=~Q(name="held")),
        ]


class Setting(models.Model):
    """A setting that the panel edits; the registry holds its default, type and whether the environment overrides it."""

    name = models.CharField(max_length=80, primary_key=True)
    value = models.JSONField()
    changed_at = models.DateTimeField(default=clock.now)


class Job(models.Model):
    """One run of a long task: the truth about it. The broker only wakes a worker; who works holds a lease.

    `arguments`, `checkpoint`, `phase` and `log` hold ids, numbers and fixed sentences, nothing personal. `key` is unique
    per name while the job is not over (`keyed`), or for good (`once`). `lease_until`, `sent_at`, `not_before` are the
    database's own time; the other instants are the house's clock.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=60)
    arguments = models.JSONField(default=dict)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    about_kind = models.CharField(max_length=40, default="")
    about_id = models.UUIDField(null=True)
    key = models.CharField(max_length=120, default="")
    keyed = models.BooleanField(default=False)
    once = models.BooleanField(default=False)
    state = models.CharField(max_length=12, default="queued")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=40, default="")
    phase = models.CharField(max_length=200, default="")
    words = models.JSONField(default=dict)
    log = models.JSONField(default=list)
    checkpoint = models.JSONField(null=True)
    result_kind = models.CharField(max_length=40, default="")
    result_id = models.UUIDField(null=True)
    file_name = models.CharField(max_length=120, default="")
    file_size = models.BigIntegerField(default=0)
    error_code = models.CharField(max_length=60, default="")
    error = models.CharField(max_length=300, default="")
    attempts = models.PositiveIntegerField(default=0)
    strikes = models.PositiveIntegerField(default=0)
    holder = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    not_before = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    cancel_requested_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="kernel_job_state", condition=Q(state__in=["queued", "running", "done", "failed", "cancelled"])
            ),
            models.CheckConstraint(
                name="kernel_job_ended",
                condition=Q(state__in=["queued", "running"], ended_at__isnull=True)
                | Q(state__in=["done", "failed", "cancelled"], ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="kernel_job_holder",
                condition=Q(state="running", holder__isnull=False, lease_until__isnull=False)
                | (~Q(state="running") & Q(holder__isnull=True, lease_until__isnull=True)),
            ),
            models.UniqueConstraint(name="kernel_job_key", fields=["name", "key"], condition=Q(keyed=True)),
        ]
        indexes: ClassVar = [
            models.Index(name="kernel_job_open", fields=["state", "id"], condition=Q(ended_at__isnull=True)),
            models.Index(name="kernel_job_actor", fields=["actor_id", "-id"]),
            models.Index(name="kernel_job_about", fields=["about_id", "-id"], condition=Q(about_id__isnull=False)),
            models.Index(name="kernel_job_ended_at", fields=["ended_at"], condition=Q(ended_at__isnull=False)),
        ]


class Scheduled(models.Model):
    """A name on the schedule: the last slot that a beat claimed, and how its last run went. The schedule itself is code."""

    name = models.CharField(max_length=60, primary_key=True)
    slot = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, default="")
    error_code = models.CharField(max_length=60, default="")
    job_id = models.UUIDField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="kernel_scheduled_outcome", condition=Q(outcome__in=["", "done", "failed"]))
        ]
