"""The ledger of erasures, the verdict of each store, and the proof."""

from typing import ClassVar

from django.db import models

from compliance.requests.models.asked import Request
from compliance.requests.rules.stores import Outcome
from panel.kernel import ids
from panel.kernel.crypto.fields import EncryptedJSON


class Erasure(models.Model):
    """The ledger of erasures: written before the first act, never changed, and kept beside the backups too. `of` is the id
    of a subject or of an account, `scope` is "subject", "account"."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    request = models.ForeignKey(Request, null=True, on_delete=models.PROTECT, related_name="erasures")
    scope = models.CharField(max_length=8, choices=[("subject", "subject"), ("account", "account")])
    of = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(name="requests_erasure_of", fields=["of"])]


class Verdict(models.Model):
    """What became of one store, and how often it was tried."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="verdicts")
    store = models.CharField(max_length=60)
    outcome = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Outcome])
    before = models.PositiveIntegerField(default=0)
    gone = models.PositiveIntegerField(default=0)
    left = models.PositiveIntegerField(default=0)
    ground = models.CharField(max_length=120, default="")
    until = models.CharField(max_length=80, default="")
    problem = models.CharField(max_length=80, default="")
    tries = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [models.UniqueConstraint(name="requests_verdict_once", fields=["request", "store"])]


class Proof(models.Model):
    """A search before and after an erasure. `needles` are what is searched for, under a key that is destroyed with the last
    search; `certificate` is the signed part of a bundle; `digest` the hash of the link that opens it."""

    request = models.OneToOneField(Request, on_delete=models.CASCADE, primary_key=True, related_name="proved")
    key_id = models.UUIDField(null=True)
    needles = EncryptedJSON(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    preview = models.CharField(max_length=64, default="")
    certificate = models.BinaryField(null=True)
    bundle = models.UUIDField(null=True)
    digest = models.BinaryField(null=True, unique=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
