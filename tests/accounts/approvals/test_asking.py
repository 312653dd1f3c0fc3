"""Asking, and how fast one person may approve."""

from datetime import timedelta

import pytest

from accounts.approvals.rules.states import STOP_AT, WARN_AT, State
from accounts.approvals.services import asking, deciding
from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.errors import Invalid, TooMany
from tests.accounts.approvals import stage
from tests.accounts.approvals.stage import approve, ask, fresh, known
from tests.factories.people import actor_of

__all__ = ["known"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known")]


class TestFatigue:
    def test_ten_an_hour_are_free_then_each_one_waits(self, bob: User, adam: User) -> None:
        at = clock.now()
        for number in range(WARN_AT):
            approve(adam, ask(bob, name=f"n{number}", at=at), at=at)
        with pytest.raises(TooMany) as refused:
            approve(adam, ask(bob, name="more", at=at), at=at + timedelta(seconds=10))
        assert refused.value.retry_after == 20
        approve(adam, ask(bob, name="later", at=at), at=at + timedelta(seconds=31))

    def test_thirty_end_the_hour(self, bob: User, adam: User) -> None:
        at = clock.now()
        for number in range(STOP_AT):
            approve(adam, ask(bob, name=f"n{number}", at=at), at=at + timedelta(minutes=number))
        row = ask(bob, name="more", at=at)
        with pytest.raises(TooMany):
            approve(adam, row, at=at + timedelta(minutes=40))
        assert approve(adam, row, at=at + timedelta(minutes=61)).state == State.PERFORMED


class TestAsking:
    def test_the_same_again_is_the_one_that_waits(self, bob: User, charlie: User) -> None:
        row = ask(bob)
        assert ask(bob).id == row.id
        with pytest.raises(asking.AskedAlready):
            ask(charlie)

    def test_a_reason_and_an_end_are_needed(self, bob: User) -> None:
        options = {"actor": actor_of(bob), "kind": stage.NAME, "obj": None, "at": clock.now()}
        effect = ask(bob).effect
        with pytest.raises(Invalid):
            asking.ask(**options, effect=effect, reason="  ")  # type: ignore[arg-type]
        with pytest.raises(Invalid):
            asking.ask(**options, effect=effect, reason="r", expires_at=clock.now() + timedelta(days=99))  # type: ignore[arg-type]

    def test_the_journal_holds_no_words(self, bob: User, adam: User) -> None:
        deciding.refuse(actor=fresh(adam), approval=ask(bob), reason="Zilpzalp", at=clock.now())
        leaves = [bytes(one.data) for one in Leaf.objects.all()]
        assert not any(b"Zilpzalp" in one or b"misleads" in one for one in leaves)
