"""Purposes, what people chose, and how it stands now.

`Record` is the ledger: append-only, one row an act. `Standing` is its last line per subject and purpose, for the gateway,
which reads by SQL `consent_standing(subject_id, purpose_id, state, version, notice, expires_at, epoch)` and
`consent_purpose(id, basis, state, required, notice_required, epoch)`, rows with `epoch` above its own. A standing counts when
its state is "given", `version` >= the purpose's `required`, `notice` >= `notice_required`, and it has not expired. A standing
of a purpose that nobody is asked about is an objection while its state is "withdrawn".
Open rows of `consent_restriction(subject_id, lifted_at)` name people whose data may not be processed at all.
"""

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q

from compliance.consent.rules.purposes import AGES, OBJECTABLE, OBLIGED, Basis, Use
from compliance.consent.rules.states import Act, State
from panel.kernel import ids
from panel.kernel.crypto.fields import EncryptedText


class PurposeQuerySet(models.QuerySet["Purpose"]):
    def active(self) -> "PurposeQuerySet":
        return self.filter(retired_at__isnull=True)

    def asked(self) -> "PurposeQuerySet":
        """Those that people choose about."""
        return self.active().filter(basis=Basis.CONSENT)

    def objectable(self) -> "PurposeQuerySet":
        """Those that nobody is asked about, and that an objection can end."""
        marketing = Q(use=Use.MARKETING) & ~Q(basis=Basis.CONSENT)
        return self.active().filter(Q(basis__in=OBJECTABLE) | marketing)

    def shared(self) -> "PurposeQuerySet":
        """Those of sale and sharing that a person can opt out of, asked about or not."""
        return self.active().filter(use=Use.SHARING).exclude(basis__in=OBLIGED)


class Purpose(models.Model):
    """`required` is the least version of its words whose consents still count, `notice_required` that of the privacy notice
    (0 without one). `expires_days`: a consent lasts so long. `age`: only from this age, 0 without a gate."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    slug = models.CharField(max_length=63, unique=True)
    basis = models.CharField(max_length=24, choices=[(one.value, one.value) for one in Basis])
    use = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Use])
    age = models.PositiveSmallIntegerField(default=0)
    expires_days = models.PositiveSmallIntegerField(null=True)
    notice = models.ForeignKey("policies.Policy", null=True, on_delete=models.PROTECT, related_name="+")
    required = models.PositiveIntegerField(default=1)
    notice_required = models.PositiveIntegerField(default=0)
    retired_at = models.DateTimeField(null=True)
    epoch = models.BigIntegerField(db_index=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects: ClassVar = PurposeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                name="consent_purpose_slug", condition=Q(slug__regex=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
            ),
            models.CheckConstraint(name="consent_purpose_basis", condition=Q(basis__in=[one.value for one in Basis])),
            models.CheckConstraint(name="consent_purpose_use", condition=Q(use__in=[one.value for one in Use])),
            models.CheckConstraint(name="consent_purpose_age", condition=Q(age__in=AGES)),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "purpose", self.id


class PurposeVersion(models.Model):
    """The words of a purpose by language; the row never changes. `digests` names each language's words."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    texts = models.JSONField()
    digests = models.JSONField()
    material = models.BooleanField()
    by_kind = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "consent_purposeversion"
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="consent_version_number", fields=["purpose", "number"]),
        ]


class Record(models.Model):
    """One act of one subject about one purpose, with the words that were shown. `source` names the document from which
    staff recorded it, sealed under the subject's key. `leaf_id` is its line in the journal."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    subject = models.ForeignKey("subjects.Subject", on_delete=models.PROTECT, related_name="+")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="records")
    version = models.ForeignKey(PurposeVersion, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Act])
    at = models.DateTimeField()
    channel = models.CharField(max_length=12)
    language = models.CharField(max_length=6)
    words = models.CharField(max_length=64)
    notice_version = models.ForeignKey("policies.PolicyVersion", null=True, on_delete=models.PROTECT, related_name="+")
    notice_words = models.CharField(max_length=64, blank=True)
    age_confirmed = models.BooleanField(default=False)
    expires_at = models.DateTimeField(null=True)
    by_kind = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)
    key_id = models.UUIDField()
    source = EncryptedText(key="key_id", null=True)
    leaf_id = models.UUIDField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="consent_record_act", condition=Q(act__in=[one.value for one in Act])),
        ]
        indexes: ClassVar = [
            models.Index(name="consent_record_subject", fields=["subject", "-id"]),
            models.Index(name="consent_record_purpose", fields=["purpose", "-id"]),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "consent", self.id


class Standing(models.Model):
    """How it stands: what `record` left. `state` is only given or withdrawn; the rest follows (`rules.states.standing`)."""

    subject = models.ForeignKey("subjects.Subject", on_delete=models.CASCADE, related_name="+")
    purpose = models.ForeignKey(Purpose, on_delete=models.PROTECT, related_name="standings")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=9)
    version = models.PositiveIntegerField()
    notice = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(null=True)
    since = models.DateTimeField()
    epoch = models.BigIntegerField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="consent_standing_once", fields=["subject", "purpose"]),
            models.CheckConstraint(
                name="consent_standing_state", condition=Q(state__in=[State.GIVEN.value, State.WITHDRAWN.value])
            ),
        ]


class Restriction(models.Model):
    """From `since` to `lifted_at` nothing may be processed about this person (GDPR Art. 18, 21)."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    subject = models.ForeignKey("subjects.Subject", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="consent_restriction_once", fields=["subject"], condition=Q(lifted_at__isnull=True)
            ),
        ]
