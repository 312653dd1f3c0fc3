"""Requests, what happened to them, what was written, packages to download, the ledger of erasures, and their proofs.

What identifies a person stands under a key of the request's own (owner: the request), which dies when an erasure ends.
"""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from compliance.requests.rules.kinds import Ground, Kind, Source, code
from compliance.requests.rules.states import OPEN, State
from compliance.requests.rules.stores import Outcome
from panel.kernel import ids
from panel.kernel.crypto.fields import EncryptedJSON, EncryptedText

_OPEN = sorted(one.value for one in OPEN)


class RequestQuerySet(models.QuerySet["Request"]):
    def open(self) -> "RequestQuerySet":
        return self.filter(state__in=OPEN)

    def of(self, subjects: list[UUID]) -> "RequestQuerySet":
        return self.filter(subject__in=subjects)


class Request(models.Model):
    """`number` counts up over all requests. `contact_index` is the blind index of the address it came from, until the
    person proved it. `due_on` follows from regime, holidays and events and is written for the queue's order.

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


class Clock(models.Model):
    """Changed numbers of a regime; what is not here stands as the program has it (`rules.deadlines.DEFAULTS`)."""

    name = models.CharField(max_length=24, primary_key=True)
    answer = models.PositiveSmallIntegerField()
    extension = models.PositiveSmallIntegerField()
    acknowledge = models.PositiveSmallIntegerField()
    rolls = models.BooleanField()
    pauses = models.BooleanField()
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()


class Holiday(models.Model):
    """A day on which nobody works."""

    day = models.DateField(primary_key=True)
    name = models.CharField(max_length=80)

    class Meta:
        default_permissions = ()
