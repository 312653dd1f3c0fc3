"""One list page: what the URL asks for in, rows and links out. The URL alone rebuilds it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import HttpRequest, QueryDict
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from panel.kernel.errors import Refusal
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.keyset import Cursor, decode, encode
from panel.ui.lists.peek import Opened, Peek, opened
from panel.ui.lists.sources import Source
from panel.ui.menu import Text

SIZE = 50
BLANK = (None, "", "–", "-")


@dataclass(frozen=True)
class Cell:
    """`places` are the classes that say where the cell stands when the row is a card."""

    column: Column
    html: SafeString
    places: str


@dataclass(frozen=True)
class Row:
    row: Any
    cells: list[Cell]
    url: str
    peek: str = ""
    current: bool = False


@dataclass
class ListPage:
    """`sort` names the default column, "-" before it for descending. `empty` is shown when nothing exists at all.
    `peek` lets a row be looked at beside the list (`?peek=<id>`).

    Raises Refusal (400) for a damaged cursor, an unknown sort key or a filter value that is no choice.
    """

    request: HttpRequest
    source: Source
    columns: Sequence[Column]
    sort: str
    filters: Sequence[Filter] = ()
    empty: Empty | None = None
    searchable: Text = ""
    id: str = "list"
    csv_name: str = ""
    size: int = SIZE
    caption: Text = ""
    peek: Peek | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def params(self) -> QueryDict:
        return self.request.GET

    @cached_property
    def query(self) -> str:
        return self.params.get("q", "").replace("\x00", "").strip()[:100]

    @cached_property
    def order(self) -> tuple[Column, bool]:
        """The sorted column and whether it ascends."""
        asked = self.params.get("sort") or self.sort
        for column in self.columns:
            if column.sort and column.name == asked.removeprefix("-"):
                return column, not asked.startswith("-")
        raise Refusal(_("This list cannot be sorted by that. Use a column head."), code="bad_sort")

    @property
    def sort_key(self) -> str:
        column, ascending = self.order
        return column.name if ascending else f"-{column.name}"

    @cached_property
    def chosen(self) -> dict[str, str]:
        """Filters that are set, by name."""
        found = {}
        for one in self.filters:
            value = self.params.get(one.name, "")
            if value:
                if value not in {str(option) for option, _label in one.options()}:
                    raise Refusal(
                        _("“%(name)s” has no such choice. Remove the filter.") % {"name": one.title}, code="bad_filter"
                    )
                found[one.name] = value
        return found

    @cached_property
    def narrowed(self) -> Source:
        found = self.source
        if self.searchable and self.query:
            found = found.search(self.query.split())
        for one in self.filters:
            if one.name in self.chosen:
                found = found.narrow(one, self.chosen[one.name])
        return found

    @cached_property
    def _window(self) -> tuple[list[Any], bool, bool]:
        """(rows, is there something before, is there something after)."""
        column, ascending = self.order
        after, before = self.params.get("after", ""), self.params.get("before", "")
        if before and not after:
            mark = decode(before, self.sort_key)
            found = self.narrowed.window(column.sort, mark, ascending=not ascending, limit=self.size + 1)
            return found[: self.size][::-1], len(found) > self.size, True
        mark_after = decode(after, self.sort_key) if after else None
        found = self.narrowed.window(column.sort, mark_after, ascending=ascending, limit=self.size + 1)
        return found[: self.size], mark_after is not None, len(found) > self.size

    def read(self) -> None:
        """Fetch the page now. Inside a template's `if` a damaged cursor or a broken query would pass for "no rows"."""
        _ = self._window

    @cached_property
    def rows(self) -> list[Row]:
        templates = {column.name: get_template(column.template) for column in self.columns}
        return [self._row(row, templates) for row in self._window[0]]

    @property
    def objects(self) -> list[Any]:
        """The rows as they came, for a caller that must fetch names for exactly these."""
        return self._window[0]

    def _row(self, row: Any, templates: dict[str, Any]) -> Row:
        cells, link, last = [], "", self._last_meta(row)
        for column in self.columns:
            url = column.url(row) if column.url else ""
            link = link or url
            values = {
                "row": row,
                "value": column.read(row),
                "second": column.second(row) if column.second else "",
                "mono": column.mono(row) if callable(column.mono) else column.mono,
                "url": url,
                **self.extra,
            }
            places = f"card-{column.card}{' card-blank' if values['value'] in BLANK else ''}"
            places += " card-last" if column is last else ""
            cells.append(Cell(column, templates[column.name].render(values), places))
        return Row(row, cells, link, self.peek_link(row), bool(self.peek) and str(row.pk) == self.peeked_at)

    @property
    def peek_id(self) -> str:
        return f"{self.id}-peek"

    @property
    def peeked_at(self) -> str:
        return self.params.get("peek", "")[:100]

    def peek_link(self, row: Any | None) -> str:
        """This very page with the row beside it; without a row, with nothing beside it."""
        if not self.peek:
            return ""
        kept = {name: self.params.get(name) for name in ("after", "before")}
        return self.link(**kept, peek=str(row.pk) if row is not None else None)

    @cached_property
    def peeked(self) -> Opened | None:
        """What stands beside the list, None when the URL asks for nothing."""
        return opened(self, self.peek) if self.peek and self.peeked_at else None

    def _last_meta(self, row: Any) -> Column | None:
        """The last thing that a card's line of details shows: no dot stands after it."""
        metas = [column for column in self.columns if column.card == "meta" and column.read(row) not in BLANK]
        return metas[-1] if metas else None

    def link(self, **changes: str | None) -> str:
        """This list's URL with some parameters changed; a change of anything but the cursor starts at page one."""
        params = self.params.copy()
        for name in ("after", "before", "format", "peek"):
            params.pop(name, None)
        for name, value in changes.items():
            if value is None:
                params.pop(name, None)
            else:
                params[name] = value
        text = params.urlencode()
        return f"{self.request.path}?{text}" if text else self.request.path

    def _cursor(self, row: Any) -> str:
        value = self.narrowed.value(row, self.order[0].sort)
        return encode(Cursor(self.sort_key, value, row.pk))

    @property
    def previous(self) -> str:
        rows, more, _more = self._window
        return self.link(before=self._cursor(rows[0])) if rows and more else ""

    @property
    def next(self) -> str:
        rows, _before, more = self._window
        return self.link(after=self._cursor(rows[-1])) if rows and more else ""

    @cached_property
    def state(self) -> str:
        """rows, filtered (nothing matches), empty (nothing exists), or end (a cursor beyond the last row)."""
        if self._window[0]:
            return "rows"
        if self.params.get("after") or self.params.get("before"):
            return "end"
        if self.query or self.chosen:
            return "filtered" if self.source.any() else "empty"
        return "empty"
