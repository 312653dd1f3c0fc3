"""The life of a consent: what is listed happens, nothing else does, and a repeat changes nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.consent.rules.states import STEPS, Act, State, is_repeat, standing, step
from panel.kernel.steps import NotListedError

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
acts = st.lists(st.sampled_from(Act), max_size=12)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("act", Act)
def test_every_pair_is_a_step_a_repeat_or_refused(state: State, act: Act) -> None:
    kinds = [(state, act) in STEPS, is_repeat(state, act)]
    assert sum(kinds) <= 1
    if not any(kinds):
        with pytest.raises(NotListedError):
            step(state, act)


@given(acts)
def test_after_a_withdrawal_only_giving_gives(done: list[Act]) -> None:
    state = State.NONE
    for act in done:
        before = state
        try:
            state = step(state, act)
        except NotListedError:
            assert state is before
        if act in {Act.WITHDRAW, Act.SIGNAL}:
            assert state is not State.GIVEN
        if state is State.GIVEN and before is not State.GIVEN:
            assert act is Act.GIVE


def test_nothing_can_be_withdrawn_that_was_never_given() -> None:
    with pytest.raises(NotListedError):
        step(State.NONE, Act.WITHDRAW)


def test_a_privacy_signal_is_heard_before_anything_was_said() -> None:
    assert step(State.NONE, Act.SIGNAL) is State.WITHDRAWN


@given(
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.integers(0, 5), st.integers(0, 5)),
    st.one_of(st.none(), st.integers(-100, 100)),
)
def test_given_counts_only_under_words_that_are_new_enough_and_in_time(
    seen: tuple[int, int], needed: tuple[int, int], hours: int | None
) -> None:
    ends = None if hours is None else NOW + timedelta(hours=hours)
    found = standing(State.GIVEN, seen=seen, needed=needed, expires_at=ends, at=NOW)
    fits = seen[0] >= needed[0] and seen[1] >= needed[1] and (ends is None or ends > NOW)
    assert (found is State.GIVEN) == fits
    assert standing(State.WITHDRAWN, seen=seen, needed=needed, expires_at=ends, at=NOW) is State.WITHDRAWN


def test_a_consent_ends_to_the_second() -> None:
    def at(seconds: int) -> State:
        return standing(State.GIVEN, seen=(1, 0), needed=(1, 0), expires_at=NOW, at=NOW + timedelta(seconds=seconds))

    assert at(-1) is State.GIVEN
    assert at(0) is State.EXPIRED
