"""The overview of an assistant: its last day in numbers and lanes, and what to have before people rely on it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.credentials.rules.life import Kind
from accounts.credentials.services import keys as credentials
from accounts.people.models import User
from assistants.catalog.models import Assistant
from assistants.catalog.services import pinned
from assistants.conversations import queries
from assistants.gateway.views import traffic
from panel.kernel import clock, ids
from panel.kernel.actors import Actor
from panel.ui.drawings import lanes
from tests.assistants.catalog import stage
from tests.factories.calls import make_call
from tests.factories.people import actor_of
from tests.stage.visits import told, visit

pytestmark = pytest.mark.django_db


def seen(actor: Actor, assistant: Assistant) -> str:
    return told(visit(actor, reverse("catalog:detail", args=[assistant.id])))


def values(actor: Actor, assistant: Assistant) -> dict[str, Any]:
    return traffic.values(actor, assistant, clock.now())


@pytest.fixture
def desk() -> Assistant:
    return stage.live("it-desk")


@pytest.fixture
def busy(desk: Assistant) -> Assistant:
    mine = {"assistant": desk.id, "key": ids.new_id()}
    for _ in range(7):
        make_call(**mine)
    make_call(**mine, action="block", status=400, made=clock.now() - timedelta(hours=5))
    make_call(**mine, action="redact")
    make_call(**mine, status=502)
    make_call(**mine, made=clock.now() - timedelta(hours=30))
    make_call(assistant=desk.id, status=401, count=9)
    make_call(assistant=ids.new_id(), key=ids.new_id())
    return desk


class TestTraffic:
    def test_bars_tiles_and_rows_have_the_same_sum(self, busy: Assistant) -> None:
        found = values(stage.CONSOLE, busy)
        assert [one.value for one in found["figures"]] == ["10", "1", "1", "1"]
        assert [one.share for one in found["figures"]] == ["", "10.0%", "10.0%", "10.0%"]
        assert sum(hour.calls for _label, hour in found["rows"]) == 10
        assert [lane["name"] for lane in found["lanes"]] == ["Calls", "Redacted", "Blocked", "Failed"]
        hours = queries.by_hour(queries.visible_to(stage.CONSOLE).filter(assistant=busy.id), until=clock.now())
        assert len(hours) == 25, "the first and the last are parts of hours"
        assert hours[-1].at <= clock.now() < hours[-1].at + timedelta(hours=1)

    def test_each_number_leads_to_its_calls(self, busy: Assistant) -> None:
        text = seen(stage.CONSOLE, busy)
        assert f"/traces/?assistant={busy.id}&amp;hours=24&amp;verdict=block" in text
        assert "Traffic of the last day" in text
        assert 'aria-label="Blocked: 1 in all' in text

    def test_without_a_call_it_says_so(self, desk: Assistant) -> None:
        assert "Nobody called it within a day." in seen(stage.CONSOLE, desk)

    def test_a_viewer_sees_the_numbers_of_this_assistant(self, busy: Assistant, bob: User) -> None:
        stage.share(busy, bob)
        assert values(Actor("person", bob.id), busy)["figures"][0].value == "10"


class TestLanes:
    def test_one_is_seen_beside_ten_thousand(self) -> None:
        drawn = lanes.draw([10_000, 1, 0], ["00", "01", "02"], tone="block", sentence="Two hours")
        assert drawn.count("<rect") == 2
        assert 'height="3.0"' in drawn
        assert "<title>01: 1</title>" in drawn

    def test_names_are_text(self) -> None:
        assert "<script>" not in lanes.draw([1], ["<script>"], tone="data", sentence='"><script>')


class TestGoals:
    def test_they_stay_until_all_are_reached(self, desk: Assistant, adam: User) -> None:
        text = seen(stage.CONSOLE, desk)
        assert "Before people rely on it" in text
        assert f'href="/assistants/{desk.id}/playground/"' in text.split("Before people rely on it")[1]
        make_call(assistant=desk.id, person=adam.id, source="playground")
        pinned.keep_case(
            actor=stage.CONSOLE, assistant=desk, title="Hello", messages=[{"role": "user", "content": "hello"}],
            expected="allow", at=clock.now(),
        )  # fmt: skip
        credentials.issue(
            actor=actor_of(adam, fresh_at=datetime.now(UTC)), name="shop", kind=Kind.GATEWAY, scopes=["chat"],
            assistants=[desk.id], expires_at=clock.now() + timedelta(days=9), at=clock.now(),
        )  # fmt: skip
        assert "Before people rely on it" not in seen(stage.CONSOLE, desk)
