"""A list page as an answer: the whole page, only its list or the row beside it (htmx), or CSV."""

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.text import slugify

from panel.ui.lists import views
from panel.ui.lists.page import ListPage
from panel.ui.web.files import attachment

CSV_ROWS = 100_000


def answer(
    request: HttpRequest, template: str, page: ListPage, context: Mapping[str, Any] | None = None
) -> HttpResponseBase:
    """Render `template` with `page` in its context; `{% element list page=page / %}` shows it there."""
    if page.params.get("format") == "csv":
        return as_csv(page)
    first = page.remembered.default
    if first and not request.GET and first.query and views.fits(page, first):
        return HttpResponseRedirect(views.url(page, first))
    page.read()
    values = {**(context or {}), "page": page}
    # A swap of this list needs this list only; every other htmx request gets the page it asked for.
    target = request.htmx.target if getattr(request, "htmx", None) else None  # type: ignore[attr-defined]
    if target == page.id:
        return render(request, "elements/data/list.html", values)
    if page.peek and target == page.peek_id:
        return render(request, "elements/data/list_peek.html", values)
    return render(request, template, values)


def as_csv(page: ListPage) -> HttpResponseBase:
    """Everything that the filters leave, in the columns that are shown, at most 100,000 rows, safe to open in a spreadsheet."""
    column, ascending = page.order
    rows = page.narrowed.everything(column.sort, ascending=ascending, limit=CSV_ROWS)
    name = slugify(page.csv_name or str(page.caption)) or "list"
    return attachment(_lines(page, rows), f"{name}.csv", "text/csv; charset=utf-8")


class _Echo:
    def write(self, text: str) -> str:
        return text


def _lines(page: ListPage, rows: list[Any]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    columns = [column for column in page.shown if column.csv]
    yield writer.writerow([safe(column.title) for column in columns])
    for row in rows:
        yield writer.writerow([safe(column.read(row)) for column in columns])


def safe(value: Any) -> str:
    """The text of a cell that no spreadsheet runs as a formula (OWASP, CSV injection)."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return safe(", ".join(str(one) for one in value))
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")) else text


def fragment(request: HttpRequest, page: ListPage) -> HttpResponse:
    """Only the list, for a page that shows more than one."""
    return render(request, "elements/data/list.html", {"page": page})
