"""What chats leave to retention: messages' own rows (their words are the content of calls), notes to owners, visits."""

from collections.abc import Sequence
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from assistants.chat.models import Chat, Note, Session, Turn
from compliance.holds.rules import coverage
from compliance.holds.rules.coverage import Coverage
from compliance.retention.rules import stores
from compliance.retention.rules.classes import Category
from compliance.retention.services.rows import Rows

_TURNS = (
    "SELECT u.id, u.at, ARRAY[c.subject_id] AS subjects, c.assistant_id AS assistant"
    " FROM chat_turn u JOIN chat_chat c ON c.id = u.chat_id"
)
_NOTES = "SELECT id, at, ARRAY[subject_id] AS subjects, assistant_id AS assistant FROM chat_note"
# Their period runs from the end of the month, as that of all numbers.
_VISITS = (
    "SELECT id, expires_at, (date_trunc('month', expires_at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC' AS at,"
    " ARRAY[subject_id] AS subjects, assistant_id AS assistant FROM chat_session"
)
_COVERED = (
    "SELECT count(*) FROM chat_note t WHERE EXISTS (SELECT FROM panel_effective() e WHERE e.hold = %s"
    " AND (e.subject IS NULL OR e.subject = t.subject_id) AND (e.assistant IS NULL OR e.assistant = t.assistant_id)"
    " AND (e.item IS NULL OR e.item = t.id) AND (e.from_day IS NULL OR (t.at AT TIME ZONE 'UTC')::date >= e.from_day)"
    " AND (e.to_day IS NULL OR (t.at AT TIME ZONE 'UTC')::date <= e.to_day))"
)


def _forget_turns(ids: Sequence[UUID]) -> None:
    """A chat goes with its last message, unless somebody writes in it at this moment."""
    chats = set(Turn.objects.filter(id__in=ids).values_list("chat_id", flat=True))
    Turn.objects.filter(id__in=ids).delete()
    empty = Chat.objects.filter(id__in=chats).exclude(turns__isnull=False)
    Chat.objects.filter(id__in=[one.id for one in empty.select_for_update(skip_locked=True)]).delete()


def _forget_notes(ids: Sequence[UUID]) -> None:
    Note.objects.filter(id__in=ids).delete()


def _forget_visits(ids: Sequence[UUID]) -> None:
    Session.objects.filter(id__in=ids).delete()


def _notes_covered(hold: UUID) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_COVERED, [hold])
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def register() -> None:
    stores.register(
        Rows(
            "chat.turns", _("Messages in chats"), Category.CONTENT, _TURNS, _forget_turns, order="t.id", by_choice=True
        )
    )
    stores.register(
        Rows("chat.notes", _("Notes to owners"), Category.CONTENT, _NOTES, _forget_notes, order="t.id", by_choice=True)
    )
    stores.register(
        Rows("chat.visits", _("Visits of chats"), Category.USAGE, _VISITS, _forget_visits, order="t.expires_at")
    )
    coverage.register(Coverage("notes", _("Notes to owners"), _notes_covered))
