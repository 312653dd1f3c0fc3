"""Data subjects as opaque ids, what names them (encrypted), which of them are one person, and their sessions by link."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from compliance.subjects.rules import Kind, Proof
from panel.kernel import clock, ids
from panel.kernel.crypto.fields import EncryptedText


class Subject(models.Model):
    """Somebody whom data is about. The id is the pseudonym that records carry; the key seals what names the person."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    key_id = models.UUIDField(editable=False)
    created_at = models.DateTimeField(default=clock.now)

    @property
    def journal_ref(self) -> tuple[str, object]:
        return "subject", self.id


class SubjectIdentifier(models.Model):
    """One name of a subject. `index` is a blind index over kind, scope and value; the value itself is sealed under the
    subject's key, so that destroying the key leaves a hash that nobody can undo."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="identifiers")
    key_id = models.UUIDField(editable=False)
    kind = models.CharField(max_length=12)
    scope = models.UUIDField(null=True)
    index = models.BinaryField()
    value = EncryptedText()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="subjects_identifier_once", fields=["kind", "index"]),
            models.CheckConstraint(name="subjects_identifier_kinds", condition=Q(kind__in=[one.value for one in Kind])),
            models.CheckConstraint(
                name="subjects_identifier_scope",
                condition=Q(kind="end_user", scope__isnull=False) | (~Q(kind="end_user") & Q(scope__isnull=True)),
            ),
        ]


class Link(models.Model):
    """From `made_at` to `ended_at`, `subject` was the same person as `person`, the one that stands for all of them.

    Records keep the subject id that they were written with, so a split undoes a merge exactly.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="links")
    person = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="members")
    proof = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Proof])
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="subjects_link_once", fields=["subject"], condition=Q(ended_at__isnull=True)),
            models.CheckConstraint(name="subjects_link_two", condition=~Q(subject=F("person"))),
            models.CheckConstraint(
                name="subjects_link_order", condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("made_at"))
            ),
        ]


class ProofLink(models.Model):
    """A link that proves a name: mailed to an address, or handed to an application that vouches for its end user. Only
    the token's hash is stored; what it proves is sealed. Real time, single use."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    digest = models.BinaryField(unique=True)
    kind = models.CharField(max_length=12)
    scope = models.UUIDField(null=True)
    key_id = models.UUIDField(editable=False)
    value = EncryptedText()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True)


class SubjectSession(models.Model):
    """A browser that proved a name. It opens the pages of that person and nothing else. Real time."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    digest = models.BinaryField(unique=True)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="sessions")
    proof = models.CharField(max_length=12, choices=[(one.value, one.value) for one in Proof])
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)


class Tally(models.Model):
    """How often something was asked within a window, by a keyed hash of who; real time."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    scope = models.CharField(max_length=16)
    who = models.BinaryField()
    since = models.DateTimeField(db_index=True)
    count = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(name="subjects_tally_once", fields=["scope", "who"])]


class Erased(models.Model):
    """A name whose person was erased: what a late answer or an old record would bring back under it, from before `at`, is not
    kept. The index is a keyed hash that nobody can undo; the row goes once nothing can come late any more."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    subject_id = models.UUIDField()
    kind = models.CharField(max_length=12)
    index = models.BinaryField()
    at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(name="subjects_erased_once", fields=["kind", "index"])]
