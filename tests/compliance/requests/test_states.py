"""The life of a request: whatever is tried, only listed steps happen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.requests.rules.states import ENDS, OPEN, STEPS, Act, State, is_repeat, step
from panel.kernel.steps import NotListedError


@given(st.lists(st.sampled_from(list(Act)), max_size=40))
def test_any_row_of_acts_takes_listed_steps_only(acts: list[Act]) -> None:
    state, seen = State.RECEIVED, [State.RECEIVED]
    for act in acts:
        if (state, act) in STEPS:
            state = step(state, act)
            seen.append(state)
        else:
            with pytest.raises(NotListedError):
                step(state, act)
    if State.FULFILLED in seen:
        before = seen[: seen.index(State.FULFILLED)]
        assert State.VERIFIED in before
        assert State.WORKING in before
        assert State.EXECUTING in before
    if State.WITHDRAWN in seen:
        assert seen[-1] is State.WITHDRAWN
    if State.EXECUTING in seen:
        assert State.WITHDRAWN not in seen[seen.index(State.EXECUTING) :]


def test_what_is_closed_stays_closed_but_for_an_appeal() -> None:
    closed = set(State) - OPEN
    assert {(one, act) for one, act in STEPS if one in closed} == {(State.DENIED, Act.APPEAL)}


@given(st.sampled_from(list(State)), st.sampled_from(list(Act)))
def test_a_repeat_is_no_step(state: State, act: Act) -> None:
    if is_repeat(state, act):
        assert (state, act) not in STEPS
        assert state in ENDS[act]
