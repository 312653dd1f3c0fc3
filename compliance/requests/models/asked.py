"""Requests, what happened to them, what they leave out, what was written, and packages to download.

What identifies a person stands under a key of the request's own (owner: the request), which dies when an erasure ends.
"""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from compliance.requests.rules.documents import TYPES
from compliance.requests.rules.kinds import EXEMPTING, Ground, Kind, Source, code
from compliance.requests.rules.states import OPEN, State
from panel.kernel import ids
from panel.kernel.crypto.fields import EncryptedText

_OPEN = sorted(one.value for one in OPEN)


class RequestQuerySet(models.QuerySet["Request"]):
    def open(self) -> "RequestQuerySet":
        return self.filter(state__in=OPEN)

    def of(self, subjects: list[UUID]) -> "RequestQuerySet":
        return self.filter(subject__in=subjects)


class Request(models.Model):
    """`number` counts up over all requests. `contact_index` is the blind index of the address it came from, until the
    person proved it. `due_on` follows from regime, holidays and events and is written for the queue's order.

    `agent` asks for the person and is told at `agent_contact` how it goes; `mandate` says how they may.

    `paused_since`: proof was asked for while identity is in real doubt; `paused_days` is what such times added up to.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    number = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Kind])
    regime = models.CharField(max_length=24)
    source = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Source])
    state = models.CharField(max_length=20, choices=[(one.value, one.value) for one in State])
    received_at = models.DateTimeField()
    created_at = models.DateTimeField()
    due_on = models.DateField()
    language = models.CharField(max_length=12, default="")
    key_id = models.UUIDField()
    subject = models.ForeignKey("subjects.Subject", null=True, on_delete=models.PROTECT, related_name="+")
    contact_index = models.BinaryField(null=True)
    contact = EncryptedText(null=True)
    words = EncryptedText(null=True)
    agent = EncryptedText(null=True)
    agent_contact = EncryptedText(null=True)
    mandate = EncryptedText(null=True)
    proof = models.CharField(max_length=12, default="")
    assignee = models.UUIDField(null=True)
    duplicate_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="duplicates")
    paused_since = models.DateTimeField(null=True)
    paused_days = models.PositiveIntegerField(default=0)
    extended_at = models.DateTimeField(null=True)
    appealed_at = models.DateTimeField(null=True)
    ground = models.CharField(
        max_length=20, default="", choices=[("", ""), *((one.value, one.value) for one in Ground)]
    )
    approval_id = models.UUIDField(null=True)
    reminded = models.CharField(max_length=12, default="")
    closed_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    objects: ClassVar = RequestQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="requests_request_kind", condition=Q(kind__in=[one.value for one in Kind])),
            models.CheckConstraint(name="requests_request_state", condition=Q(state__in=[one.value for one in State])),
            models.CheckConstraint(
                name="requests_request_closed",
                condition=Q(state__in=_OPEN, closed_at__isnull=True)
                | (~Q(state__in=_OPEN) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="requests_request_known",
                condition=Q(state__in=["received", "verifying", "lapsed", "withdrawn"]) | Q(subject__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="requests_request_queue", fields=["due_on", "id"], condition=Q(closed_at__isnull=True)),
            models.Index(name="requests_request_subject", fields=["subject", "-id"]),
            models.Index(name="requests_request_contact", fields=["contact_index"]),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "request", self.id

    @property
    def code(self) -> str:
        return code(self.kind, self.number)


class Event(models.Model):
    """One line of the timeline. `detail` holds fixed words, numbers and dates; `shown`: the person sees it, too."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    what = models.CharField(max_length=24)
    detail = models.JSONField(default=dict)
    shown = models.BooleanField(default=True)
    by_kind = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(name="requests_event_request", fields=["request", "id"])]


class Exemption(models.Model):
    """One item of a store that a request leaves as it is, with the ground of law: an erasure keeps it, a copy leaves it out."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="exemptions")
    store = models.CharField(max_length=60)
    item = models.UUIDField()
    ground = models.CharField(max_length=20, choices=[(one.value, one.value) for one in EXEMPTING])
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="requests_exemption_once", fields=["request", "store", "item"]),
            models.CheckConstraint(
                name="requests_exemption_ground", condition=Q(ground__in=[one.value for one in EXEMPTING])
            ),
        ]


class Message(models.Model):
    """What was written: `to_us`, `to_them`, or a `note` that the person never sees. Under the request's key."""

    WAYS: ClassVar = ["to_us", "to_them", "note"]
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="messages")
    at = models.DateTimeField()
    way = models.CharField(max_length=8, choices=[(one, one) for one in WAYS])
    key_id = models.UUIDField()
    text = EncryptedText()
    by_kind = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(name="requests_message_request", fields=["request", "id"])]


class Document(models.Model):
    """The file by which an agent shows a mandate, sealed under the request's key and gone with it. No name is kept: what people
    call their files says more than it needs."""

    request = models.OneToOneField(Request, on_delete=models.CASCADE, primary_key=True, related_name="document")
    kind = models.CharField(max_length=4, choices=[(one, one) for one in TYPES])
    size = models.PositiveIntegerField()
    at = models.DateTimeField()
    sealed = models.BinaryField()
    by_kind = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)

    class Meta:
        default_permissions = ()


class Package(models.Model):
    """A copy to download: a file of its job, sealed there. Gone after `expires_at` or `most` downloads."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="packages")
    job = models.UUIDField(null=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    size = models.BigIntegerField(default=0)
    items = models.PositiveIntegerField(default=0)
    masks = models.PositiveIntegerField(default=0)
    downloads = models.PositiveSmallIntegerField(default=0)
    most = models.PositiveSmallIntegerField(default=5)
    gone_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="requests_package_most", condition=Q(downloads__lte=models.F("most"))),
        ]
