"""Somebody else approves exactly what was shown, once, or nothing happens."""

from datetime import timedelta

import pytest

from accounts.access import services as access
from accounts.access.rules import Role
from accounts.approvals.models import Approval, Decision
from accounts.approvals.queries import reading, standing
from accounts.approvals.rules import content
from accounts.approvals.rules.states import State
from accounts.approvals.services import asking, deciding
from accounts.approvals.services.closing import NotPossible
from accounts.people import services as people
from accounts.people.models import Team, User
from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.crypto import keyring
from panel.kernel.errors import Conflict, Forbidden, Invalid, NeedsFreshFactor
from panel.outbound.models import Message
from tests.accounts.approvals import stage
from tests.accounts.approvals.stage import approve, ask, fresh, known
from tests.factories.people import actor_of, make_person

__all__ = ["known"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known")]


def events() -> list[str]:
    return [one.event for one in Leaf.objects.filter(event__startswith="approvals.").order_by("id")]


def team_name() -> str:
    return Team.objects.get().name


class TestApproving:
    def test_it_is_done_by_the_approval_and_told(self, bob: User, adam: User) -> None:
        row = approve(adam, ask(bob), note="Fine")
        assert (row.state, team_name(), stage.performed) == (State.PERFORMED, "Helpers", [row.id])
        assert events() == ["approvals.request.asked", "approvals.request.decided", "approvals.request.performed"]
        told = Message.objects.filter(template="approval_closed", person=bob.id).get()
        assert told.content is not None
        assert "Approved and done, by Adam." in told.content["text"]

    def test_who_may_approve_gets_a_letter_and_nobody_else(self, bob: User, adam: User, olga: User) -> None:
        ask(bob)
        assert list(Message.objects.filter(template="approval_asked").values_list("person", flat=True)) == [adam.id]

    def test_again_does_nothing(self, bob: User, adam: User) -> None:
        row = ask(bob)
        approve(adam, row)
        before = events()
        assert approve(adam, row).state == State.PERFORMED
        assert (events(), len(stage.performed)) == (before, 1)

    def test_only_what_was_shown(self, bob: User, adam: User) -> None:
        row = ask(bob)
        with pytest.raises(deciding.SomethingElseShown):
            approve(adam, row, seen="0" * 64)
        assert team_name() == "support"

    def test_the_hash_is_that_of_the_canonical_text(self, bob: User) -> None:
        row = ask(bob)
        team = Team.objects.get()
        text = (
            f'{{"effect":{{"name":"Helpers","team":"{team.id}"}},"kind":"test.rename",'
            f'"object":{{"id":"{team.id}","kind":"team"}},"state":{{"name":"support"}}}}'
        )
        assert reading.read(row, compare=False).text == text
        assert row.digest == content.digest(text)

    def test_a_stale_factor_is_asked_for(self, bob: User, adam: User) -> None:
        row = ask(bob)
        with pytest.raises(NeedsFreshFactor):
            deciding.approve(actor=actor_of(adam), approval=row, seen=row.digest, at=clock.now())
        assert events() == ["approvals.request.asked"]

    def test_without_the_right_it_is_refused_and_journalled(self, bob: User, charlie: User) -> None:
        row = ask(bob)
        with pytest.raises(Forbidden):
            approve(charlie, row)
        assert events()[-1] == "approvals.request.denied"
        assert team_name() == "support"

    def test_what_performing_refuses_leaves_everything_open(self, bob: User, adam: User) -> None:
        row = ask(bob, name="refuse")
        with pytest.raises(Conflict, match="No team may be called that"):
            approve(adam, row)
        row.refresh_from_db()
        assert (row.state, Decision.objects.count()) == (State.OPEN, 0)


class TestOtherEyes:
    def test_nobody_approves_their_own(self, adam: User) -> None:
        with pytest.raises(Forbidden, match="You asked for this yourself"):
            approve(adam, ask(adam))

    def test_nor_through_a_service_account_that_they_answer_for(self, adam: User) -> None:
        row = ask(people.create_service(name="robot", responsible=adam))
        assert not standing.waiting_for(actor_of(adam), clock.now()).exists()
        with pytest.raises(Forbidden, match="You asked for this yourself"):
            approve(adam, row)

    @pytest.mark.parametrize(("name", "address"), [("Bob", "elsewhere"), ("Robert", "bob+admin")])
    def test_nor_by_a_second_account(self, bob: User, name: str, address: str) -> None:
        second = make_person(address, role=Role.ADMINISTRATOR)
        second.full_name = name
        second.save()
        with pytest.raises(Forbidden, match="same name or mailbox"):
            approve(second, ask(bob))

    def test_nor_whom_it_happens_to(self, bob: User, adam: User) -> None:
        row = ask(bob, about=[str(adam.id)])
        assert not standing.waiting_for(actor_of(adam), clock.now()).exists()
        with pytest.raises(Forbidden, match="happens to you"):
            approve(adam, row)

    def test_no_key_approves(self, bob: User, adam: User) -> None:
        row = ask(bob)
        key = actors.Actor("person", adam.id, via=("key", adam.id), fresh_at=fresh(adam).fresh_at)
        with pytest.raises(Forbidden):
            deciding.approve(actor=key, approval=row, seen=row.digest, at=clock.now())

    def test_who_asked_must_still_be_there(self, bob: User, adam: User) -> None:
        row = ask(bob)
        access.disable(actor=actors.console(), user=bob, reason="left", at=clock.now())
        with pytest.raises(deciding.AskerGone):
            approve(adam, row)


class TestTwoApprovers:
    def test_two_different_people_are_needed(self, bob: User, adam: User) -> None:
        eve = make_person("eve", role=Role.ADMINISTRATOR)
        with stage.kind(approvers=2):
            row = ask(bob)
            assert approve(adam, row).state == State.OPEN
            assert approve(adam, row).state == State.OPEN
            assert (team_name(), Decision.objects.count()) == ("support", 1)
            assert approve(eve, row).state == State.PERFORMED

    def test_an_approval_of_somebody_who_lost_the_right_counts_no_more(self, bob: User, adam: User) -> None:
        eve, zoe = (make_person(name, role=Role.ADMINISTRATOR) for name in ("eve", "zoe"))
        with stage.kind(approvers=2):
            row = ask(bob)
            approve(eve, row)
            access.withdraw_role(actor=actors.console(), user=eve, role=Role.ADMINISTRATOR, at=clock.now())
            assert approve(adam, row).state == State.OPEN
            assert approve(zoe, row).state == State.PERFORMED


class TestDriftAndTime:
    def test_a_changed_state_refuses_and_says_what_changed(self, bob: User, adam: User) -> None:
        row = ask(bob)
        Team.objects.update(name="Desk")
        with pytest.raises(deciding.Overtaken, match="Name was support and is Desk"):
            approve(adam, row)
        row.refresh_from_db()
        assert (row.state, team_name()) == (State.OVERTAKEN, "Desk")
        assert events()[-2:] == ["approvals.request.overtaken", "approvals.request.denied"]

    def test_what_nobody_answered_is_over_and_can_be_asked_again(self, bob: User, adam: User) -> None:
        at = clock.now()
        row, late = ask(bob, at=at), at + timedelta(days=8)
        with pytest.raises(NotPossible, match="Nobody answered"):
            approve(adam, row, at=late)
        assert ask(bob, at=late).id != row.id
        row.refresh_from_db()
        assert row.state == State.EXPIRED

    def test_the_job_closes_them_and_tells(self, bob: User, adam: User) -> None:
        at = clock.now()
        row = ask(bob, at=at)
        assert asking.expire(at) == 0
        assert asking.expire(at + timedelta(days=7)) == 1
        row.refresh_from_db()
        assert row.state == State.EXPIRED
        assert Message.objects.filter(template="approval_closed", person=bob.id).count() == 1

    def test_one_whose_key_was_destroyed_is_never_performed(self, bob: User, adam: User) -> None:
        row = ask(bob)
        keyring.destroy(owner=bob.id)
        keyring.forget()
        with pytest.raises(Forbidden):
            approve(adam, Approval.objects.get(id=row.id))
        assert asking.expire(clock.now() + timedelta(days=8)) == 1


class TestTheOtherEnds:
    def test_refusing_says_why_and_is_final(self, bob: User, adam: User) -> None:
        row = ask(bob)
        with pytest.raises(Invalid):
            deciding.refuse(actor=fresh(adam), approval=row, reason=" ", at=clock.now())
        deciding.refuse(actor=fresh(adam), approval=row, reason="Call me", at=clock.now())
        deciding.refuse(actor=fresh(adam), approval=row, reason="Call me", at=clock.now())
        with pytest.raises(NotPossible, match="Refused, by Adam"):
            approve(adam, row)
        assert (team_name(), Decision.objects.count()) == ("support", 1)

    def test_only_who_asked_withdraws(self, bob: User, adam: User) -> None:
        row = ask(bob)
        with pytest.raises(Forbidden):
            asking.withdraw(actor=fresh(adam), approval=row, at=clock.now())
        asking.withdraw(actor=actor_of(bob), approval=row, at=clock.now())
        assert asking.withdraw(actor=actor_of(bob), approval=row, at=clock.now()).state == State.WITHDRAWN
        with pytest.raises(NotPossible, match="Withdrawn, by Bob"):
            approve(adam, row)
