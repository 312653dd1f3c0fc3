"""The front page: calm when nothing needs anybody, first steps on an empty panel, only what the permits show."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.people.models import User
from assistants.conversations.models import Call
from assistants.conversations.queries import tally
from panel.home.views import greeting
from panel.kernel import clock, ids
from panel.kernel.registries import alarms
from panel.kernel.registries.alarms import Alarm
from panel.ops.services import emergency
from panel.ui import cards, menu
from tests.assistants.catalog import stage as catalog
from tests.factories.people import actor_of, signed_in


def page(user: User) -> str:
    return signed_in(user).get("/").content.decode()


def make_call(**changes: Any) -> Call:
    new = ids.new_id()
    values = {"day": clock.now().date(), "id": new, "at": clock.now(), "route": "chat", "source": "api", "status": 200}
    return Call.objects.create(**{**values, "key": ids.new_id(), **changes})


def test_nobody_sees_it_without_signing_in(client: Client, db: None) -> None:
    assert client.get("/")["Location"].startswith("/sign-in/")


def test_the_page_is_calm_when_nothing_is_plugged_in_or_waits(bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cards, "_sources", {})
    shown = page(bob)
    assert "Nothing needs you." in shown
    assert "Is all well?" not in shown


def test_an_administrator_of_an_empty_panel_is_told_the_first_step(adam: User) -> None:
    shown = page(adam)
    assert "Make your first assistant" in shown
    assert "Is all well?" in shown
    assert "no process answers" in shown


def test_an_alarm_is_shown_to_those_who_look_after_the_installation(
    adam: User, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(alarms._probes, "t", lambda: Alarm("disk.full", "critical", "The disk is almost full."))
    assert "The disk is almost full." in page(adam)
    assert "The disk is almost full." not in page(bob)


def test_the_day_is_told_in_numbers(adam: User) -> None:
    make_call()
    make_call(action="block", count=1)
    make_call(key=None, count=40)
    make_call(at=clock.now() - timedelta(hours=25))
    found = tally(Call.objects.all(), since=clock.now() - timedelta(hours=24))
    assert (found.calls, found.blocked, found.redacted, found.turned_away) == (2, 1, 0, 40)
    shown = page(adam)
    assert "50.0%" in shown
    assert 'href="/traces/?verdict=block&amp;hours=24"' in shown


@pytest.mark.parametrize(
    ("hour", "words"), [(0, "Good morning"), (11, "Good morning"), (12, "Good afternoon"), (18, "Good evening")]
)
def test_the_greeting_follows_the_hour(hour: int, words: str) -> None:
    assert greeting(hour) == words


def test_the_styleguide_and_the_schema_are_for_people_who_are_signed_in(
    bob: User, client: Client, settings: Any
) -> None:
    for path in ("/styleguide/", "/api/schema/"):
        assert client.get(path).status_code in {302, 401}
        assert signed_in(bob).get(path).status_code == 200


def test_the_page_asks_the_database_little(adam: User, django_assert_max_num_queries: Callable[..., Any]) -> None:
    client = signed_in(adam)
    client.get("/")
    # One a source, and one for the oldest record of each class and store of retention, which is what makes it so many.
    with django_assert_max_num_queries(58):
        client.get("/")


def test_stopping_assistants_is_offered_to_who_may_stop_one(adam: User, pia: User) -> None:
    catalog.live()
    assert "Stop assistants" in page(adam)
    assert "Stop assistants" not in page(pia)


def test_an_emergency_stop_stands_on_every_page(adam: User, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    assert "Emergency stop is on." not in page(adam)
    emergency.stop(tmp_path)
    assert "Emergency stop is on." in page(adam)
    assert "Emergency stop is on." in signed_in(adam).get("/styleguide/").content.decode()


def test_every_item_of_the_menu_leads_to_a_page(adam: User, pia: User) -> None:
    clients = {user: signed_in(user) for user in (adam, pia)}
    for item in menu.items():
        if item.method == "get":
            client = next(clients[user] for user in clients if menu.allowed(actor_of(user), item.permit))
            assert client.get(reverse(item.url_name)).status_code == 200, item.url_name
