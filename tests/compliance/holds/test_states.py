"""A hold takes listed steps only; what a line covers is the same in Python and in the database."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.holds.rules import scope, states
from compliance.holds.rules.scope import Kind, Line
from compliance.holds.rules.states import Act, State
from panel.kernel.steps import NotListedError

IDS = st.sampled_from([UUID(int=number) for number in range(1, 4)])
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 6))


@given(st.lists(st.sampled_from(list(Act)), max_size=12))
def test_no_walk_leaves_the_listed_steps(acts: list[Act]) -> None:
    state, approved = State.ACTIVE, False
    for act in acts:
        if states.is_repeat(state, act):
            continue
        try:
            new = states.step(state, act)
        except NotListedError:
            continue
        approved = new is State.COOLING
        if new is State.RELEASED:
            assert state is State.COOLING
        state = new
    assert (state in states.EFFECTIVE) != (state is State.RELEASED)
    assert approved == (state is State.COOLING)


@given(st.sampled_from(list(State)), st.sampled_from(list(Act)))
def test_a_step_is_listed_a_repeat_or_refused(state: State, act: Act) -> None:
    if (state, act) in states.STEPS:
        assert states.step(state, act) is not state
        assert not states.is_repeat(state, act)
    else:
        with pytest.raises(NotListedError):
            states.step(state, act)


def test_released_and_discarded_are_the_end() -> None:
    for state in (State.RELEASED, State.DISCARDED):
        assert not [step for step in states.STEPS if step[0] is state]


@given(IDS, st.sets(IDS), IDS, IDS, DAYS, DAYS, st.sampled_from(list(Kind)))
def test_days_narrow_every_kind(
    value: UUID, subjects: set[UUID], assistant: UUID, item: UUID, day: date, end: date, kind: Kind
) -> None:
    named = None if kind in {Kind.PERIOD, Kind.ORGANISATION} else value
    wide = Line(kind, named)
    narrow = Line(kind, named, None, end)
    told: dict[str, Any] = {"subjects": subjects, "assistant": assistant, "item": item}
    assert scope.covers(narrow, **told, day=day) == (scope.covers(wide, **told, day=day) and day <= end)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        (Line(Kind.SUBJECT), "value"),
        (Line(Kind.PERIOD), "from_day"),
        (Line(Kind.PERIOD, None, date(2026, 1, 2), date(2026, 1, 1)), "to_day"),
        (Line(Kind.ORGANISATION, uuid4()), "value"),
        (Line(Kind.ASSISTANT, uuid4(), date(2026, 1, 2), date(2026, 1, 1)), "to_day"),
        (Line(Kind.ORGANISATION), ""),
    ],
)
def test_a_line_that_says_nothing_names_its_field(line: Line, field: str) -> None:
    assert scope.problem(line)[0] == field
