"""One list page: what the URL asks for in, rows and links out. The URL alone rebuilds it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from panel.kernel.errors import Refusal
from panel.ui.lists import remembered
from panel.ui.lists.columns import BulkAct, Column, Empty, Filter
from panel.ui.lists.keyset import Cursor, decode, encode
from panel.ui.lists.peek import Opened, Peek, opened
from panel.ui.lists.rows import Row, drawn
from panel.ui.lists.sources import Source
from panel.ui.menu import Text, actor_of

SIZE = 50


@dataclass
class ListPage:
    """`sort` names the default column, "-" before it for descending. `empty` is shown when nothing exists at all.
    `peek` lets a row be looked at beside the list (`?peek=<id>`); `presets` are views that everybody has.
    `bulk` are acts on several rows at once (those that are `pickable`, default: all).

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
    presets: Sequence[remembered.View] = ()
    bulk: Sequence[BulkAct] = ()
    pickable: Callable[[Any], bool] | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def params(self) -> QueryDict:
        return self.request.GET

    @property
    def name(self) -> str:
        """What a person's settings are remembered under: the page's name, and the list's where a page has several."""
        match = self.request.resolver_match
        page = match.view_name if match else ""
        return f"{page}#{self.id}" if page and self.id != "list" else page

    @property
    def keeps(self) -> bool:
        """Whether the reader can keep views and columns of this list."""
        actor = actor_of(self.request)
        return actor.kind == "person" and actor.id is not None and bool(self.name)

    @cached_property
    def remembered(self) -> remembered.Remembered:
        return remembered.of(actor_of(self.request), self.name)

    @cached_property
    def shown(self) -> list[Column]:
        """The columns that the reader wants; what names a row always stands."""
        return [one for one in self.columns if one.name not in self.remembered.hidden or self.names_row(one)]

    def names_row(self, column: Column) -> bool:
        return column.card == "title" or column is self.columns[0]

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
        return drawn(self)

    @property
    def objects(self) -> list[Any]:
        """The rows as they came, for a caller that must fetch names for exactly these."""
        return self._window[0]

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
        # Without a word in the address the list would open with the reader's own view.
        text = params.urlencode() or ("shown=all" if self.remembered.default else "")
        return f"{self.request.path}?{text}" if text else self.request.path

    @property
    def here(self) -> str:
        """This very page of the list, for a form that comes back to it."""
        return self.link(**{name: self.params.get(name) for name in ("after", "before")})

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
