"""What conversations leave to retention: content by class and day, numbers by month, findings of guards."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from assistants.conversations.models import Call
from compliance.holds.rules import coverage
from compliance.holds.rules.coverage import Coverage
from compliance.retention import queries as retention
from compliance.retention.rules import stores
from compliance.retention.rules.classes import Category
from compliance.retention.services.months import Month
from compliance.retention.services.partitioned import ClassDay
from compliance.retention.services.rows import Rows
from panel.kernel import ids

_FINDINGS = (
    "SELECT id, day, at, CASE WHEN subject IS NULL THEN '{}'::uuid[] ELSE ARRAY[subject] END AS subjects, assistant"
    " FROM conversations_call WHERE verdicts <> '[]'::jsonb"
)


def classes(calls: Iterable[Call]) -> dict[UUID, str]:
    """The retention class of what was said to each of their assistants."""
    kept = {one.assistant: one.at for one in calls if one.assistant}
    return retention.content_classes(kept, max(kept.values())) if kept else {}


def _forget_findings(calls: Sequence[UUID]) -> None:
    """The numbers of the call stay."""
    days = {ids.day_of(one) for one in calls}
    Call.objects.filter(day__in=days, id__in=calls).update(verdicts=[], verdicts_left_out=0)


def _covered(table: str, hold: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table} t WHERE EXISTS (SELECT FROM panel_effective() e WHERE e.hold = %s"  # noqa: S608
            " AND (e.subject IS NULL OR e.subject = t.subject) AND (e.assistant IS NULL OR e.assistant = t.assistant)"
            " AND (e.item IS NULL OR e.item = t.id) AND (e.from_day IS NULL OR t.day >= e.from_day)"
            " AND (e.to_day IS NULL OR t.day <= e.to_day))",
            [hold],
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def register() -> None:
    stores.register(ClassDay("conversations_callcontent", _("Stored content of calls")))
    stores.register(Month("conversations_call", _("Numbers of calls")))
    stores.register(
        Rows(
            "conversations.findings",
            _("Findings in calls"),
            Category.FINDINGS,
            _FINDINGS,
            _forget_findings,
            "t.day, t.id",
            True,
        )
    )
    for name, title, table in (
        ("content", _("Stored content of calls"), "conversations_callcontent"),
        ("calls", _("Calls"), "conversations_call"),
    ):
        coverage.register(Coverage(name, title, lambda hold, table=table: _covered(table, hold)))  # type: ignore[misc]
