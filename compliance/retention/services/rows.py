"""Stores of ordinary tables: rows go in batches, or some of their columns are emptied."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from accounts.access import queries as access
from compliance.retention import queries
from compliance.retention.rules.classes import Category
from compliance.retention.rules.stores import Asked, Gone, Unit
from panel.kernel.db import holding

BATCH, UNIT = 5_000, "rows"
KEPT = "panel_holds(t.subjects, t.assistant, t.id, t.at::date)"


@dataclass(frozen=True)
class Rows:
    """`source` is SQL that gives (id uuid, at timestamptz, subjects uuid[], assistant uuid) of every record that counts; it is
    the slice's own text, never anybody's input. `order` is what an index finds the oldest by; with `by_day` the source has the
    column `day` of a partitioned table too; with `by_choice` a record has the class that its assistant chose, else all have the
    category's default. `act(ids)` deletes or empties them in the current transaction."""

    name: str
    title: Any
    category: Category
    source: str
    act: Callable[[Sequence[UUID]], None]
    order: str = "t.at"
    by_day: bool = False
    by_choice: bool = False

    def _mine(self, asked: Asked) -> tuple[str, list[Any]]:
        """The condition of the class's records on a row `t`, with its values."""
        if not self.by_choice:
            return ("true" if asked.whole else "false"), []
        chosen = access.once(f"retention.chosen.{self.category}", lambda: queries.chosen(self.category, asked.at))
        if asked.whole:
            others = [one for one, name in chosen.items() if name != asked.name]
            return ("NOT coalesce(t.assistant = ANY(%s::uuid[]), false)", [others]) if others else ("true", [])
        own = [one for one, name in chosen.items() if name == asked.name]
        return ("t.assistant = ANY(%s::uuid[])", [own]) if own else ("false", [])

    def _ask(self, text: str, asked: Asked, *values: Any) -> list[tuple[Any, ...]]:
        """`{mine}` are the class's records, `{due}` those of them that are due: one of the two, whose values come first."""
        mine, first = self._mine(asked)
        if mine == "false":
            return []
        if "{due}" in text:
            first = [*first, asked.cut, *([asked.cut.date()] if self.by_day else [])]
        due = mine + " AND t.at <= %s" + (" AND t.day <= %s" if self.by_day else "")
        for name, words in {"due": due, "mine": mine, "kept": KEPT, "order": self.order}.items():
            text = text.replace(f"{{{name}}}", words)
        with connection.cursor() as cursor:
            cursor.execute("WITH t AS (" + self.source + ") " + text, [*first, *values])
            return list(cursor.fetchall())

    def due(self, asked: Asked) -> list[Unit]:
        rows = self._ask(
            "SELECT count(*), count(*) FILTER (WHERE kept), min(at) FILTER (WHERE NOT kept)"
            " FROM (SELECT t.at, {kept} IS NOT NULL AS kept FROM t WHERE {due}) found",
            asked,
        )
        all_, held, oldest = rows[0] if rows else (0, 0, None)
        return [Unit(UNIT, all_ - held, held, oldest)] if all_ else []

    def purge(self, unit: str, asked: Asked) -> Gone:  # noqa: ARG002 - there is one unit
        holding.lock()
        rows = self._ask("SELECT t.id FROM t WHERE {due} AND {kept} IS NULL ORDER BY {order} LIMIT %s", asked, BATCH)
        ids = [one for (one,) in rows]
        if ids:
            self.act(ids)
        if len(ids) == BATCH:
            return Gone(ids, more=True)
        return Gone(ids, self._kept(asked))

    def _kept(self, asked: Asked) -> list[tuple[UUID, UUID]]:
        text = "SELECT id, kept[1] FROM (SELECT t.id, {kept} AS kept FROM t WHERE {due}) found WHERE kept IS NOT NULL"
        return [(one, hold) for one, hold in self._ask(text, asked)]

    def size(self, asked: Asked) -> int:
        rows = self._ask("SELECT count(*) FROM t WHERE {mine}", asked)
        return int(rows[0][0]) if rows else 0

    def oldest(self, asked: Asked) -> datetime | None:
        rows = self._ask("SELECT t.at FROM t WHERE {mine} AND {kept} IS NULL ORDER BY {order} LIMIT 1", asked)
        return rows[0][0] if rows else None
