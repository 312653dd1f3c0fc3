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
KEPT = "panel_holds(t.subjects, t.assistant, t.id, t.at::date)"


@dataclass(frozen=True)
class Rows:
    """`source` is SQL that gives (id uuid, at timestamptz, subjects uuid[], assistant uuid) of every record that counts; it is
    the slice's own text, never anybody's input. `order` is what an index finds the oldest by; with `by_day` the source has the
    column `day` of a partitioned table too. `act(ids)` deletes or empties them in the current transaction."""

    name: str
    title: Any
    category: Category
    source: str
    act: Callable[[Sequence[UUID]], None]
    order: str = "t.at"
    by_day: bool = False

    def _ask(self, text: str, values: Sequence[Any], asked: Asked | None = None) -> list[tuple[Any, ...]]:
        """`{due}` is the condition of what is due, whose values come first."""
        early = " AND t.day <= %s" if self.by_day else ""
        first = [] if asked is None else [asked.cut, *([asked.cut.date()] if self.by_day else [])]
        written = text.replace("{due}", "t.at <= %s" + early).replace("{kept}", KEPT).replace("{order}", self.order)
        with connection.cursor() as cursor:
            cursor.execute("WITH t AS (" + self.source + ") " + written, [*first, *values])
            return list(cursor.fetchall())

    def due(self, asked: Asked) -> list[Unit]:
        if not asked.whole:
            return []
        rows = self._ask(
            "SELECT count(*), count(*) FILTER (WHERE kept), min(at) FILTER (WHERE NOT kept)"
            " FROM (SELECT t.at, {kept} IS NOT NULL AS kept FROM t WHERE {due}) found",
            [],
            asked,
        )
        all_, held, oldest = rows[0]
        return [Unit(UNIT, all_ - held, held, oldest)] if all_ else []

    def purge(self, unit: str, asked: Asked) -> Gone:  # noqa: ARG002 - there is one unit
        holding.lock()
        rows = self._ask("SELECT t.id FROM t WHERE {due} AND {kept} IS NULL ORDER BY {order} LIMIT %s", [BATCH], asked)
        ids = [one for (one,) in rows]
        if ids:
            self.act(ids)
        if len(ids) == BATCH:
            return Gone(ids, more=True)
        return Gone(ids, self._kept(asked))

    def _kept(self, asked: Asked) -> list[tuple[UUID, UUID]]:
        text = "SELECT id, kept[1] FROM (SELECT t.id, {kept} AS kept FROM t WHERE {due}) found WHERE kept IS NOT NULL"
        return [(one, hold) for one, hold in self._ask(text, [], asked)]

    def size(self, asked: Asked) -> int:  # noqa: ARG002 - the table has one class
        return int(self._ask("SELECT count(*) FROM t", [])[0][0])

    def oldest(self, asked: Asked) -> datetime | None:
        if not asked.whole:
            return None
        rows = self._ask("SELECT t.at FROM t WHERE {kept} IS NULL ORDER BY {order} LIMIT 1", [])
        return rows[0][0] if rows else None
