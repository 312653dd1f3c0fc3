"""Linked with proof, merged and split by two people, and every record keeps its id."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection

from accounts.access.rules import Role
from accounts.approvals.models import Approval
from accounts.approvals.services import deciding
from accounts.people.models import User
from compliance.subjects import queries
from compliance.subjects.models import Link
from compliance.subjects.rules import Proof
from compliance.subjects.services import grouping, linking
from compliance.subjects.services.naming import subject_for
from panel.journal.models import Leaf
from panel.kernel import clock, ids
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import Forbidden, Invalid, Missing
from tests.factories.people import actor_of, make_person

APP = ids.new_id()


def email(name: str) -> UUID:
    return subject_for("email", f"{name}@example.org")


def end_user(name: str) -> UUID:
    return subject_for("end_user", name, scope=APP)


def link(one: UUID, other: UUID) -> UUID:
    return linking.link(actor=SYSTEM, one=one, other=other, proof=Proof.EMAIL_LINK, at=clock.now())


@pytest.mark.django_db
class TestLink:
    def test_two_names_become_one_person_and_keep_their_ids(self) -> None:
        one, other = email("ada"), end_user("42")
        assert link(other, one) == one
        assert queries.together(other) == queries.together(one) == [one, other]
        assert queries.persons_of([one, other]) == {one: one, other: one}
        assert subject_for("end_user", "42", scope=APP) == other

    def test_again_changes_nothing_and_is_not_journalled_twice(self) -> None:
        one, other = email("ada"), end_user("42")
        link(one, other)
        before = Leaf.objects.filter(event="subjects.identities.linked").count()
        link(other, one)
        assert Leaf.objects.filter(event="subjects.identities.linked").count() == before
        assert Link.objects.count() == 1

    def test_groups_merge_whole_and_keep_how_each_was_proved(self) -> None:
        a, b, c = email("ada"), end_user("42"), end_user("43")
        linking.link(actor=SYSTEM, one=b, other=c, proof=Proof.VOUCHED, at=clock.now())
        link(c, a)
        assert queries.together(c) == [a, b, c]
        assert {one.proof for one in Link.objects.filter(subject_id=c, ended_at__isnull=True)} == {"vouched"}

    def test_a_split_gives_back_what_was_there(self) -> None:
        a, b = email("ada"), end_user("42")
        link(a, b)
        linking.split(actor=SYSTEM, subject=a, at=clock.now())
        assert (queries.together(a), queries.together(b)) == ([a], [b])
        with pytest.raises(linking.AlreadyAlone):
            linking.split(actor=SYSTEM, subject=a, at=clock.now())
        assert Link.objects.exclude(ended_at=None).count() == 1

    def test_nobody_is_linked_with_a_subject_that_is_gone(self) -> None:
        with pytest.raises(Missing):
            link(email("ada"), ids.new_id())


@pytest.mark.django_db(transaction=True)
def test_of_two_merges_at_once_nobody_ends_up_in_two_people() -> None:
    ends = [email("ada"), end_user("1"), end_user("2"), end_user("3")]
    start = Barrier(3)

    def merge(place: int) -> None:
        try:
            start.wait()
            link(ends[place], ends[place + 1])
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(merge, range(3)))
    assert queries.together(ends[3]) == sorted(ends)


@pytest.mark.django_db
class TestTwoPeople:
    @pytest.fixture
    def pair(self) -> tuple[UUID, UUID]:
        return email("ada"), end_user("42")

    def decide(self, row: Approval, by: User) -> None:
        at = clock.now()
        deciding.approve(actor=actor_of(by, fresh_at=at), approval=row, seen=row.digest, at=at)

    def test_a_merge_waits_for_the_second_person(self, pia: User, pair: tuple[UUID, UUID]) -> None:
        row = grouping.ask_merge(actor=actor_of(pia), one=pair[1], other=pair[0], reason="Same person", at=clock.now())
        assert len(queries.together(pair[0])) == 1
        with pytest.raises(Forbidden):
            self.decide(row, pia)
        self.decide(row, make_person("paul", role=Role.PRIVACY_OFFICER))
        assert queries.together(pair[0]) == sorted(pair)
        with pytest.raises(linking.AlreadyOne):
            grouping.ask_merge(actor=actor_of(pia), one=pair[0], other=pair[1], reason="Again", at=clock.now())

    def test_a_split_waits_too(self, pia: User, pair: tuple[UUID, UUID]) -> None:
        link(*pair)
        row = grouping.ask_split(actor=actor_of(pia), subject=pair[1], reason="Two people", at=clock.now())
        self.decide(row, make_person("paul", role=Role.PRIVACY_OFFICER))
        assert queries.together(pair[0]) == [pair[0]]

    def test_an_auditor_and_a_stranger_may_not_ask(self, olga: User, charlie: User, pair: tuple[UUID, UUID]) -> None:
        for person in (olga, charlie):
            with pytest.raises(Forbidden):
                grouping.ask_merge(actor=actor_of(person), one=pair[0], other=pair[1], reason="x", at=clock.now())

    def test_reading_names_needs_a_reason_and_is_an_event(self, pia: User, pair: tuple[UUID, UUID]) -> None:
        at = clock.now()
        with pytest.raises(Invalid, match="Say why"):
            grouping.reveal(actor=actor_of(pia, fresh_at=at), subject=pair[0], reason=" ", at=at)
        rows = grouping.reveal(actor=actor_of(pia, fresh_at=at), subject=pair[0], reason="She called", at=at)
        assert [value for _row, value in rows] == ["ada@example.org"]
        assert Leaf.objects.filter(event="subjects.identifier.revealed", object_id=pair[0]).count() == 1
