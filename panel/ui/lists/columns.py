"""What a list shows and how it can be narrowed and ordered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from panel.ui.menu import Text

CELLS = "elements/cells.html"


@dataclass(frozen=True)
class Column:
    """One column.

    `value(row)` is what CSV writes and the cell shows (default: the attribute `name`); `cell` is a kind of
    templates/elements/cells.html (text, title, mono, number, moment, ago, state, verdict, tape, hash, actor, tag) or a
    template path (`assistants/catalog/parts/cells.html#owner`) that sees `row`, `value`, `second`, `url`.
    `second(row)` is the quiet line under a title, `mono` when it is an id; `url(row)` makes it a link.
    `sort` is a field or annotation that is never null. `card` places it on a phone: title, state, meta or none.
    """

    name: str
    title: Text
    value: Callable[[Any], Any] | None = None
    cell: str = "text"
    second: Callable[[Any], Any] | None = None
    url: Callable[[Any], str] | None = None
    sort: str = ""
    numeric: bool = False
    mono: bool | Callable[[Any], bool] = False
    card: str = "meta"
    csv: bool = True

    def read(self, row: Any) -> Any:
        return self.value(row) if self.value else getattr(row, self.name)

    @property
    def template(self) -> str:
        return self.cell if ".html" in self.cell else f"{CELLS}#{self.cell}"


@dataclass(frozen=True)
class Filter:
    """One filter: `?<name>=<value>`. `choices` are (value, label); `apply(queryset, value)` narrows. A value that is
    no choice is refused. For lists held in memory `keep(row, value)` decides."""

    name: str
    title: Text
    choices: Sequence[tuple[str, Text]] | Callable[[], Sequence[tuple[str, Text]]]
    apply: Callable[[Any, str], Any] | None = None
    keep: Callable[[Any, str], bool] | None = None

    def options(self) -> list[tuple[str, Text]]:
        return list(self.choices() if callable(self.choices) else self.choices)


@dataclass(frozen=True)
class Empty:
    """The first-empty state: what this is for, and the one thing to do."""

    title: Text
    text: Text
    verb: Text = ""
    url: str = ""
    other_verb: Text = ""
    other_url: str = ""

    def where(self, may: bool) -> "Empty":
        """Without the thing to do for somebody who may not do it."""
        return self if may else replace(self, verb="", url="")


@dataclass(frozen=True)
class BulkAct:
    """A button for the rows that are picked; `url` is that of a `panel.ui.lists.bulk.BulkPage`."""

    label: Text
    url: str
    icon: str = ""
    tone: str = "plain"
