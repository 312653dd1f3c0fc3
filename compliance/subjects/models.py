"""Data subjects as opaque ids, and what names them, encrypted."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from compliance.subjects.rules import Kind
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
            models.CheckConstraint(name="subjects_identifier_kind", condition=Q(kind__in=[one.value for one in Kind])),
            models.CheckConstraint(
                name="subjects_identifier_scope",
                condition=Q(kind="end_user", scope__isnull=False) | (~Q(kind="end_user") & Q(scope__isnull=True)),
            ),
        ]
