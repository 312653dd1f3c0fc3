"""Questions about the outbox."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from panel.outbound.mail.rules import State
from panel.outbound.models import Message


def messages() -> QuerySet[Message]:
    """The outbox without contents; who may see it is for the caller to say."""
    return Message.objects.defer("content", "address")


def message(message_id: UUID) -> Message | None:
    return Message.objects.filter(id=message_id).first()


def failed(at: datetime) -> int:
    """Messages that failed for good within a week and that somebody could send again."""
    rows = Message.objects.filter(state=State.FAILED, ended_at__gt=at - timedelta(days=7))
    return rows.filter(content__isnull=False).count()


def waiting(at: datetime) -> int:
    """Messages that have waited for more than ten minutes."""
    return Message.objects.filter(state=State.QUEUED, created_at__lt=at - timedelta(minutes=10)).count()
