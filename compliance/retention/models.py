"""How long what is kept, which assistant keeps it shorter, and the runs that delete what is due."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from compliance.retention.rules.classes import NAME, Category
from compliance.retention.rules.states import OPEN, State
from panel.kernel import ids

_CATEGORIES = [one.value for one in Category]


class Rule(models.Model):
    """A class: the period of one category's records, at most twelve in all. The default of a category holds for records
    without a choice. A shortening waits in `pending_days` until `pending_at`. `proved_at`: its first run is done."""

    name = models.CharField(max_length=24, primary_key=True)
    category = models.CharField(max_length=12, choices=[(one, one) for one in _CATEGORIES])
    days = models.PositiveIntegerField()
    is_default = models.BooleanField(default=False)
    pending_days = models.PositiveIntegerField(null=True)
    pending_at = models.DateTimeField(null=True)
    proved_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="retention_rule_name", condition=Q(name__regex=f"^{NAME}$") & ~Q(name="held")),
            models.CheckConstraint(name="retention_rule_category", condition=Q(category__in=_CATEGORIES)),
            models.CheckConstraint(name="retention_rule_days", condition=Q(days__gte=1, days__lte=3650)),
            models.CheckConstraint(
                name="retention_rule_pending",
                condition=Q(pending_days__isnull=True, pending_at__isnull=True)
                | Q(pending_days__gte=1, pending_at__isnull=False, pending_days__lt=F("days")),
            ),
            models.UniqueConstraint(
                name="retention_rule_one_default", fields=["category"], condition=Q(is_default=True)
            ),
        ]


class Choice(models.Model):
    """An assistant's class of one category, never longer than the category's default."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assistant = models.UUIDField()
    category = models.CharField(max_length=12)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="retention_choice_once", fields=["assistant", "category"]),
            models.CheckConstraint(name="retention_choice_category", condition=Q(category__in=_CATEGORIES)),
        ]


class RunQuerySet(models.QuerySet["Run"]):
    def unfinished(self) -> "RunQuerySet":
        return self.filter(state__in=[one.value for one in OPEN])


class Run(models.Model):
    """One run. `as_of` decides what is due; `rules` are the periods that it goes by, `preview` what it will do, per class
    and store. `slot` is the hour that a scheduled run is for: one run a slot. `bundle` is the signed part of its manifest."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    state = models.CharField(max_length=10, default=State.SCHEDULED, choices=[(one.value, one.value) for one in State])
    reason = models.CharField(max_length=12)
    slot = models.DateTimeField(null=True)
    by_kind = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    as_of = models.DateTimeField()
    rules = models.JSONField(default=list)
    preview = models.JSONField(default=list)
    needs = models.JSONField(default=list)
    approved_at = models.DateTimeField(null=True)
    begins_at = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, default="")
    salt = models.BinaryField()
    bundle = models.BinaryField(null=True)

    objects: ClassVar = RunQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="retention_run_state", condition=Q(state__in=[one.value for one in State])),
            models.CheckConstraint(
                name="retention_run_reason", condition=Q(reason__in=["schedule", "catch_up", "manual"])
            ),
            models.UniqueConstraint(name="retention_run_slot", fields=["slot"]),
        ]
        indexes: ClassVar = [models.Index(name="retention_run_made", fields=["-made_at"])]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "retention_run", self.id


class Step(models.Model):
    """One transaction of a run: what went, and what a hold kept. Written with it or not at all; the row never changes.

    `leaves` are the salted hashes of what went, 32 bytes each, while they are few enough to stand in the manifest."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="steps")
    rule = models.CharField(max_length=24)
    store = models.CharField(max_length=60)
    unit = models.CharField(max_length=40)
    part = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField()
    root = models.BinaryField()
    leaves = models.BinaryField(default=b"")
    held = models.JSONField(default=list)
    held_count = models.PositiveIntegerField(default=0)
    dropped = models.CharField(max_length=63, default="")
    done = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="retention_step_once", fields=["run", "rule", "store", "unit", "part"])
        ]
