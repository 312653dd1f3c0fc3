"""Stores of ordinary tables: rows go in batches, or some of their columns are emptied."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from compliance.retention.rules.classes import Category
from compliance.retention.rules.stores import Asked, Gone, Unit
from panel.kernel.db import holding

BATCH, UNIT = 5_000, "rows"


@dataclass(frozen=True)
class Rows:
    """`source` is SQL that gives (id uuid, at timestamptz, subjects uuid[], assistant uuid) of every record that counts; it is
    the slice's own text, never anybody's input. `act(ids)` deletes or empties them in the current transaction."""

    name: str
    title: Any
    category: Category
    source: str
    act: Callable[[Sequence[UUID]], None]

    def _ask(self, text: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute("WITH t AS (" + self.source + ") " + text, values)
            return list(cursor.fetchall())

    def due(self, asked: Asked) -> list[Unit]:
        if not asked.whole:
            return []
        rows = self._ask(
            "SELECT count(*), count(*) FILTER (WHERE kept), min(at) FILTER (WHERE NOT kept) FROM (SELECT t.at,"
            " panel_holds(t.subjects, t.assistant, t.id, t.at::date) IS NOT NULL AS kept FROM t WHERE t.at <= %s) found",
            [asked.cut],
        )
        all_, held, oldest = rows[0]
        return [Unit(UNIT, all_ - held, held, oldest)] if all_ else []

    def purge(self, unit: str, asked: Asked) -> Gone:  # noqa: ARG002 - there is one unit
        holding.lock()
        rows = self._ask(
            "SELECT t.id FROM t WHERE t.at <= %s AND panel_holds(t.subjects, t.assistant, t.id, t.at::date) IS NULL"
            " ORDER BY t.at LIMIT %s",
            [asked.cut, BATCH],
        )
        ids = [one for (one,) in rows]
        if ids:
            self.act(ids)
        if len(ids) == BATCH:
            return Gone(ids, more=True)
        return Gone(ids, self._kept(asked))

    def _kept(self, asked: Asked) -> list[tuple[UUID, UUID]]:
        rows = self._ask(
            "SELECT id, kept[1] FROM (SELECT t.id, panel_holds(t.subjects, t.assistant, t.id, t.at::date) AS kept"
            " FROM t WHERE t.at <= %s) found WHERE kept IS NOT NULL",
            [asked.cut],
        )
        return [(one, hold) for one, hold in rows]

    def size(self, asked: Asked) -> int:  # noqa: ARG002 - the table has one class
        return int(self._ask("SELECT count(*) FROM t", [])[0][0])

    def oldest(self, asked: Asked) -> datetime | None:
        if not asked.whole:
            return None
        rows = self._ask(
            "SELECT t.at FROM t WHERE panel_holds(t.subjects, t.assistant, t.id, t.at::date) IS NULL"
            " ORDER BY t.at LIMIT 1",
            [],
        )
        return rows[0][0] if rows else None
