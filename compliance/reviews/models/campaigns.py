"""Access reviews: campaigns with their frozen population, what was decided, and what became of it.

A campaign that is over cannot be changed by anybody (triggers in the first migration): not its row, items, evidence,
report. Of the items' facts nothing can be changed from the moment they are frozen.
"""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from compliance.reviews.models.plans import Plan, Recurring
from compliance.reviews.rules.states import OPEN_ITEMS, OVER, Act
from compliance.reviews.rules.states import Campaign as State
from compliance.reviews.rules.states import Item as ItemState
from panel.kernel import ids
from panel.kernel.crypto.fields import EncryptedJSON, EncryptedText

ENDED, WAITING = sorted(map(str, OVER)), sorted(map(str, OPEN_ITEMS))


class Campaign(Plan):
    """`count` and `digest` are those of the population when it was frozen (rules.populations). `drift` is what changed until
    the close; `numbers` what the report says, in one place."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    state = models.CharField(
        max_length=10, default=State.DRAFT.value, choices=[(one.value, one.value) for one in State]
    )
    rule = models.ForeignKey(Recurring, null=True, on_delete=models.PROTECT, related_name="campaigns")
    number = models.PositiveIntegerField(null=True)
    due_at = models.DateTimeField()
    escalated_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    count = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    closed_by_kind = models.CharField(max_length=10, blank=True, default="")
    closed_by_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=500, blank=True, default="")
    drift = models.JSONField(null=True)
    numbers = models.JSONField(null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=~Q(state__in=ENDED), name="reviews_campaign_due"),
            models.Index(fields=["-made_at", "id"], name="reviews_campaign_made"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="reviews_campaign_state", condition=Q(state__in=[one.value for one in State])),
            models.UniqueConstraint(
                name="reviews_campaign_once_a_slot", fields=["rule", "number"], condition=Q(rule__isnull=False)
            ),
            models.CheckConstraint(
                name="reviews_campaign_over",
                condition=Q(state__in=ENDED, closed_at__isnull=False)
                | (~Q(state__in=ENDED) & Q(closed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="reviews_campaign_frozen",
                condition=Q(state__in=["cancelled", "draft", "freezing"]) | Q(frozen_at__isnull=False),
            ),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "review", self.id


class ItemQuerySet(models.QuerySet["Item"]):
    def waiting(self) -> "ItemQuerySet":
        return self.filter(state__in=WAITING)


class Item(models.Model):
    """One right as it was when the population was frozen (`facts`, canonical bytes; the columns up to `used_at` repeat them)
    and what became of it. `reason` is sealed under the key of whoever decided. `place` is the order of the list: what is
    urgent first, then by person."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="items")
    place = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    ref = models.CharField(max_length=80)
    holder_kind = models.CharField(max_length=8)
    holder_id = models.UUIDField()
    object_kind = models.CharField(max_length=40, blank=True, default="")
    object_id = models.UUIDField(null=True)
    right = models.CharField(max_length=80)
    flags = ArrayField(models.CharField(max_length=16), default=list)
    used_at = models.DateTimeField(null=True)
    facts = models.BinaryField()

    state = models.CharField(
        max_length=10, default=ItemState.PENDING.value, choices=[(o.value, o.value) for o in ItemState]
    )
    reviewer_id = models.UUIDField(null=True)
    escalated = models.BooleanField(default=False)
    decided_at = models.DateTimeField(null=True)
    decided_by_kind = models.CharField(max_length=10, blank=True, default="")
    decided_by_id = models.UUIDField(null=True)
    by_default = models.BooleanField(default=False)
    exception = models.CharField(max_length=40, blank=True, default="")
    key_id = models.UUIDField(null=True)
    reason = EncryptedText(null=True)

    objects: ClassVar[Any] = ItemQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["campaign", "place", "id"], name="reviews_item_place"),
            models.Index(fields=["campaign", "state", "place", "id"], name="reviews_item_state"),
            models.Index(fields=["campaign", "reviewer_id", "place", "id"], name="reviews_item_of_reviewer"),
            models.Index(
                fields=["reviewer_id", "campaign", "place", "id"],
                condition=Q(state__in=WAITING),
                name="reviews_item_open",
            ),
            models.Index(fields=["campaign", "object_id"], name="reviews_item_object"),
            models.Index(fields=["holder_id"], name="reviews_item_holder"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="reviews_item_once", fields=["campaign", "kind", "ref"]),
            models.CheckConstraint(name="reviews_item_state", condition=Q(state__in=[one.value for one in ItemState])),
            models.CheckConstraint(
                name="reviews_item_decided",
                condition=Q(state="pending") | Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="reviews_item_no_self_review",
                condition=Q(reviewer_id__isnull=True) | ~Q(holder_kind="user") | ~Q(reviewer_id=F("holder_id")),
            ),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "review_item", self.id

    @property
    def holder(self) -> tuple[str, UUID]:
        return self.holder_kind, self.holder_id

    @property
    def obj(self) -> tuple[str, UUID] | None:
        return (self.object_kind, self.object_id) if self.object_id else None


class Decision(models.Model):
    """One word on one item, for ever (a ledger): `batch` is shared by what was decided together, `seconds` have passed
    since this reviewer's word before it in the campaign. The reason stands on the item and in the journal."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="decisions")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="decisions")
    act = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Act])
    right = models.CharField(max_length=80, blank=True, default="")
    by_kind = models.CharField(max_length=10)
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField()
    batch = models.UUIDField()
    size = models.PositiveIntegerField()
    seconds = models.PositiveIntegerField(null=True)
    key_id = models.UUIDField(null=True)
    reason = EncryptedText(null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["item", "id"], name="reviews_decision_item"),
            models.Index(fields=["campaign", "by_id", "-id"], name="reviews_decision_pace"),
        ]


class Evidence(models.Model):
    """A right that was taken or made smaller: what the same routes answered before and after, and what ended with it (for
    ever, a ledger). `kept` is what gives back exactly the same right, sealed under its holder's key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    item = models.ForeignKey(Item, on_delete=models.PROTECT, related_name="evidence")
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="evidence")
    at = models.DateTimeField()
    act = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Act])
    before = models.JSONField()
    after = models.JSONField()
    also = models.JSONField(default=list)
    key_id = models.UUIDField()
    kept = EncryptedJSON(null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(fields=["item", "id"], name="reviews_evidence_item")]


class Report(models.Model):
    """A signed bundle, sealed under a key of its own: of a campaign, or of the rights at an instant (`as_of`)."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    kind = models.CharField(max_length=40)
    campaign = models.OneToOneField(Campaign, null=True, on_delete=models.PROTECT, related_name="report")
    as_of = models.DateTimeField(null=True)
    bundle_id = models.UUIDField(unique=True)
    manifest = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    made_by_kind = models.CharField(max_length=10)
    made_by_id = models.UUIDField(null=True)
    key_id = models.UUIDField()
    sealed = models.BinaryField()

    class Meta:
        default_permissions = ()

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "review_report", self.id
