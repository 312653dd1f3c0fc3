"""Questions about the outbox."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from panel.kernel.crypto import blind
from panel.outbound.mail.rules import INDEX, State
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


def of(persons: Iterable[UUID], addresses: Iterable[str]) -> list[Message]:
    """Every letter to these accounts and addresses, oldest first."""
    return list(_to(persons, addresses).order_by("id"))


def forget(persons: Iterable[UUID], addresses: Iterable[str]) -> int:
    """Remove every letter to them, sent or not; returns how many."""
    return _to(persons, addresses).delete()[0]


def _to(persons: Iterable[UUID], addresses: Iterable[str]) -> QuerySet[Message]:
    ids = list(persons)
    words = [*(str(one) for one in ids), *addresses]
    return Message.objects.filter(Q(person__in=ids) | Q(recipient__in=blind.indexes(INDEX, words)))
