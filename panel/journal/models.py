"""The ledger's tables. Leaf, index, node, signer, succession, checkpoint are append-only; detail, pending, refusal are not."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from panel.kernel import ids


class Leaf(models.Model):
    """One event. `data` holds the canonical bytes (docs/reference/journal-format.md); the other columns repeat them for
    searching, and `journal_verify` compares."""

    id = models.UUIDField(primary_key=True, editable=False)
    at = models.DateTimeField()
    event = models.CharField(max_length=80)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    via_kind = models.CharField(max_length=24, default="")
    via_id = models.UUIDField(null=True)
    object_kind = models.CharField(max_length=40, default="")
    object_id = models.UUIDField(null=True)
    request_id = models.CharField(max_length=64, default="")
    data = models.BinaryField()

    class Meta:
        indexes: ClassVar = [
            models.Index(name="journal_leaf_event", fields=["event", "-id"]),
            models.Index(name="journal_leaf_actor", fields=["actor_id", "-id"], condition=Q(actor_id__isnull=False)),
            models.Index(name="journal_leaf_via", fields=["via_id", "-id"], condition=Q(via_id__isnull=False)),
            models.Index(name="journal_leaf_object", fields=["object_id", "-id"], condition=Q(object_id__isnull=False)),
            models.Index(name="journal_leaf_request", fields=["request_id"], condition=~Q(request_id="")),
        ]

    @property
    def journal_ref(self) -> tuple[str, object]:
        """An entry can itself be the object of an event: somebody looked at it."""
        return "journal.entry", self.id


class IndexEntry(models.Model):
    """The leaf's place in the tree, given when it is sealed. The event stands here too, so that a leaf that somebody
    removed can still be named."""

    sequence = models.BigIntegerField(primary_key=True)
    leaf = models.OneToOneField(Leaf, on_delete=models.PROTECT, related_name="entry")
    event = models.CharField(max_length=80)
    hash = models.BinaryField()

    class Meta:
        db_table = "journal_index"
        constraints: ClassVar = [
            models.CheckConstraint(name="journal_index_sequence", condition=Q(sequence__gte=0)),
        ]


class Node(models.Model):
    """A complete subtree of level 1 and above; level 0 are the hashes of the index."""

    pk = models.CompositePrimaryKey("level", "position")
    level = models.SmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="journal_node_place", condition=Q(level__gte=1, position__gte=0)),
        ]


class Signer(models.Model):
    """An Ed25519 key of this journal. `sealed` is the private key under the content ring: who can change the database but
    holds no key-encryption key cannot make one that opens."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    created_at = models.DateTimeField()
    public = models.BinaryField()
    sealed = models.BinaryField()


class Succession(models.Model):
    """A key followed another: `data` is the canonical statement that the old key signed (panel.journal.rules.keys)."""

    signer = models.OneToOneField(Signer, on_delete=models.PROTECT, primary_key=True, related_name="succession")
    previous = models.OneToOneField(Signer, on_delete=models.PROTECT, related_name="successor")
    data = models.BinaryField()
    signature = models.BinaryField()
    at = models.DateTimeField()


class Checkpoint(models.Model):
    """The signed head of the first `size` leaves; `note` is the text that is handed out."""

    size = models.BigIntegerField(primary_key=True)
    root = models.BinaryField()
    signer = models.ForeignKey(Signer, on_delete=models.PROTECT)
    note = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(name="journal_checkpoint_size", condition=Q(size__gt=0))]


class Detail(models.Model):
    """Personal detail of one leaf about one person: salt and JSON, sealed under that person's journal key.

    It may go (erasure, retention) without touching the leaf, whose commitment number `position` it opens.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    leaf = models.ForeignKey(Leaf, on_delete=models.PROTECT, related_name="details")
    position = models.SmallIntegerField()
    person_id = models.UUIDField(db_index=True)
    sealed = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="journal_detail_place", fields=["leaf", "position"]),
        ]


class Pending(models.Model):
    """A leaf that waits for its place in the tree. No foreign key: the row lives for a second."""

    leaf_id = models.UUIDField(primary_key=True)


class Refusal(models.Model):
    """Refusals of callers without a name, counted until their minute is over and they become one leaf."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    minute = models.DateTimeField()
    route = models.CharField(max_length=120)
    reason = models.CharField(max_length=80)
    address_hash = models.CharField(max_length=32)
    count = models.BigIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="journal_refusal_once", fields=["minute", "route", "reason", "address_hash"]),
        ]
