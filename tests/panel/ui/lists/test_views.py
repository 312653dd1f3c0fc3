"""What a person keeps of a list: views, columns, density; nobody else sees them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest
from django.urls import ResolverMatch

from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid
from panel.kernel.ids import new_id
from panel.ui.lists import kept, remembered, views
from panel.ui.lists.answer import answer, as_csv
from panel.ui.lists.page import ListPage
from panel.ui.models import Created, ListSetting
from tests.panel.ui.conftest import names
from tests.panel.ui.lists.test_lists import page_of, show

Ask = Callable[..., HttpRequest]
Make = Callable[..., list[Created]]
NAME = "things:list"
ME = Actor("person", new_id())


@pytest.fixture
def mine(ask: Ask) -> Callable[..., ListPage]:
    """The list as a page of mine, with the address's parameters."""

    def make(actor: Actor = ME, **params: str) -> ListPage:
        request: Any = ask(**params)
        request.actor = actor
        request.resolver_match = ResolverMatch(lambda: None, (), {}, url_name="list", namespaces=["things"])
        return page_of(request)

    return make


def keep(query: str, title: str = "Twos", *, actor: Actor = ME, default: bool = False) -> remembered.View:
    return remembered.keep(actor=actor, name=NAME, title=title, query=query, default=default, at=clock.now())


Mine = Callable[..., ListPage]


class TestViews:
    def test_a_view_is_a_tab_that_knows_when_it_is_shown(self, mine: Mine, rows: Make) -> None:
        rows(("a", 1), ("b", 2))
        keep("sort=-status&status=2&after=xyz&peek=1")
        tabs = {tab.label: tab for tab in views.tabs(mine(status="2", sort="-status"))}
        assert tabs["Twos"].url == "/things/?sort=-status&status=2"
        assert [label for label, tab in tabs.items() if tab.current] == ["Twos"]
        assert [tab.label for tab in views.tabs(mine()) if tab.current] == ["All"]
        assert names(mine(sort="-status", status="2")) == ["b"]

    def test_nobody_else_sees_it_and_it_is_sealed(self, mine: Mine, db: None) -> None:
        keep("q=jonas", "About Jonas")
        assert views.tabs(mine(Actor("person", new_id()))) == []
        assert views.tabs(mine(Actor("key", new_id()))) == []
        stored: Any = ListSetting.objects.values_list("views", flat=True).get()
        assert b"jonas" not in bytes(getattr(stored, "data", stored)).lower()
        assert b"onas" not in bytes(Leaf.objects.latest("id").data)

    def test_a_list_opens_with_the_default_view_and_all_is_one_link_away(self, mine: Mine, rows: Make) -> None:
        rows(("a", 1), ("b", 2))
        keep("status=2", default=True)
        page = mine()
        response: Any = answer(page.request, "never.html", page)
        assert (response.status_code, response["Location"]) == (302, "/things/?status=2")
        page = mine(status="2")
        assert page.link(status=None) == "/things/?shown=all"
        assert views.tabs(page)[0].url == "/things/?shown=all"
        assert names(mine(shown="all")) == ["a", "b"]

    @pytest.mark.parametrize("query", ["status=9", "sort=gone"])
    def test_a_view_that_fits_no_more_does_not_lock_its_owner_out(self, mine: Mine, rows: Make, query: str) -> None:
        rows(("a", 1))
        keep(query, default=True)
        page = mine()
        assert not views.fits(page, page.remembered.views[0])

    def test_the_same_name_replaces_and_only_one_opens_first(self, mine: Mine, db: None) -> None:
        keep("status=1", "Ones", default=True)
        keep("status=2", "ONES", default=True)
        keep("q=x", "X", default=True)
        found = mine().remembered.views
        assert [(one.name, one.query, one.default) for one in found] == [
            ("ONES", "status=2", False),
            ("X", "q=x", True),
        ]
        remembered.open_with(actor=ME, name=NAME, view_id="")
        assert mine().remembered.default is None
        remembered.remove(actor=ME, name=NAME, view_id=found[0].id, at=clock.now())
        remembered.remove(actor=ME, name=NAME, view_id="no such", at=clock.now())
        assert [one.name for one in mine().remembered.views] == ["X"]

    def test_what_is_no_view_is_refused_with_a_sentence(self, db: None) -> None:
        for title, query in (("", "q=x"), ("n" * 41, "q=x"), ("Empty", "after=x"), ("Long", "q=" + "x" * 1100)):
            with pytest.raises(Invalid):
                keep(query, title)
        for number in range(remembered.MOST_VIEWS):
            keep("q=x", f"n{number}")
        with pytest.raises(Conflict, match="Remove one"):
            keep("q=x", "one more")


class TestShape:
    def test_hidden_columns_leave_table_and_csv_but_never_the_name(self, mine: Mine, rows: Make) -> None:
        rows(("a", 1))
        remembered.choose(actor=ME, name=NAME, hidden=["route", "status", "never"], compact=True)
        page = mine()
        assert [one.name for one in page.shown] == ["route"]
        text = show(page)
        assert "table-compact" in text
        assert text.count("<th ") == 1
        response: Any = as_csv(mine())
        assert b"".join(response.streaming_content).decode().splitlines() == ["Route", "a"]

    def test_settings_cost_one_question_however_many_rows(
        self, mine: Mine, rows: Make, django_assert_num_queries: Any
    ) -> None:
        rows(*[(f"r{n}", n) for n in range(9)])
        keep("status=2")
        with django_assert_num_queries(2):
            show(mine())

    def test_a_form_for_a_list_that_was_made_up_is_refused(self) -> None:
        form: Any = kept.Kept()
        form.request = type("Asked", (), {"POST": {"list": "things:list:forged", "back": "//evil.example/"}})()
        with pytest.raises(Invalid):
            form.name()
        assert form.back() == "/"
        form.request.POST = {"list": kept.seal(NAME), "back": "/things/?a=1"}
        assert (form.name(), form.back()) == (NAME, "/things/?a=1")
