"""The rail shows what the actor may open, and where somebody is."""

from collections.abc import Callable

import pytest
from django.http import HttpRequest

from panel.ui import cards, menu
from panel.ui.cards import Check, Figure, Source, Task
from panel.ui.menu import Identity, Item
from tests.panel.ui.conftest import AT

Ask = Callable[..., HttpRequest]


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    state = menu._State({}, lambda actor, permit: permit == "may", lambda request: None)
    monkeypatch.setattr(menu, "_state", state)
    monkeypatch.setattr(cards, "_sources", {})


def test_an_item_without_its_permit_is_not_there(ask: Ask) -> None:
    menu.register(Item("overview", "Now", "home:now", "gauge", permit="may"))
    menu.register(Item("overview", "Secret", "home:styleguide", "bot", permit="may not"))
    assert [entry.item.label for entry in menu.entries(ask("/"), "overview")] == ["Now"]


def test_an_item_of_a_slice_that_is_not_wired_is_not_there(ask: Ask) -> None:
    menu.register(Item("build", "Later", "later:pages", "bot"))
    assert menu.entries(ask("/"), "build") == []


def test_an_unknown_group_is_refused() -> None:
    with pytest.raises(ValueError, match="no group"):
        menu.register(Item("misc", "X", "home:now", "bot"))


def test_the_longest_address_that_fits_is_current(ask: Ask) -> None:
    menu.register(Item("overview", "Now", "home:now", "gauge"))
    menu.register(Item("admin", "Elements", "home:styleguide", "bot"))
    assert [entry.current for entry in menu.entries(ask("/styleguide/deep/"), "admin")] == [True]
    assert [entry.current for entry in menu.entries(ask("/styleguide/deep/"), "overview")] == [False]
    assert [entry.current for entry in menu.entries(ask("/"), "overview")] == [True]
    assert [entry.current for entry in menu.entries(ask("/elsewhere/"), "overview")] == [False]


@pytest.mark.parametrize(("name", "initials"), [("Tomás Ibarra", "TI"), ("Ada", "A"), ("A B C", "AC"), ("", "")])
def test_initials_are_first_and_last(name: str, initials: str) -> None:
    assert Identity(name, "").initials == initials


def test_the_board_shows_what_the_permits_show_most_urgent_first(ask: Ask) -> None:
    late, soon = Task("Late", "s", "/l/", "Open", urgency=1), Task("Soon", "s", "/s/", "Open", urgency=9)
    cards.register(Source("a", permit="may", tasks=lambda actor, at: [soon, late]))
    cards.register(Source("b", permit="may not", figures=lambda actor, at: [Figure("Hidden", "1")]))
    cards.register(Source("c", checks=lambda actor, at: [Check("Journal", True, "chain intact")]))
    found = cards.board(menu.actor_of(ask()), AT)
    assert [task.title for task in found.tasks] == ["Late", "Soon"]
    assert found.figures == []
    assert [check.name for check in found.checks] == ["Journal"]
