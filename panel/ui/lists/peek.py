"""A row beside its list: `?peek=<id>` opens it, J and K walk, Esc closes, Enter opens the row's own page.

    ListPage(..., peek=Peek(title=lambda row: row.name, template="vault/peek.html", context=facts_of, find=one_by_id))

The template is a fragment without a head of its own; it sees `row` and what `context(row)` says. Without JavaScript the
same links load the whole page with the panel open.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from panel.ui.menu import Text

if TYPE_CHECKING:
    from panel.ui.lists.page import ListPage


def _nothing(_row: Any) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True)
class Peek:
    """`find(id)` looks for a row that is not on this page of the list (an address that somebody kept); it gets any text
    and answers with a row that the actor may see, or None. Without it only rows of the page open."""

    title: Callable[[Any], Text]
    template: str
    context: Callable[[Any], Mapping[str, Any]] = _nothing
    find: Callable[[str], Any | None] | None = None


@dataclass(frozen=True)
class Opened:
    """`row` is None when there is no such row (any more). `url` is its own page; `up` and `down` are its neighbours'."""

    row: Any
    title: Text
    html: str = ""
    url: str = ""
    up: str = ""
    down: str = ""
    place: int = 0
    of: int = 0


def opened(page: "ListPage", peek: Peek) -> Opened:
    """The row that the URL of `page` asks for."""
    rows, key = page.objects, page.peeked_at
    at = next((index for index, row in enumerate(rows) if str(row.pk) == key), None)
    row = rows[at] if at is not None else peek.find(key) if peek.find else None
    if row is None:
        return Opened(None, _("This row is not here any more"))
    html = render_to_string(peek.template, {**page.extra, "row": row, **peek.context(row)}, request=page.request)
    url = next((column.url(row) for column in page.columns if column.url), "")
    if at is None:
        return Opened(row, peek.title(row), html, url)
    up = page.peek_link(rows[at - 1]) if at else ""
    down = page.peek_link(rows[at + 1]) if at + 1 < len(rows) else ""
    return Opened(row, peek.title(row), html, url, up, down, at + 1, len(rows))
