"""Where rows come from: a queryset that the actor may see, or a short list held in memory (encrypted names)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q, QuerySet

from panel.ui.lists.columns import Filter
from panel.ui.lists.keyset import Cursor, beyond, sought


class Source(Protocol):
    def search(self, words: list[str]) -> "Source": ...

    def narrow(self, one: Filter, value: str) -> "Source": ...

    def window(self, field: str, cursor: Cursor | None, *, ascending: bool, limit: int) -> list[Any]: ...

    def everything(self, field: str, *, ascending: bool, limit: int) -> list[Any]: ...

    def value(self, row: Any, field: str) -> Any: ...

    def any(self) -> bool: ...


@dataclass(frozen=True)
class Rows:
    """A queryset. Every word must be found in one of the `fields` (metadata only, never content)."""

    queryset: QuerySet[Any]
    fields: Sequence[str] = ()

    def search(self, words: list[str]) -> "Rows":
        found = self.queryset
        for word in words:
            matches = Q(pk__in=())
            for field in self.fields:
                matches |= Q(**{f"{field}__icontains": word})
            found = found.filter(matches)
        return Rows(found, self.fields)

    def narrow(self, one: Filter, value: str) -> "Rows":
        return Rows(one.apply(self.queryset, value), self.fields) if one.apply else self

    def window(self, field: str, cursor: Cursor | None, *, ascending: bool, limit: int) -> list[Any]:
        with sought(cursor):
            found = self.queryset.filter(beyond(field, cursor, forward=ascending)) if cursor else self.queryset
            return list(self._ordered(found, field, ascending)[:limit])

    def everything(self, field: str, *, ascending: bool, limit: int) -> list[Any]:
        return list(self._ordered(self.queryset, field, ascending)[:limit])

    def value(self, row: Any, field: str) -> Any:
        for step in field.split("__"):
            row = getattr(row, step)
        return row

    def any(self) -> bool:
        return self.queryset.exists()

    def _ordered(self, found: QuerySet[Any], field: str, ascending: bool) -> QuerySet[Any]:
        sign = "" if ascending else "-"
        return found.order_by(f"{sign}{field}", f"{sign}pk")


@dataclass(frozen=True)
class Memory:
    """Rows held in memory, at most 10,000: `text(row)` is searched, `sort_value(row, field)` orders."""

    rows: Sequence[Any]
    text: Callable[[Any], str]
    sort_value: Callable[[Any, str], Any] = getattr

    def search(self, words: list[str]) -> "Memory":
        folded = [word.casefold() for word in words]
        return self._with([row for row in self.rows if all(word in self.text(row).casefold() for word in folded)])

    def narrow(self, one: Filter, value: str) -> "Memory":
        keep = one.keep
        return self._with([row for row in self.rows if keep(row, value)]) if keep else self

    def window(self, field: str, cursor: Cursor | None, *, ascending: bool, limit: int) -> list[Any]:
        ordered = sorted(self.rows, key=lambda row: self._key(row, field), reverse=not ascending)
        if cursor:
            mark = (cursor.value, cursor.id)
            with sought(cursor):
                ordered = [
                    row
                    for row in ordered
                    if (self._key(row, field) > mark) == ascending and self._key(row, field) != mark
                ]
        return ordered[:limit]

    def everything(self, field: str, *, ascending: bool, limit: int) -> list[Any]:
        return self.window(field, None, ascending=ascending, limit=limit)

    def value(self, row: Any, field: str) -> Any:
        return self.sort_value(row, field)

    def any(self) -> bool:
        return bool(self.rows)

    def _key(self, row: Any, field: str) -> tuple[Any, Any]:
        return self.sort_value(row, field), row.pk

    def _with(self, rows: Sequence[Any]) -> "Memory":
        return Memory(rows, self.text, self.sort_value)
