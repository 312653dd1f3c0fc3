"""Many approve, refuse and withdraw at the same moment, twenty times over."""

from datetime import timedelta

import pytest

from accounts.access.rules import Role
from accounts.approvals.models import Approval, Decision
from accounts.approvals.rules.states import State
from accounts.approvals.services import asking, deciding
from accounts.approvals.services.closing import NotPossible
from panel.kernel import clock
from tests.accounts.approvals import stage
from tests.accounts.approvals.stage import approve, ask, fresh, known
from tests.assistants.catalog.test_races import MANY, at_once
from tests.factories.people import actor_of, make_person, make_team

__all__ = ["known"]

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.usefixtures("known")]
ROUNDS = 20


def test_it_is_performed_exactly_once_however_many_approve() -> None:
    bob = make_person("bob")
    admins = [make_person(f"admin{n}", role=Role.ADMINISTRATOR) for n in range(MANY)]
    begin = clock.now()
    for number in range(ROUNDS):
        row = ask(bob, name=f"n{number}", team=make_team(f"t{number}"))
        stage.performed.clear()
        # Minutes apart, so that nobody's pace is too fast.
        at = begin + timedelta(minutes=number * 7)
        answers = at_once(lambda n, row=row, at=at: approve(admins[n], row, at=at))  # type: ignore[misc]
        assert stage.performed == [row.id]
        assert answers.count(None) == 1
        assert answers.count(NotPossible) == MANY - 1


def test_one_person_who_presses_many_times_approves_once() -> None:
    bob, adam = make_person("bob"), make_person("adam", role=Role.ADMINISTRATOR)
    row = ask(bob)
    assert at_once(lambda _n: approve(adam, row)) == [None] * MANY
    assert (stage.performed, Decision.objects.count()) == ([row.id], 1)


def test_of_approving_refusing_and_withdrawing_one_wins() -> None:
    bob = make_person("bob")
    adam, eve = (make_person(name, role=Role.ADMINISTRATOR) for name in ("adam", "eve"))
    begin = clock.now()
    for number in range(ROUNDS):
        row, at = ask(bob, name=f"n{number}", team=make_team(f"t{number}")), begin + timedelta(minutes=number * 7)
        stage.performed.clear()
        acts = [
            lambda row=row, at=at: approve(adam, row, at=at),
            lambda row=row, at=at: deciding.refuse(actor=fresh(eve), approval=row, reason="No", at=at),
            lambda row=row, at=at: asking.withdraw(actor=actor_of(bob), approval=row, at=at),
        ]
        answers = at_once(lambda n, acts=acts: acts[n % 3]())  # type: ignore[misc]
        assert set(answers) <= {None, NotPossible}
        state = Approval.objects.get(id=row.id).state
        assert state in {State.PERFORMED, State.REFUSED, State.WITHDRAWN}
        assert len(stage.performed) == (state == State.PERFORMED)
        # The winner's own repeats are told nothing else; everybody else is.
        assert answers.count(NotPossible) == MANY - MANY // 3
