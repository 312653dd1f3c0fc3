"""The views of a list as tabs: everything, what the page brings along, what the reader kept."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from panel.ui.lists.page import ListPage
from panel.ui.lists.remembered import View, canonical
from panel.ui.menu import Text


@dataclass(frozen=True)
class Tab:
    label: Text
    url: str
    current: bool
    count: str = ""


def tabs(page: ListPage) -> list[Tab]:
    """Nothing while there is only one way to see the list."""
    found = [*page.presets, *page.remembered.views]
    if not found:
        return []
    asked = canonical(page.params.urlencode())
    shown = current(page) or next((one for one in page.presets if one.query == asked), None)
    everything = f"{page.request.path}{'?shown=all' if page.remembered.default else ''}"
    return [
        Tab(_("All"), everything, not asked),
        *(Tab(one.name, url(page, one), one is shown) for one in found),
    ]


def url(page: ListPage, view: View) -> str:
    return f"{page.request.path}?{view.query}"


def current(page: ListPage) -> View | None:
    """The reader's own view that the address shows."""
    asked = canonical(page.params.urlencode())
    return next((one for one in page.remembered.views if one.query == asked), None)


def fits(page: ListPage, view: View) -> bool:
    """Whether the list still has the filters and columns of a view; one that does not must not lock the reader out."""
    asked = QueryDict(view.query)
    sorts = {one.name for one in page.columns if one.sort}
    if asked.get("sort") and asked["sort"].removeprefix("-") not in sorts:
        return False
    for one in page.filters:
        value = asked.get(one.name, "")
        if value and value not in {str(option) for option, _label in one.options()}:
            return False
    return True
