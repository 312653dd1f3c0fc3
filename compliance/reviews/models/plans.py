"""What is planned: rules that begin campaigns."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from compliance.reviews.rules.recurring import Every
from compliance.reviews.rules.scope import Reviewers
from compliance.reviews.rules.states import OPEN_ITEMS, OVER, Default
from panel.kernel import ids

ENDED, WAITING = sorted(map(str, OVER)), sorted(map(str, OPEN_ITEMS))


class Plan(models.Model):
    """What a campaign and a recurring rule share. `reviewer` reviews, `second` whatever is about the reviewer (opaque ids)."""

    name = models.CharField(max_length=120)
    scope = models.JSONField()
    reviewers = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Reviewers])
    reviewer_id = models.UUIDField()
    second_id = models.UUIDField(null=True)
    default = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Default])
    made_by_kind = models.CharField(max_length=10)
    made_by_id = models.UUIDField(null=True)
    made_at = models.DateTimeField()

    class Meta:
        abstract = True


class Recurring(Plan):
    """A rule that begins a campaign every so many months; `begun` counts those that have begun."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    every = models.PositiveSmallIntegerField(choices=[(one.value, one.value) for one in Every])
    first_at = models.DateTimeField()
    days_open = models.PositiveSmallIntegerField()
    begun = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="reviews_recurring_open", condition=Q(days_open__gte=1, days_open__lte=180)),
            models.CheckConstraint(
                name="reviews_recurring_ended", condition=Q(ended_at__isnull=True) | Q(next_at__isnull=True)
            ),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "review_rule", self.id
