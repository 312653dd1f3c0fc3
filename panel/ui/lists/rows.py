"""The rows of a page of a list, drawn cell by cell."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.loader import get_template
from django.utils.safestring import SafeString

from panel.ui.lists.columns import Column

if TYPE_CHECKING:
    from panel.ui.lists.page import ListPage

BLANK = (None, "", "–", "-")


@dataclass(frozen=True)
class Cell:
    """`places` are the classes that say where the cell stands when the row is a card."""

    column: Column
    html: SafeString
    places: str


@dataclass(frozen=True)
class Row:
    """`url` is the row's own page, `peek` the list with the row beside it; `key` is what a bulk act gets, "" for none."""

    row: Any
    cells: list[Cell]
    url: str
    peek: str = ""
    current: bool = False
    key: str = ""

    @property
    def name(self) -> Any:
        """What the row is called, for the label of its box."""
        named = [cell for cell in self.cells if cell.column.card == "title"] or self.cells
        return named[0].column.read(self.row)


def drawn(page: "ListPage") -> list[Row]:
    templates = {column.name: get_template(column.template) for column in page.shown}
    return [_row(page, row, templates) for row in page.objects]


def _row(page: "ListPage", row: Any, templates: dict[str, Any]) -> Row:
    cells, last = [], _last_meta(page, row)
    for column in page.shown:
        values = {
            "row": row,
            "value": column.read(row),
            "second": column.second(row) if column.second else "",
            "mono": column.mono(row) if callable(column.mono) else column.mono,
            "url": column.url(row) if column.url else "",
            **page.extra,
        }
        places = f"card-{column.card}{' card-blank' if values['value'] in BLANK else ''}"
        places += " card-last" if column is last else ""
        cells.append(Cell(column, templates[column.name].render(values), places))
    link = next((column.url(row) for column in page.columns if column.url), "")
    current = bool(page.peek) and str(row.pk) == page.peeked_at
    picked = page.bulk and (page.pickable is None or page.pickable(row))
    return Row(row, cells, link, page.peek_link(row), current, str(row.pk) if picked else "")


def _last_meta(page: "ListPage", row: Any) -> Column | None:
    """The last thing that a card's line of details shows: no dot stands after it."""
    metas = [column for column in page.shown if column.card == "meta" and column.read(row) not in BLANK]
    return metas[-1] if metas else None
