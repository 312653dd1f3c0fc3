"""Lists: keyset pages over ties, search, filters, state in the URL, CSV that no spreadsheet runs."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db.models import QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.template.loader import render_to_string

from panel.kernel.errors import Refusal
from panel.ui.lists.answer import as_csv, safe
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.keyset import Cursor, encode
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Memory, Rows, Source
from panel.ui.models import Created
from tests.panel.ui.conftest import names

Ask = Callable[..., HttpRequest]
Make = Callable[..., list[Created]]
COLUMNS = [
    Column("route", "Route", sort="route", cell="title", card="title"),
    Column("status", "Status", sort="status", cell="number", numeric=True),
]
FILTERS = [
    Filter(
        "status",
        "Status",
        [("1", "One"), ("2", "Two")],
        apply=lambda found, value: found.filter(status=value),
        keep=lambda row, value: row.status == int(value),
    )
]


def page_of(request: HttpRequest, source: Source | None = None, **changes: Any) -> ListPage:
    found = source or Rows(Created.objects.all(), fields=["route"])
    values: dict[str, Any] = {"sort": "status", "filters": FILTERS, "searchable": "Search", "size": 3, **changes}
    return ListPage(request, found, COLUMNS, **values)


def follow(ask: Ask, url: str) -> HttpRequest:
    path, _mark, query = url.partition("?")
    return ask(path, **dict(pair.split("=", 1) for pair in query.split("&")))


def memory() -> Memory:
    return Memory(list(Created.objects.all()), text=lambda row: row.route)


@pytest.mark.parametrize("source", [None, memory], ids=["database", "memory"])
@pytest.mark.parametrize("sort", ["status", "-status", "route", "-route"])
def test_pages_lose_and_repeat_no_row_over_ties(
    ask: Ask, rows: Make, sort: str, source: Callable[[], Memory] | None
) -> None:
    rows(*[(f"r{n:02}", n % 2) for n in range(10)])
    page = page_of(ask(sort=sort), source() if source else None)
    forward, pages = names(page), [names(page)]
    while page.next:
        page = page_of(follow(ask, page.next), source() if source else None)
        pages.append(names(page))
        forward += names(page)
    assert sorted(forward) == [f"r{n:02}" for n in range(10)]
    backward = [names(page)]
    while page.previous:
        page = page_of(follow(ask, page.previous), source() if source else None)
        backward.append(names(page))
    assert backward[::-1] == pages


def test_a_row_that_comes_in_before_the_cursor_moves_no_page(ask: Ask, rows: Make) -> None:
    rows(*[(f"r{n}", 5) for n in range(4)])
    second = page_of(ask()).next
    Created.objects.filter(route="r0").update(status=1)
    assert names(page_of(follow(ask, second))) == ["r3"]


@pytest.mark.parametrize(
    "cursor", ["x", "!!", "e30", "W10", "WyJzdGF0dXMiLG51bGwsbnVsbF0", "é", "A" * 700, "WyJzdGF0dXMiLFsiaSIsMV1d"]
)
def test_a_damaged_cursor_is_refused_with_a_sentence(ask: Ask, db: None, cursor: str) -> None:
    for name in ("after", "before"):
        with pytest.raises(Refusal, match="damaged") as refused:
            _ = page_of(ask(**{name: cursor})).state
        assert refused.value.status == 400


@pytest.mark.parametrize("value", ["x", "\ud800", float("nan"), datetime(1, 1, 1, tzinfo=UTC), UUID(int=1)])
def test_a_cursor_whose_values_are_of_other_types_is_refused(ask: Ask, rows: Make, value: Any) -> None:
    rows(("a", 1), ("b", 2))
    text = encode(Cursor("status", value, "y"))
    for name in ("after", "before"):
        with pytest.raises(Refusal, match="damaged"):
            _ = page_of(ask(**{name: text})).state
    with pytest.raises(Refusal, match="damaged"):
        _ = page_of(ask(after=encode(Cursor("status", "x", 5))), memory()).state


def test_a_cursor_of_another_order_is_refused(ask: Ask, rows: Make) -> None:
    rows(*[(f"r{n}", n) for n in range(4)])
    request = follow(ask, page_of(ask()).next + "&sort=-status")
    with pytest.raises(Refusal, match="another order"):
        _ = page_of(request).rows


def test_search_needs_every_word_and_takes_wild_cards_as_text(ask: Ask, rows: Make) -> None:
    rows(("alpha beta", 1), ("alpha", 1), ("100%", 1))
    assert names(page_of(ask(q="BETA alpha"))) == ["alpha beta"]
    assert names(page_of(ask(q="%"))) == ["100%"]
    assert names(page_of(ask(q="a\x00lpha beta"))) == ["alpha beta"]
    assert names(page_of(ask(q="beta ALPHA"), memory())) == ["alpha beta"]


def test_a_filter_narrows_and_an_unknown_value_is_refused(ask: Ask, rows: Make) -> None:
    rows(("a", 1), ("b", 2))
    assert names(page_of(ask(status="2"))) == names(page_of(ask(status="2"), memory())) == ["b"]
    with pytest.raises(Refusal, match="no such choice"):
        _ = page_of(ask(status="3")).rows


def test_an_unknown_sort_key_is_refused(ask: Ask, db: None) -> None:
    with pytest.raises(Refusal, match="cannot be sorted"):
        _ = page_of(ask(sort="key_hash")).rows


def test_the_url_keeps_what_a_link_does_not_change(ask: Ask, db: None) -> None:
    page = page_of(ask(q="a b", status="1", after="", tab="mine"))
    assert page.link(sort="-status") == "/things/?q=a+b&status=1&tab=mine&sort=-status"
    assert page.link(q=None, status=None, tab=None) == "/things/"


def test_first_empty_and_filtered_empty_are_told_apart(ask: Ask, rows: Make) -> None:
    assert page_of(ask()).state == page_of(ask(q="x")).state == "empty"
    rows(("a", 1))
    assert page_of(ask(q="x")).state == page_of(ask(status="2")).state == "filtered"
    assert page_of(ask(q="a")).state == "rows"


def test_a_list_counts_nothing(ask: Ask, rows: Make, django_assert_num_queries: Any) -> None:
    rows(*[(f"r{n}", n) for n in range(9)])
    with django_assert_num_queries(1) as asked:
        show(page_of(ask()))
    assert "count(" not in asked.captured_queries[0]["sql"].lower()


def show(page: ListPage) -> str:
    return render_to_string("elements/data/list.html", {"page": page}, request=page.request)


def test_the_page_says_whether_all_is_shown(ask: Ask, rows: Make) -> None:
    rows(*[(f"r{n}", n) for n in range(3)])
    assert "All 3 shown" in show(page_of(ask()))
    assert "All 3 shown" not in show(page_of(ask(), size=2))


def test_the_sorted_head_says_so_and_turns_round(ask: Ask, rows: Make) -> None:
    rows(("a", 1))
    shown = show(page_of(ask()))
    assert 'aria-sort="ascending"' in shown
    assert 'href="/things/?sort=-status"' in shown


def test_empty_states_never_mix(ask: Ask, rows: Make) -> None:
    empty = Empty("No keys yet", "A key lets your application call.", "Create key", "/new/")
    assert "No keys yet" in show(page_of(ask(), empty=empty))
    rows(("a", 1))
    filtered = show(page_of(ask(q="zzz"), empty=empty))
    assert "Nothing matches" in filtered
    assert "No keys yet" not in filtered


def test_csv_holds_every_row_that_the_filters_leave(ask: Ask, rows: Make) -> None:
    rows(*[(f"r{n}", 1 + n % 2) for n in range(8)])
    answer = as_csv(page_of(ask(status="1"), csv_name="things"))
    assert isinstance(answer, StreamingHttpResponse)
    lines = b"".join(answer).decode().splitlines()
    assert lines == ["Route,Status", "r0,1", "r2,1", "r4,1", "r6,1"]
    assert answer["Content-Disposition"] == 'attachment; filename="things.csv"'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "|cmd", "%0A", "\n=1"])
def test_no_cell_starts_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


def test_numbers_and_nothing_stay_as_they_are() -> None:
    assert [safe(one) for one in (-3, 2.5, True, None, "a=b", ["x", "y"])] == ["-3", "2.5", "True", "", "a=b", "x, y"]


def test_a_page_takes_a_queryset_that_the_actor_may_see(ask: Ask, rows: Make) -> None:
    rows(("mine", 1), ("other", 1))
    visible: QuerySet[Created] = Created.objects.filter(route="mine")
    assert names(page_of(ask(), Rows(visible, fields=["route"]))) == ["mine"]
