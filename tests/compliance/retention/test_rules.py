"""Periods are whole days within named bounds; a run takes listed steps only; the tree is that of RFC 6962."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compliance.retention.rules import classes, merkle, states
from compliance.retention.rules.classes import CATEGORIES, Category
from compliance.retention.rules.states import Act, State
from panel.kernel.steps import NotListedError


@pytest.mark.parametrize("days", [0, -1, "0", "-1", "+0"])
def test_too_short_names_the_floor(days: object) -> None:
    assert classes.problem(days, 30, 365) == "At least 30 days."


@pytest.mark.parametrize("days", [10**9, "1000000000", 366])
def test_too_long_names_the_ceiling(days: object) -> None:
    assert classes.problem(days, 30, 365) == "At most 365 days."


@pytest.mark.parametrize("days", [1.5, "1.5", "30 days", "", None, True, "９", "1e2", [30], "9" * 13, "٣٠"])
def test_what_is_no_whole_number_names_both(days: object) -> None:
    assert classes.problem(days, 30, 365) == "A period is a whole number of days, from 30 to 365."


@given(st.integers(), st.integers(1, 5000), st.integers(1, 5000))
def test_a_period_is_accepted_exactly_within_its_bounds(days: int, low: int, high: int) -> None:
    floor, ceiling = min(low, high), max(low, high)
    assert (classes.problem(days, floor, ceiling) == "") == (floor <= days <= ceiling)


@given(st.sampled_from(list(Category)), st.integers(1, 9999), st.integers(1, 9999))
def test_an_environment_only_tightens(category: Category, floor: int, ceiling: int) -> None:
    found = classes.bounds(category, {category.value: floor}, {category.value: ceiling})
    assert found[0] >= CATEGORIES[category].floor
    assert found[1] <= max(CATEGORIES[category].ceiling, found[0])
    assert found[0] <= found[1]


@pytest.mark.parametrize("text", ["content=0", "content=-1", "content=1.5", "talk=3", "content", "content=30 days"])
def test_an_environment_that_says_nonsense_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="whole days"):
        classes.parse(text)


@given(st.datetimes(timezones=st.just(ZoneInfo("Europe/Berlin"))), st.integers(1, 400))
def test_no_change_of_clocks_shifts_a_period(at: datetime, days: int) -> None:
    assume(at.year > 1980)
    assert classes.cut(at.astimezone(UTC), days) == at.astimezone(UTC) - timedelta(seconds=days * 86_400)


@given(st.integers(0, 172_800))
def test_a_shortening_counts_to_the_second(seconds: int) -> None:
    begin = datetime(2026, 3, 28, 12, tzinfo=UTC)
    now = begin + timedelta(seconds=seconds)
    assert classes.in_force(30, 7, begin + classes.COOLING, now) == (7 if seconds >= 86_400 else 30)


@given(st.sampled_from(list(State)), st.sampled_from(list(Act)))
def test_a_step_is_listed_a_repeat_or_refused(state: State, act: Act) -> None:
    if (state, act) in states.STEPS:
        assert not states.is_repeat(state, act)
        states.step(state, act)
    else:
        with pytest.raises(NotListedError):
            states.step(state, act)


@given(st.lists(st.sampled_from(list(Act)), max_size=20))
def test_nothing_runs_that_was_not_approved(acts: list[Act]) -> None:
    state, approved = State.SCHEDULED, False
    for act in acts:
        try:
            state = states.step(state, act)
        except NotListedError:
            continue
        approved = approved or state is State.APPROVED
        assert approved or state not in {State.RUNNING, State.VERIFYING, State.COMPLETED, State.DEFERRED}


def _reference(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, by its own words."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha256(b"\x01" + _reference(leaves[:split]) + _reference(leaves[split:])).digest()


@given(st.lists(st.uuids(), max_size=40))
def test_the_root_is_that_of_the_standard(ids: list[UUID]) -> None:
    leaves = [merkle.leaf(b"salt", one) for one in ids]
    assert merkle.root(leaves) == _reference(leaves)
