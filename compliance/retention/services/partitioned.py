"""Stores of partitioned tables: whole days and months are dropped, of the day that is not over only what is due goes.

An id is a UUIDv7, so that its place in time is a comparison; a record is due when its millisecond is at the cut or before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from compliance.retention.rules.classes import Category
from compliance.retention.rules.stores import Asked, Gone, Unit
from panel.kernel import ids
from panel.kernel.db import holding, purging

PART, REST = 20_000, "held"
# What a hold in force covers, of a row `t`; the same words as in the owner's functions.
COVERS = (
    "FROM panel_effective() e WHERE (e.subject IS NULL OR e.subject = t.subject)"
    " AND (e.assistant IS NULL OR e.assistant = t.assistant) AND (e.item IS NULL OR e.item = t.id)"
    " AND (e.from_day IS NULL OR t.day >= e.from_day) AND (e.to_day IS NULL OR t.day <= e.to_day)"
)
HELD = f"EXISTS (SELECT {COVERS})"
HOLDS = f"(SELECT min(e.hold::text)::uuid {COVERS})"


def ask(text: str, values: Sequence[Any] = (), *, table: str, which: str = "") -> list[tuple[Any, ...]]:
    """Rows of a query. `{table}` is quoted, `{held}` and `{holds}` are the conditions above on a row `t`, `{which}` one more of
    this program's own, `{part}` the size of a batch."""
    quoted: dict[str, sql.Composable] = {"table": sql.Identifier(table), "which": sql.SQL(which)}
    quoted |= {"held": sql.SQL(HELD), "holds": sql.SQL(HOLDS), "part": sql.Literal(PART)}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(text).format(**quoted).as_string(cursor.connection), values)
        return cursor.fetchall() if cursor.description else []


def above(cut: datetime) -> UUID:
    """The least id that is younger than the cut's millisecond."""
    return UUID(int=(int(cut.timestamp() * 1000) + 1) << 80)


def begin_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def is_over(day: date, cut: datetime) -> bool:
    """Whether all of a UTC day is due."""
    return begin_of(day) + timedelta(days=1) <= cut


@dataclass(frozen=True)
class ClassDay:
    """A table by (class, day) with the columns id, day, subject, assistant, kept_from."""

    table: str
    title: Any
    category: Category = Category.CONTENT

    @property
    def name(self) -> str:
        return self.table

    def due(self, asked: Asked) -> list[Unit]:
        rows = ask(
            "SELECT t.day, count(*), count(*) FILTER (WHERE {held}),"
            " (array_agg(t.id ORDER BY t.id) FILTER (WHERE NOT {held}))[1]"
            " FROM {table} t WHERE t.retention = %s AND t.day <= %s AND t.id < %s GROUP BY t.day",
            [asked.name, asked.cut.date(), above(asked.cut)],
            table=self.table,
        )
        found = {day: Unit(self._key(day, asked), all_ - held, held, _moment(first)) for day, all_, held, first in rows}
        empty = {
            day: Unit(self._key(day, asked), 0, 0, None)
            for name, day in purging.leaves(self.table)
            if name == asked.name and is_over(day, asked.cut) and day not in found
        }
        rest = self._kept(asked)
        return [*([rest] if rest else []), *(one for _day, one in sorted({**empty, **found}.items()))]

    def _key(self, day: date, asked: Asked) -> str:
        return day.isoformat() if is_over(day, asked.cut) else f"{day.isoformat()}+"

    def _kept(self, asked: Asked) -> Unit | None:
        """What was held beyond its day: it goes once nothing holds it any more."""
        rows = ask(
            "SELECT count(*), count(*) FILTER (WHERE {held}), (array_agg(t.id ORDER BY t.id) FILTER (WHERE NOT {held}))[1]"
            " FROM {table} t WHERE t.retention = 'held' AND t.kept_from = %s AND t.id < %s",
            [asked.name, above(asked.cut)],
            table=self.table,
        )  # fmt: skip
        all_, held, first = rows[0]
        return Unit(REST, all_ - held, held, _moment(first)) if all_ else None

    def purge(self, unit: str, asked: Asked) -> Gone:
        if unit == REST:
            return self._delete("t.retention = 'held' AND t.kept_from = %s", [asked.name], asked)
        day = date.fromisoformat(unit.removesuffix("+"))
        if unit.endswith("+"):
            return self._delete("t.retention = %s AND t.day = %s", [asked.name, day], asked)
        return self._drop(day, asked)

    def _drop(self, day: date, asked: Asked) -> Gone:
        if not purging.exists(self.table, asked.name, day):
            return Gone([])  # another worker was faster
        moved = purging.begin(self.table, asked.name, day)
        kept: list[tuple[UUID, UUID]] = []
        if moved:
            kept = ask(
                "SELECT t.id, {holds} FROM {table} t WHERE t.retention = 'held' AND t.kept_from = %s AND t.day = %s",
                [asked.name, day],
                table=self.table,
            )
        without = {one for one, _hold in kept}
        rows = ask("SELECT id FROM {table} WHERE retention = %s AND day = %s", [asked.name, day], table=self.table)
        gone = [one for (one,) in rows if one not in without]
        name = purging.leaf(self.table, asked.name, day)
        return Gone(gone, kept, name, last=partial(purging.drop, self.table, asked.name, day, len(gone)))

    def _delete(self, where: str, values: list[Any], asked: Asked) -> Gone:
        holding.lock()
        limits = [*values, above(asked.cut)]
        rows = ask(
            "DELETE FROM {table} WHERE (retention, day, id) IN (SELECT t.retention, t.day, t.id FROM {table} t WHERE {which}"
            " AND t.id < %s AND NOT {held} ORDER BY t.id LIMIT {part}) RETURNING id",
            limits,
            table=self.table,
            which=where,
        )
        if len(rows) == PART:
            return Gone([one for (one,) in rows], more=True)
        kept = ask(
            "SELECT t.id, {holds} FROM {table} t WHERE {which} AND t.id < %s AND {held}",
            limits,
            table=self.table,
            which=where,
        )
        return Gone([one for (one,) in rows], kept)

    def size(self, asked: Asked) -> int:
        return int(ask("SELECT count(*) FROM {table} WHERE retention = %s", [asked.name], table=self.table)[0][0])

    def oldest(self, asked: Asked) -> datetime | None:
        rows = ask(
            "SELECT t.id FROM {table} t WHERE t.retention = %s AND NOT {held} ORDER BY t.day, t.id LIMIT 1",
            [asked.name],
            table=self.table,
        )
        return _moment(rows[0][0]) if rows else None


def _moment(one: UUID | None) -> datetime | None:
    return ids.moment_of(one) if one else None
