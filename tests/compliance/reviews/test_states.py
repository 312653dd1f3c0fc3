"""What is not listed is refused; what is over stays over; a reminder is the nearest to the end."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from compliance.reports import rules as reports
from compliance.reviews.rules import flags, recurring, states, tables
from compliance.reviews.rules.states import Act, Campaign, Item, Step
from panel.kernel.steps import NotListedError

BEGIN = datetime(2026, 1, 31, 6, tzinfo=UTC)


@given(st.lists(st.sampled_from(Step), max_size=12))
def test_a_campaign_that_is_over_moves_no_more(steps: list[Step]) -> None:
    state = Campaign.DRAFT
    for step in steps:
        before = state
        try:
            state = states.campaign_step(state, step)
        except NotListedError:
            assert (before, step) not in states.CAMPAIGN_STEPS
        assert before not in states.OVER or state == before


@given(st.lists(st.sampled_from(Act), max_size=12))
def test_what_was_revoked_comes_back_by_reinstating_only(acts: list[Act]) -> None:
    state = Item.PENDING
    for act in acts:
        before = state
        try:
            state = states.item_step(state, act)
        except NotListedError:
            assert (before, act) not in states.ITEM_STEPS
        if before is Item.REVOKED and state is not before:
            assert act is Act.REINSTATE
        assert before is not Item.GONE or state is Item.GONE


@given(st.integers(-100, 400))
def test_the_nearest_reminder_counts_and_none_after_the_end(hours: int) -> None:
    left = timedelta(hours=hours)
    found = states.reminder(BEGIN + left, BEGIN)
    assert (found == "") == (left <= timedelta(0) or left > max(states.REMINDERS.values()))
    if found:
        assert all(left > span for name, span in states.REMINDERS.items() if span < states.REMINDERS[found])


@given(st.sampled_from(list(recurring.Every)), st.integers(0, 40), st.integers(0, 2000))
def test_each_day_of_a_rule_comes_once(every: int, begun: int, days: int) -> None:
    at = BEGIN + timedelta(days=days)
    found = recurring.due(BEGIN, every, begun, at)
    assert [number for number, _moment in found] == list(range(begun, begun + len(found)))
    assert all(moment <= at for _number, moment in found)
    assert recurring.slot(BEGIN, every, begun + len(found)) > at
    # Looked at often or once: the same days.
    middle = recurring.due(BEGIN, every, begun, BEGIN + timedelta(days=days // 2))
    rest = recurring.due(BEGIN, every, begun + len(middle), at)
    assert [*middle, *rest] == found


def test_the_last_day_of_a_shorter_month() -> None:
    assert recurring.slot(BEGIN, 1, 1) == BEGIN.replace(month=2, day=28)
    assert recurring.slot(BEGIN, 1, 2) == BEGIN.replace(month=3)
    assert recurring.slot(BEGIN, 12, 1) == BEGIN.replace(year=2027)


@given(st.text(max_size=40))
def test_no_cell_is_a_formula(text: str) -> None:
    assert not reports.safe(text).lstrip(" ").startswith(reports.FORMULA)


def test_people_who_left_stand_first() -> None:
    assert flags.severity({"owner_left", "dormant"}) < flags.severity({"privileged"}) < flags.severity(set())
    assert flags.proposal(["owner_left"]) == "revoke"
    assert flags.proposal(["dormant"]) == ""
    assert flags.of_use(None, BEGIN, BEGIN + timedelta(days=2)) == set()
    assert flags.of_use(None, BEGIN, BEGIN + timedelta(days=40)) == {"never_used"}
    assert flags.of_use(BEGIN, BEGIN, BEGIN + timedelta(days=91)) == {"dormant"}


def test_pace_tells_batches_from_single_words() -> None:
    found = tables.Pace.of([("a", 1, None), ("b", 1, 2), ("c", 1, 60), ("d", 40, 5), ("d", 40, None)])
    assert vars(found) == {
        "decisions": 5, "batches": 1, "largest_batch": 40, "median_seconds": 31, "quick": 1,
    }  # fmt: skip
