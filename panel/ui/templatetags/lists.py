"""The links of a list: sorted heads, filter chips, CSV."""

from dataclasses import dataclass
from typing import Any

from django import template

from panel.ui.lists import views
from panel.ui.lists.columns import Column
from panel.ui.lists.kept import seal
from panel.ui.lists.page import ListPage
from panel.ui.menu import Text

register = template.Library()


@dataclass(frozen=True)
class Head:
    column: Column
    url: str
    sorted: str


@dataclass(frozen=True)
class Chip:
    name: str
    title: Text
    value: Text
    remove: str
    options: list[dict[str, Any]]


@register.simple_tag
def heads(page: ListPage) -> list[Head]:
    current, ascending = page.order
    found = []
    for column in page.shown:
        is_current = column is current
        key = f"-{column.name}" if is_current and ascending else column.name
        direction = ("ascending" if ascending else "descending") if is_current else ""
        found.append(Head(column, page.link(sort=key) if column.sort else "", direction))
    return found


@register.simple_tag
def chips(page: ListPage) -> list[Chip]:
    found = []
    for one in page.filters:
        chosen = page.chosen.get(one.name, "")
        options = [
            {"label": label, "url": page.link(**{one.name: str(value)}), "chosen": str(value) == chosen}
            for value, label in one.options()
        ]
        value = next((label for key, label in one.options() if str(key) == chosen), "")
        found.append(Chip(one.name, one.title, value, page.link(**{one.name: None}), options))
    return found


@register.simple_tag
def list_link(page: ListPage, name: str, value: str = "") -> str:
    """This list with one parameter set, or removed when the value is empty."""
    if name == "format":
        base = page.link()
        return f"{base}{'&' if '?' in base else '?'}format={value}"
    return page.link(**{name: value or None})


@register.simple_tag
def clear_link(page: ListPage) -> str:
    """This list without search and filters."""
    return page.link(q=None, **{one.name: None for one in page.filters})


@register.simple_tag
def peek_close(page: ListPage) -> str:
    """This very page with nothing beside it."""
    return page.peek_link(None)


@register.simple_tag
def view_tabs(page: ListPage) -> list[views.Tab]:
    return views.tabs(page)


@register.simple_tag
def own_view(page: ListPage) -> Any:
    """The reader's own view that is shown now."""
    return views.current(page)


@register.simple_tag
def sealed_name(page: ListPage) -> str:
    return seal(page.name) if page.keeps else ""


@register.filter
def names_row(column: Column, page: ListPage) -> bool:
    return page.names_row(column)
