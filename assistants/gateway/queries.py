"""Questions about the way from the gateway to the conversations."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q, Sum

from assistants.catalog.queries.usage import DAYS, Week
from assistants.conversations.models import Call
from assistants.gateway.models import Inbox


def unreadable_frames() -> int:
    return Inbox.objects.filter(failed=True).count()


def waiting_frames() -> int:
    return Inbox.objects.filter(failed=False).count()


def weeks(assistants: Sequence[UUID], at: datetime) -> dict[UUID, Week]:
    """Calls of the last 7 days (UTC, today is the last) of each assistant that had one; callers without a key are no calls."""
    today = at.astimezone(UTC).date()
    first = today - timedelta(days=DAYS - 1)
    known = Q(key__isnull=False) | Q(person__isnull=False)
    rows = (
        Call.objects.filter(known, assistant__in=assistants, day__gte=first).order_by().values_list("assistant", "day")
    )
    sums = rows.annotate(calls=Sum("count"), blocked=Sum("count", filter=Q(action="block"), default=0), last=Max("at"))
    found: dict[UUID, Week] = {}
    for assistant, day, calls, blocked, last in sums:
        week = found.get(assistant) or Week([0] * DAYS)
        days = list(week.days)
        days[min((day - first).days, DAYS - 1)] += calls
        found[assistant] = Week(days, week.blocked + blocked, max(last, week.last or last))
    return found
