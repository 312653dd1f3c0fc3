"""The way out: hosts that may be private, the mail server, the outbox.

The gateway reads `outbound_allowedhost(host, port)` whole.
"""

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from panel.kernel import clock, ids
from panel.kernel.crypto.fields import EncryptedJSON, EncryptedText
from panel.outbound.mail.rules import State, Tls
from panel.outbound.webhooks import rules as webhooks


class AllowedHost(models.Model):
    """One exact host and port. Names are lower-case ASCII, addresses in their plain spelling (outbound.guard)."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    reason = models.CharField(max_length=300)
    added_by_kind = models.CharField(max_length=12)
    added_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["host", "port"], name="outbound_host_once"),
            models.CheckConstraint(name="outbound_host_port", condition=Q(port__gte=1, port__lte=65535)),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "allowed_host", self.id


class MailServer(models.Model):
    """At most one row: the mail server as it was typed into the panel. `EMAIL_URL` in the environment wins over it."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    singleton = models.BooleanField(default=True, unique=True)
    key_id = models.UUIDField()
    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    tls = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Tls])
    user = EncryptedText(null=True)
    password = EncryptedText(null=True)
    sender = EncryptedText()
    reply_to = EncryptedText(null=True)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="outbound_server_single", condition=Q(singleton=True)),
            models.CheckConstraint(name="outbound_server_port", condition=Q(port__gte=1, port__lte=65535)),
        ]


class Message(models.Model):
    """One letter in the outbox. The row is the truth; tasks only look for rows that are due.

    `person` is somebody with an account (their address is looked up when it is sent), else `address` is sealed here.
    A worker that sends it holds `lease` until `leased_until`; `tries` counts conversations that were begun.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    key_id = models.UUIDField()
    person = models.UUIDField(null=True)
    address = EncryptedText(null=True)
    recipient = models.BinaryField(max_length=16)
    template = models.CharField(max_length=40)
    language = models.CharField(max_length=12)
    content = EncryptedJSON(null=True)
    has_link = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=[(one.value, one.value) for one in State], default=State.QUEUED)
    problem = models.CharField(max_length=12, default="")
    reply = models.PositiveSmallIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    once = models.CharField(max_length=100, null=True, unique=True)  # noqa: DJ001 - null: not idempotent
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="outbound_message_state", condition=Q(state__in=[one.value for one in State])),
            models.CheckConstraint(
                name="outbound_message_ended",
                condition=Q(state=State.QUEUED, ended_at__isnull=True)
                | (~Q(state=State.QUEUED) & Q(ended_at__isnull=False)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="outbound_message_due", fields=["next_at"], condition=Q(state=State.QUEUED)),
            models.Index(name="outbound_message_list", fields=["created_at", "id"]),
            models.Index(name="outbound_message_to", fields=["recipient", "created_at"]),
            models.Index(name="outbound_message_end", fields=["state", "ended_at"]),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "mail", self.id


class Endpoint(models.Model):
    """Where webhooks go. `url` may hold a token, so it is sealed; `host` is shown. `reached` is the journal's sequence up to
    which its events were queued. `failing_since` is set by a failure and emptied by a success."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    key_id = models.UUIDField()
    name = models.CharField(max_length=80)
    host = models.CharField(max_length=260)
    url = EncryptedText()
    secret = EncryptedText()
    old_secret = EncryptedText(null=True)
    old_until = models.DateTimeField(null=True)
    events = ArrayField(models.CharField(max_length=80))
    state = models.CharField(
        max_length=8, choices=[(one.value, one.value) for one in webhooks.State], default=webhooks.State.ACTIVE
    )
    reached = models.BigIntegerField(default=-1)
    failing_since = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                name="outbound_endpoint_state", condition=Q(state__in=[one.value for one in webhooks.State])
            ),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "webhook", self.id


class Delivery(models.Model):
    """One event for one endpoint. `event_id` is the `webhook-id`, the same at every try; `payload` holds ids only."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="deliveries")
    event_id = models.UUIDField()
    event = models.CharField(max_length=80)
    payload = models.JSONField()
    state = models.CharField(
        max_length=9, choices=[(one.value, one.value) for one in webhooks.Outcome], default=webhooks.Outcome.QUEUED
    )
    problem = models.CharField(max_length=16, default="")
    status = models.PositiveSmallIntegerField(default=0)
    ms = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    lease = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="outbound_delivery_once", fields=["endpoint", "event_id"]),
            models.CheckConstraint(
                name="outbound_delivery_state", condition=Q(state__in=[one.value for one in webhooks.Outcome])
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="outbound_delivery_due", fields=["next_at"], condition=Q(state=webhooks.Outcome.QUEUED)),
            models.Index(name="outbound_delivery_list", fields=["endpoint", "created_at", "id"]),
        ]


class AlarmState(models.Model):
    """An alarm that holds, so that it is told once when it begins and once when it ends."""

    key = models.CharField(max_length=80, primary_key=True)
    severity = models.CharField(max_length=8)
    since = models.DateTimeField()

    class Meta:
        default_permissions = ()
