"""Stores of tables by month: a month goes as a whole once its end is due, or, where a hold keeps some of it, row by row."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from compliance.retention.rules.classes import Category
from compliance.retention.rules.stores import Asked, Gone, Unit
from compliance.retention.services.partitioned import PART, ask, begin_of
from panel.kernel.db import holding, purging


def end_of(month: date) -> date:
    """The first day of the next month."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


@dataclass(frozen=True)
class Month:
    """A table by month with the columns id, day, subject, assistant."""

    table: str
    title: Any
    category: Category = Category.USAGE

    @property
    def name(self) -> str:
        return self.table

    def due(self, asked: Asked) -> list[Unit]:
        months = [day for _name, day in purging.leaves(self.table) if begin_of(end_of(day)) <= asked.cut]
        if not months or not asked.whole:
            return []
        rows = ask(
            "SELECT date_trunc('month', t.day)::date, count(*), count(*) FILTER (WHERE {held}) FROM {table} t"
            " WHERE t.day < %s GROUP BY 1",
            [end_of(max(months))],
            table=self.table,
        )
        counts = {day: (all_ - held, held) for day, all_, held in rows}
        return [Unit(f"{one:%Y-%m}", *counts.get(one, (0, 0)), begin_of(one)) for one in sorted(months)]

    def purge(self, unit: str, asked: Asked) -> Gone:  # noqa: ARG002 - a month is due as a whole
        month = date.fromisoformat(f"{unit}-01")
        if not purging.exists(self.table, "", month):
            return Gone([])  # another worker was faster
        holding.lock()
        span = [month, end_of(month)]
        held = ask(
            "SELECT t.id, {holds} FROM {table} t WHERE t.day >= %s AND t.day < %s AND {held}",
            span,
            table=self.table,
        )
        if not held:
            rows = ask("SELECT id FROM {table} WHERE day >= %s AND day < %s", span, table=self.table)
            drop = partial(purging.drop_month, self.table, month, len(rows))
            return Gone([one for (one,) in rows], dropped=purging.leaf(self.table, "", month), last=drop)
        rows = ask(
            "DELETE FROM {table} WHERE (day, id) IN (SELECT t.day, t.id FROM {table} t WHERE t.day >= %s AND t.day < %s"
            " AND NOT {held} LIMIT {part}) RETURNING id",
            span,
            table=self.table,
        )
        more = len(rows) == PART
        return Gone([one for (one,) in rows], [] if more else held, more=more)

    def size(self, asked: Asked) -> int:  # noqa: ARG002 - the table has one class
        return int(ask("SELECT count(*) FROM {table}", table=self.table)[0][0])

    def oldest(self, asked: Asked) -> datetime | None:
        """The end of the oldest month that has records: from then on its period runs."""
        if not asked.whole:
            return None
        rows = ask("SELECT t.day FROM {table} t WHERE NOT {held} ORDER BY t.day, t.id LIMIT 1", table=self.table)
        return begin_of(end_of(rows[0][0])) if rows else None
