"""The change feed: django-auditlog's entry without the columns that could hold personal data."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ClassVar
from uuid import UUID

from auditlog.models import AbstractLogEntry
from django.db import models

from compliance.auditing.rules import RECEIPTS, SINK_FORMS, SINK_KINDS, SINK_WHATS
from panel.kernel import actors, clock, ids
from panel.kernel.actors import Actor
from panel.kernel.crypto.fields import EncryptedText

acting: ContextVar[Callable[[], Actor]] = ContextVar("auditing_actor", default=lambda: actors.SYSTEM)


class Change(AbstractLogEntry):  # type: ignore[misc] # django-auditlog has no types
    """One saved change of one row, written by django-auditlog's signals beside the journal.

    Its own columns for the actor's account, e-mail and network address do not exist here; whom it concerns is an id, and
    the object is named by its key, never by `str()`.
    """

    actor = None
    actor_email = None
    remote_addr = None
    remote_port = None
    changes_text = None
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(name="auditing_change_actor", fields=["actor_id", "-timestamp"])]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fill in who acts; the feed is written once and never changed."""
        actor = acting.get()()
        self.actor_kind, self.actor_id, self.cid = actor.kind, actor.id, actor.request_id or None
        self.object_repr, self.timestamp = self.object_pk, clock.now()
        super().save(*args, **kwargs)


class Sink(models.Model):
    """Where the journal goes: its entries as they are sealed, or its checkpoints, to a place that the panel cannot rewrite.

    `target` (a URL, host and port, a file's name, an address) may hold a token, so it is sealed; `place` is shown.
    `reached` is the last sequence that arrived, of checkpoints the last size. Who sends holds a lease, so that two workers
    do not send the same at once; after a crash the same goes out again, under the same ids. `rewritten`: how many entries it
    knows that the journal has not, or not so. Git and a witness are asked again until that is right; elsewhere it stays until
    the sink is removed.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=8, choices=[(one, one) for one in SINK_KINDS])
    what = models.CharField(max_length=12, choices=[(one, one) for one in SINK_WHATS])
    form = models.CharField(max_length=8, choices=[(one, one) for one in SINK_FORMS])
    place = models.CharField(max_length=260)
    key_id = models.UUIDField()
    target = EncryptedText()
    token = EncryptedText(null=True)
    paused = models.BooleanField(default=False)
    reached = models.BigIntegerField(default=-1)
    sent = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    problem = models.CharField(max_length=200, blank=True, default="")
    rewritten = models.BigIntegerField(null=True)
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "journal.sink", self.id


class Receipt(models.Model):
    """What an outsider signed about a checkpoint: the token of a time-stamp authority (RFC 3161, DER) or the signature line
    of a witness. `note` is the checkpoint's text, `told_at` the instant that the outsider names, `by` its name."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    sink = models.UUIDField()
    kind = models.CharField(max_length=8, choices=[(one, one) for one in RECEIPTS])
    size = models.BigIntegerField()
    note = models.TextField()
    data = models.BinaryField()
    by = models.CharField(max_length=200)
    told_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(name="auditing_receipt_at", fields=["-at", "id"])]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "journal.receipt", self.id


class Verification(models.Model):
    """One check of the journal, or of a range of it, by a job; `outside` is the text of a checkpoint kept elsewhere.
    `cut` names the personal detail that is gone by retention or erasure (panel.journal.rules.audit.Cut)."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    first = models.BigIntegerField(default=0)
    last = models.BigIntegerField(null=True)
    outside = models.TextField(blank=True, default="")
    asked_by_kind = models.CharField(max_length=10)
    asked_by_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    read = models.BigIntegerField(default=0)
    checkpoints = models.BigIntegerField(default=0)
    findings = models.JSONField(null=True)
    cut = models.JSONField(default=dict)
    problem = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(name="auditing_verification_asked", fields=["-asked_at", "id"])]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "journal.verification", self.id
