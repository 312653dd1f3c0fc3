"""Journals of others that this panel witnesses, and the key with which it cosigns."""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from panel.kernel import ids


class Log(models.Model):
    """Another's journal: `keys` are its verifier keys, one a line; `size`, `root` and `note` the last checkpoint that was
    cosigned. `forked_at`: one of its keys signed another root of the same size, whose note is `fork`. `doubted_at`: since the
    last cosignature somebody sent a proof that does not hold."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    origin = models.CharField(max_length=200, unique=True)
    keys = models.TextField()
    size = models.BigIntegerField(default=0)
    root = models.BinaryField(null=True)
    note = models.TextField(blank=True, default="")
    cosigned = models.BigIntegerField(default=0)
    seen_at = models.DateTimeField(null=True)
    doubted_at = models.DateTimeField(null=True)
    forked_at = models.DateTimeField(null=True)
    fork = models.TextField(blank=True, default="")
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="witness_log_size", condition=Q(size__gte=0)),
            models.CheckConstraint(name="witness_log_root", condition=Q(size=0) | Q(root__isnull=False)),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "witnessed_log", self.id


class Cosigner(models.Model):
    """The one Ed25519 key of this witness; it signs nothing else. `sealed` is its private key."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    created_at = models.DateTimeField()
    public = models.BinaryField()
    sealed = models.BinaryField()

    class Meta:
        default_permissions = ()
