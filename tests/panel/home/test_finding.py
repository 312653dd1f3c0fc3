"""Find or do anything: what the reader may see and nothing else; panels and the tour of the front page."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.people.models import User
from assistants.catalog.services import grants
from assistants.conversations.models import Call
from assistants.gateway.views import traffic
from panel.kernel import clock
from panel.ui import cards
from panel.ui.ways import palette, tour
from tests.assistants.catalog import stage
from tests.factories.people import actor_of, signed_in
from tests.panel.home.test_now import make_call

HTMX = {"HTTP_HX_REQUEST": "true"}


def found(user: User, text: str) -> str:
    return signed_in(user).get("/find/", {"q": text}, **HTMX).content.decode()  # type: ignore[arg-type]


def test_pages_are_found_by_the_beginning_of_their_words(adam: User) -> None:
    assert 'href="/traces/"' in found(adam, "tra")
    assert 'href="/guard-policies/"' in found(adam, "guard pol")
    assert 'href="/traces/"' not in found(adam, "race")


def test_nothing_is_found_that_the_reader_may_not_open(adam: User, bob: User) -> None:
    assert "/secrets/new/" in found(adam, "new")
    assert "/secrets/new/" not in found(bob, "new")
    assert "/people/" not in found(bob, "people")
    assert "Nothing that you may see is called" in found(bob, "people")


def test_objects_come_first_and_only_those_that_the_reader_sees(adam: User, bob: User) -> None:
    assistant = stage.live("parcel-pilot")
    shown = found(adam, "pilot")
    assert f"/assistants/{assistant.id}/" in shown
    assert "parcel-pilot" in shown
    assert "pilot" not in found(bob, "parcel").replace("“parcel”", "")


def test_the_address_alone_is_a_whole_page_with_a_form(adam: User) -> None:
    shown = signed_in(adam).get("/find/", {"q": "<b>"}).content.decode()
    assert "<html" in shown
    assert 'name="q"' in shown
    assert "<b>" not in shown.split("palette-hits")[1]


def test_every_act_leads_to_a_page_that_its_permit_opens(adam: User) -> None:
    client = signed_in(adam)
    for act in palette._acts.values():
        assert client.get(reverse(act.url_name)).status_code == 200, act.url_name


def test_the_keyboard_sheet_has_a_page_too(bob: User) -> None:
    shown = signed_in(bob).get("/keyboard/").content.decode()
    assert "<kbd>J</kbd>" in shown
    assert 'id="palette"' in shown


def test_a_panel_loads_by_itself_and_stands_alone(adam: User, bob: User) -> None:
    client = signed_in(adam)
    assert 'hx-get="/now/day/"' in client.get("/").content.decode()
    assert client.get("/now/day/", **HTMX).content.strip() == b""  # type: ignore[arg-type]
    make_call()
    part = client.get("/now/day/", **HTMX).content.decode()  # type: ignore[arg-type]
    assert "<html" not in part
    assert "Data table" in part
    assert "<html" in client.get("/now/day/").content.decode()
    assert client.get("/now/nonsense/").status_code == 404


def test_bars_tile_and_rows_of_the_last_day_have_the_same_sum(adam: User) -> None:
    at = clock.now()
    for hours in (0.1, 3, 23.9, 24.1, 30):
        make_call(at=at - timedelta(hours=hours), action="block" if hours == 3 else "allow",
                  verdicts=[["injection", "override", "block", "", 0, 1, 1.0, "INJECTION"]] if hours == 3 else [])  # fmt: skip
    actor = actor_of(adam)
    day = traffic.day(actor, at)
    assert day is not None
    assert day["any"] == 3 == Call.objects.filter(at__gte=at - timedelta(hours=24)).count()
    board = cards.board(actor, at)
    assert board.figures[0].value == "3"
    by_rule = traffic.by_rule(actor, at)
    assert by_rule is not None
    assert [row["count"] for row in by_rule["rows"]] == ["1"]


def test_the_tour_is_for_the_demo_only_and_leads_where_the_reader_may_go(adam: User, bob: User, settings: Any) -> None:
    assert "A tour of this demo" not in signed_in(adam).get("/").content.decode()
    settings.INSTALLATION_MODE = "demo"
    shown = signed_in(adam).get("/").content.decode()
    assert "A tour of this demo" in shown
    assert 'class="stripe"' in shown
    theirs = [{one.url for one in tour.stops(actor_of(user))} for user in (adam, bob)]
    assert "/journal/" in theirs[0] - theirs[1]
    client: Client = signed_in(adam)
    for stop in tour.stops(actor_of(adam)):
        assert client.get(stop.url).status_code == 200, stop.url


@pytest.mark.parametrize("text", ["%", "'", "\x00", "a" * 500, "01a21ab5-64b0-747e-aecc-0fe81027a078"])
def test_any_text_may_be_looked_for(adam: User, text: str) -> None:
    assert signed_in(adam).get("/find/", {"q": text}, **HTMX).status_code == 200  # type: ignore[arg-type]


def test_no_link_leads_to_a_page_that_its_reader_may_not_open(adam: User, bob: User, olga: User) -> None:
    assert "/keys/new/" in found(adam, "new api")
    assert "/keys/new/" not in found(olga, "new api")
    desk = stage.live("parcel-pilot")
    grants.share(
        actor=stage.CONSOLE,
        assistant=desk,
        receiver=("user", str(bob.id)),
        role="viewer",
        reason="looks",
        at=clock.now(),
    )
    pages = ["/api/", f"/assistants/{desk.id}/guards/", f"/assistants/{desk.id}/keys/"]
    for page in pages:
        for behind in ("/keys/", "/guard-policies/"):
            assert f'href="{behind}' not in signed_in(bob).get(page).content.decode()
    assert all("/keys/" in signed_in(adam).get(page).content.decode() for page in pages)
