"""What the list says of a week, and stopping several assistants at once."""

import csv
from datetime import timedelta

import pytest

from assistants.catalog.models import Assistant
from assistants.gateway import queries
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.db import partitions
from panel.kernel.ids import new_id
from tests.assistants.catalog.stage import CONSOLE, live, new, share
from tests.factories.calls import make_call
from tests.factories.people import actor_of, make_person
from tests.stage.visits import told, visit

pytestmark = pytest.mark.django_db
STOP = "/assistants/suspensions/"


def stopped() -> set[str]:
    return set(Assistant.objects.filter(state="paused").values_list("slug", flat=True))


class TestWeek:
    def test_it_counts_by_day_and_leaves_out_what_is_older_or_without_a_key(self) -> None:
        at, assistant, key = clock.now(), new_id(), new_id()
        partitions.ensure((at - timedelta(days=30)).date(), at.date())
        for days, action in ((0, "allow"), (0, "block"), (6, "allow"), (7, "allow"), (30, "block")):
            make_call(made=at - timedelta(days=days), assistant=assistant, key=key, action=action)
        make_call(made=at, assistant=assistant, action="block", count=9)
        week = queries.weeks([assistant], at)[assistant]
        assert week.days == [1, 0, 0, 0, 0, 0, 2]
        assert (week.calls, week.blocked) == (3, 1)
        assert week.last is not None
        assert abs(week.last - at) < timedelta(seconds=1)

    def test_the_list_shows_it_and_says_when_there_was_none(self) -> None:
        busy, _quiet = live("busy"), new("quiet")
        for number in range(4):
            make_call(assistant=busy.id, key=new_id(), action="block" if number == 0 else "allow")
        page = told(visit(CONSOLE, "/assistants/"))
        assert 'aria-label="4 calls in 7 days"' in page
        assert '<b class="much">25.0%</b>' in page
        assert "no traffic yet" in page
        rows = list(csv.reader(b"".join(visit(CONSOLE, "/assistants/?format=csv")).decode().splitlines()))
        assert [row[4:6] for row in rows] == [["Calls, 7 days", "Blocked"], ["4", "25.0%"], ["0", "–"]]


class TestStopSeveral:
    def test_it_asks_for_a_reason_and_stops_each(self) -> None:
        both = [live("one"), live("two")]
        picked = [str(one.id) for one in both]
        asked = told(visit(CONSOLE, STOP, {"row": picked}))
        assert "Stop 2 assistants?" in asked
        assert "Why do you stop them?" in asked
        without = visit(CONSOLE, STOP, {"row": picked, "sure": "1", "reason": "  "})
        assert without.status_code == 422
        assert "Say why, in at most 300 characters." in told(without)
        assert f'value="{picked[0]}" checked' in told(without)
        assert stopped() == set()
        assert visit(CONSOLE, STOP, {"row": picked, "sure": "1", "reason": "a leak"}).status_code == 302
        assert stopped() == {"one", "two"}
        assert Leaf.objects.filter(event="catalog.assistant.paused").count() == 2

    def test_a_reason_that_is_too_long_is_kept_and_refused(self) -> None:
        one = live("one")
        answer = visit(CONSOLE, STOP, {"row": [str(one.id)], "sure": "1", "reason": "x" * 301})
        assert answer.status_code == 422
        assert "x" * 301 in told(answer)

    def test_who_may_only_look_is_told_why_and_nothing_stops(self) -> None:
        one, viewer = live("one"), make_person("vera")
        share(one, viewer, "viewer")
        answer = visit(actor_of(viewer), STOP, {"row": [str(one.id)], "sure": "1", "reason": "fun"})
        assert "1 was not done" in told(answer)
        assert stopped() == set()
        assert 'name="row"' not in told(visit(actor_of(viewer), "/assistants/"))

    def test_who_operates_one_of_two_can_pick_that_one(self) -> None:
        mine, other, person = live("mine"), live("other"), make_person("oscar")
        share(mine, person, "operator")
        share(other, person, "viewer")
        page = told(visit(actor_of(person), "/assistants/"))
        assert f'value="{mine.id}"' in page
        assert f'value="{other.id}"' not in page
