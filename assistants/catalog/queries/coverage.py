"""How many of an assistant's end users agreed to what it serves: counts only, nobody by name or pseudonym."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection

# A person counts once for an assistant, with the last word of whichever of their subjects gave it.
_PEOPLE = """
WITH who AS (
  SELECT DISTINCT i.scope, coalesce(l.person_id, i.subject_id) AS person FROM subjects_subjectidentifier i
  LEFT JOIN subjects_link l ON l.subject_id = i.subject_id AND l.ended_at IS NULL
  WHERE i.kind = 'end_user' AND i.scope = ANY(%(assistants)s)
), every AS (
  SELECT person, person AS subject FROM who UNION
  SELECT w.person, m.subject_id FROM who w JOIN subjects_link m ON m.person_id = w.person AND m.ended_at IS NULL
), latest AS (
  SELECT DISTINCT ON (e.person, s.purpose_id) e.person, s.* FROM every e JOIN consent_standing s ON s.subject_id = e.subject
  ORDER BY e.person, s.purpose_id, s.since DESC, s.id DESC
), bound AS (
  SELECT DISTINCT b.assistant_id, p.id, p.required, p.notice_required FROM catalog_binding b
  JOIN consent_purpose p ON p.id = b.purpose_id
  WHERE b.ended_at IS NULL AND p.basis = 'consent' AND b.assistant_id = ANY(%(assistants)s)
)
SELECT b.assistant_id, b.id, count(w.person),
  count(*) FILTER (WHERE s.state = 'given' AND (s.expires_at IS NULL OR s.expires_at > %(at)s)
    AND s.version >= b.required AND s.notice >= b.notice_required),
  count(*) FILTER (WHERE s.state = 'withdrawn'),
  count(*) FILTER (WHERE s.state = 'given')
FROM bound b LEFT JOIN who w ON w.scope = b.assistant_id LEFT JOIN latest s ON s.person = w.person AND s.purpose_id = b.id
GROUP BY 1, 2"""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of `people` that an assistant knows: how many agree, said no, must be asked again, were never asked."""

    people: int
    given: int
    withdrawn: int
    again: int

    @property
    def unasked(self) -> int:
        return self.people - self.given - self.withdrawn - self.again

    @property
    def share(self) -> int | None:
        """Per cent who agree; None while nobody is known."""
        return 100 * self.given // self.people if self.people else None


def of(assistants: Iterable[UUID], at: datetime) -> dict[UUID, dict[UUID, Coverage]]:
    """By assistant and purpose, for purposes that people are asked about."""
    found: dict[UUID, dict[UUID, Coverage]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"assistants": list(assistants), "at": at})
        for assistant, purpose, people, given, withdrawn, written in cursor.fetchall():
            one = Coverage(people, given, withdrawn, written - given)
            found.setdefault(assistant, {})[purpose] = one
    return found
