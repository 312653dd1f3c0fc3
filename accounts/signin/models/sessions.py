"""The register of sessions."""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from panel.kernel.crypto.fields import EncryptedText


class Session(models.Model):
    """A browser in which somebody signed in. The id stands in the session, not its key: this row opens nothing.

    Instants are real time. Rows stay for a while after their end: by them a browser is known again, and the gateway reads
    which sessions ended lately. A session that was ended from outside also stands in `people.User.sessions_ended`.
    """

    class End(models.TextChoices):
        SIGNED_OUT = "signed_out"
        IDLE = "idle"
        LIMIT = "limit"
        ENDED = "ended"

    id = models.UUIDField(primary_key=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    key_id = models.UUIDField()
    device = EncryptedText()
    place = EncryptedText()
    browser = models.BinaryField(max_length=16)
    factors = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    seen_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=12, choices=End.choices, default="", blank=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="signin_session_end", condition=Q(ended_at=None) ^ ~Q(why="")),
        ]
        indexes: ClassVar = [
            models.Index(name="signin_session_ended", fields=["-ended_at"], condition=Q(ended_at__isnull=False)),
            models.Index(name="signin_session_known", fields=["user", "browser"]),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "session", self.id
