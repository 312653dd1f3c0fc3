"""The calls of the demo: the same story each time, in the rhythm of an office."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from assistants.catalog.services.demo import texts
from assistants.conversations.services import demo as story
from panel.kernel import ids
from panel.kernel.registries import demo

AT = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)
VERSION, OTHER = ids.new_id(AT), ids.new_id(AT)


def calls() -> list[dict[str, object]]:
    world = demo.World({}, AT)
    text = next(one for one in texts.ASSISTANTS if one.slug == "support-concierge")
    versions = [(AT - timedelta(days=50), VERSION), (AT - timedelta(days=6), OTHER)]
    one = story.Called(text, VERSION, VERSION, VERSION, VERSION, "", versions, AT)
    return list(story._usual(world, one))


def test_two_demos_tell_the_same_story() -> None:
    assert calls() == calls()


def test_nights_and_weekends_are_quiet() -> None:
    hours = Counter(row["at"].hour for row in calls())  # type: ignore[attr-defined]
    days = Counter(row["at"].weekday() for row in calls())  # type: ignore[attr-defined]
    assert hours[3] * 5 < hours[10]
    assert days[6] * 2 < days[2]


def test_a_call_runs_on_the_version_that_was_live_and_ends_where_a_guard_stopped_it() -> None:
    rows = calls()
    assert {row["version"] for row in rows if row["at"] < AT - timedelta(days=7)} == {VERSION}  # type: ignore[operator]
    assert {row["version"] for row in rows if row["at"] > AT - timedelta(days=5)} == {OTHER}  # type: ignore[operator]
    stopped = [row for row in rows if row["action"] == "block"]
    assert stopped
    for row in stopped:
        assert row["stages"][-1][0] == row["verdicts"][0][0]  # type: ignore[index]
        assert row["status"] == 400
