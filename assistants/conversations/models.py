"""Calls: statistics by month, content by retention class and day. No foreign key points into either.

Statistics hold no content, no name and no address; `subject` is the opaque id of a data subject.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from assistants.conversations.rules import ACTIONS, SOURCES
from panel.kernel.crypto.fields import EncryptedText
from panel.kernel.ids import new_id


class CallQuerySet(models.QuerySet["Call"]):
    def turned_away(self) -> "CallQuerySet":
        """Callers without a key or a ticket, counted by minute."""
        return self.filter(key__isnull=True, person__isnull=True).exclude(source="chat")


class Call(models.Model):
    """One call, or `count` refusals of callers without a key within a minute.

    `verdicts` are lists (stage, rule, action, where, start, end, score, label), `stages` are (name, begin, end, cost) in
    microseconds from the call's begin. `key` is the API key that called, `person` who tried the assistant in the
    panel. Ids of other slices stand here as they were; their rows may be gone.
    """

    pk = models.CompositePrimaryKey("day", "id")
    day = models.DateField()
    id = models.UUIDField()
    at = models.DateTimeField()
    route = models.CharField(max_length=40)
    source = models.CharField(max_length=12, choices=[(one, one) for one in SOURCES])
    key = models.UUIDField(null=True)
    assistant = models.UUIDField(null=True)
    person = models.UUIDField(null=True)
    version = models.UUIDField(null=True)
    provider = models.UUIDField(null=True)
    model = models.CharField(max_length=200, default="")
    policy = models.CharField(max_length=64, default="")
    subject = models.UUIDField(null=True)
    stream = models.BooleanField(default=False)
    status = models.PositiveSmallIntegerField()
    upstream_status = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=40, default="")
    action = models.CharField(max_length=8, choices=[(one, one) for one in ACTIONS], default="allow")
    verdicts = models.JSONField(default=list)
    verdicts_left_out = models.PositiveIntegerField(default=0)
    stages = models.JSONField(default=list)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    tokens_estimated = models.BooleanField(default=False)
    bytes_in = models.PositiveBigIntegerField(default=0)
    bytes_out = models.PositiveBigIntegerField(default=0)
    first_us = models.PositiveBigIntegerField(null=True)
    total_us = models.PositiveBigIntegerField(default=0)
    count = models.PositiveIntegerField(default=1)
    address_digest = models.CharField(max_length=16, default="")
    stored = models.CharField(max_length=24, default="")

    objects = CallQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="conversations_call_action", condition=Q(action__in=ACTIONS)),
            models.CheckConstraint(name="conversations_call_counts", condition=Q(count__gte=1)),
        ]
        indexes: ClassVar = [
            # In the order of the list, so that a page of any filter is a walk along one index. Most calls are allowed,
            # answered and of the API: what is rare has an index of its own, what is not is found along the primary key.
            models.Index(name="conversations_call_by_asst", fields=["assistant", "day", "id"]),
            models.Index(
                name="conversations_call_by_action", fields=["action", "day", "id"], condition=~Q(action="allow")
            ),
            models.Index(
                name="conversations_call_by_source", fields=["source", "day", "id"], condition=~Q(source="api")
            ),
            models.Index(
                name="conversations_call_refused", fields=["day", "id"], condition=Q(status__gte=400, status__lt=500)
            ),
            models.Index(name="conversations_call_failed", fields=["day", "id"], condition=Q(status__gte=500)),
            # The oldest findings, which a gauge of the front page asks for and a retention run empties.
            models.Index(name="conversations_call_findings", fields=["day", "id"], condition=~Q(verdicts=[])),
            models.Index(name="conversations_call_key", fields=["key", "-id"]),
            models.Index(name="conversations_call_subject", fields=["subject", "-id"]),
        ]


class CallContent(models.Model):
    """What was said, when its assistant stores it: an envelope under the key of (subject, assistant), purpose "content".

    Place ("conversations_callcontent", "sealed", row = the call's id). Destroying that key is the erasure. What a legal hold
    keeps beyond its day has the retention "held" and remembers its class in `kept_from`.
    """

    pk = models.CompositePrimaryKey("retention", "day", "id")
    retention = models.CharField(max_length=24)
    day = models.DateField()
    id = models.UUIDField()
    assistant = models.UUIDField()
    subject = models.UUIDField()
    sealed = models.BinaryField()
    kept_from = models.CharField(max_length=24, default="", db_default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(name="conversations_content_subject", fields=["subject"]),
        ]


class Reveal(models.Model):
    """Somebody may read the content of one call until an instant, for a reason (sealed under the content's own key, so
    that it is gone with the content)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    call = models.UUIDField()
    person = models.UUIDField()
    key_id = models.UUIDField()
    reason = EncryptedText()
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(name="conversations_reveal_leave", fields=["call", "person", "-until"])]
