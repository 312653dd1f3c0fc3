"""A row beside its list: the URL opens it, its neighbours are links, htmx gets the panel only."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest

from panel.ui.lists.answer import answer
from panel.ui.lists.page import ListPage
from panel.ui.lists.peek import Peek
from panel.ui.lists.sources import Rows
from panel.ui.models import Created
from tests.panel.ui.lists.test_lists import COLUMNS, follow, page_of, show

Ask = Callable[..., HttpRequest]
Make = Callable[..., list[Created]]


class TestPeek:
    """A row beside its list."""

    def page(self, request: HttpRequest, **changes: Any) -> ListPage:
        peek = Peek(
            title=lambda row: row.route,
            template="elements/signs/tag.html",
            context=lambda row: {"label": f"status {row.status}"},
            **changes,
        )
        columns = [replace(COLUMNS[0], url=lambda row: f"/things/{row.route}/"), COLUMNS[1]]
        return ListPage(request, Rows(Created.objects.all()), columns, sort="status", size=3, peek=peek)

    def test_the_address_opens_a_row_with_its_neighbours_and_keeps_the_page_of_the_list(
        self, ask: Ask, rows: Make
    ) -> None:
        made = rows(*[(f"r{n}", n) for n in range(7)])
        second = follow(ask, self.page(ask()).next)
        page = self.page(ask(after=second.GET["after"], peek=str(made[4].pk)))
        opened = page.peeked
        assert opened is not None
        assert (opened.title, opened.url, opened.place, opened.of) == ("r4", "/things/r4/", 2, 3)
        assert f"after={second.GET['after']}" in opened.up
        assert f"peek={made[3].pk}" in opened.up
        assert f"peek={made[5].pk}" in opened.down
        text = show(page)
        assert "status 4" in text
        assert text.count('aria-current="true"') == 1
        assert "peek=" not in page.link(sort="-status") + page.next

    def test_a_row_of_another_page_is_looked_for_and_a_lost_one_is_told(self, ask: Ask, rows: Make) -> None:
        made = rows(*[(f"r{n}", n) for n in range(7)])
        found = self.page(ask(peek=str(made[6].pk)), find=lambda key: made[6] if key == str(made[6].pk) else None)
        assert "status 6" in show(found)
        assert "not here any more" in show(self.page(ask(peek="x' OR 1=1")))

    def test_every_row_offers_a_plain_link_to_its_details(self, ask: Ask, rows: Make) -> None:
        made = rows(("a", 1), ("b", 2))
        text = show(self.page(ask()))
        assert all(f'href="/things/?peek={one.pk}"' in text for one in made)
        assert "data-peek-panel hidden" in text
        assert "peek" not in show(page_of(ask()))

    def test_htmx_gets_the_panel_only(self, ask: Ask, rows: Make) -> None:
        made = rows(("a", 1), ("b", 2))
        request: Any = ask(peek=str(made[0].pk))
        request.htmx = SimpleNamespace(target="list-peek")
        response: Any = answer(request, "never.html", self.page(request))
        text = response.content.decode()
        assert "status 1" in text
        assert "<table" not in text
