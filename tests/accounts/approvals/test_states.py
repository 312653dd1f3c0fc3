"""What is not listed is refused, journalled and changes nothing; a repeat does nothing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.approvals.models import Approval
from accounts.approvals.rules import states
from accounts.approvals.rules.states import STEPS, Act, State
from accounts.approvals.services import asking, deciding
from accounts.approvals.services.closing import NotPossible
from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.steps import NotListedError
from tests.accounts.approvals import stage
from tests.accounts.approvals.stage import approve, ask, fresh, known
from tests.factories.people import actor_of

__all__ = ["known"]

ENDED = [state for state in State if state is not State.OPEN]
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.lists(st.sampled_from(Act), max_size=8))
def test_an_approval_moves_once_and_never_back(acts: list[Act]) -> None:
    state, moves = State.OPEN, 0
    for act in acts:
        try:
            state = states.step(state, act)
            moves += 1
        except NotListedError:
            assert (state, act) not in STEPS
    assert moves == min(len(acts), 1)


@given(st.sampled_from(State), st.integers(-10_000, 10_000))
def test_only_an_open_one_expires_and_at_its_end(state: State, seconds: int) -> None:
    found = states.state_at(state, BEGIN, BEGIN + timedelta(seconds=seconds))
    assert found == (State.EXPIRED if state is State.OPEN and seconds >= 0 else state)


@given(st.lists(st.integers(0, 7200), max_size=60))
def test_who_waits_as_long_as_said_may_approve_and_not_before(seconds: list[int]) -> None:
    earlier = [BEGIN - timedelta(seconds=one) for one in seconds]
    wait = states.wait_for(earlier, BEGIN)
    assert timedelta(0) <= wait <= states.HOUR
    recent = [one for one in earlier if one > BEGIN - states.HOUR]
    assert (wait > timedelta(0)) <= (len(recent) >= states.WARN_AT)
    if wait:
        assert states.wait_for(earlier, BEGIN + wait) <= wait
        assert states.wait_for(earlier, BEGIN + wait - timedelta(seconds=1)) > timedelta(0)


def _approve(row: Approval, adam: User, _bob: User) -> Any:
    return approve(adam, row)


def _refuse(row: Approval, adam: User, _bob: User) -> Any:
    return deciding.refuse(actor=fresh(adam), approval=row, reason="No", at=clock.now())


def _withdraw(row: Approval, _adam: User, bob: User) -> Any:
    return asking.withdraw(actor=actor_of(bob), approval=row, at=clock.now())


ACTS: dict[Act, Callable[[Approval, User, User], Any]] = {
    Act.APPROVE: _approve,
    Act.REFUSE: _refuse,
    Act.WITHDRAW: _withdraw,
}


@pytest.mark.django_db
@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(("state", "act"), list(product(ENDED, ACTS)))
def test_whatever_has_ended_stays_as_it_is(state: State, act: Act, bob: User, adam: User) -> None:
    row = ask(bob)
    Approval.objects.filter(id=row.id).update(state=state, closed_at=clock.now(), closed_by_kind="system")
    before = Approval.objects.filter(id=row.id).values().get()
    if states.is_repeat(state, act) and act is Act.WITHDRAW:
        ACTS[act](row, adam, bob)
    else:
        with pytest.raises(NotPossible):
            ACTS[act](row, adam, bob)
        assert Leaf.objects.latest("id").event == "approvals.request.denied"
    after = Approval.objects.filter(id=row.id).values().get()
    sealed = ("effect", "facts", "reason", "answer")
    assert {k: v for k, v in after.items() if k not in sealed} == {k: v for k, v in before.items() if k not in sealed}
    assert stage.performed == []
