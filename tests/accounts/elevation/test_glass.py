"""In an emergency a named person takes a role at once; everybody hears of it, and somebody else reviews it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import MANAGE_PEOPLE, Role
from accounts.elevation import queries
from accounts.elevation.models import BrokenGlass
from accounts.elevation.rules import Glass
from accounts.elevation.services import glass
from accounts.people.models import User
from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.errors import Forbidden, Invalid, NeedsFreshFactor
from panel.kernel.registries import alarms
from panel.outbound import alarms as told
from panel.outbound.models import Message
from tests.accounts.approvals.stage import fresh
from tests.factories.elevation import make_eligible
from tests.factories.people import actor_of, make_person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ben(bob: User, adam: User) -> User:
    """Bob, named by adam for emergencies."""
    glass.name(actor=fresh(adam), user=bob, role=Role.ADMINISTRATOR, reason="Second on call", at=clock.now())
    return bob


def take(person: User, hours: int = 2, role: str = "administrator") -> BrokenGlass:
    return glass.take(actor=fresh(person), role=role, hours=hours, reason="Nobody answers", at=clock.now())


def review(person: User, row: BrokenGlass, hours: int = 0) -> BrokenGlass:
    at = clock.now() + timedelta(hours=hours)
    return glass.review(actor=fresh(person), glass=row, note="It was one", at=at)


class TestTaking:
    def test_it_works_at_once_and_ends_by_itself(self, ben: User) -> None:
        row, actor = take(ben), actor_of(ben)
        assert access.can(actor, MANAGE_PEOPLE)
        assert not access.can(actor, MANAGE_PEOPLE, at=row.ends_at)

    def test_every_administrator_gets_a_letter_and_an_alarm_holds(self, ben: User, adam: User) -> None:
        eve = make_person("eve", role=Role.ADMINISTRATOR)
        take(ben)
        letters = Message.objects.filter(template="emergency_taken")
        assert set(letters.values_list("person", flat=True)) == {adam.id, eve.id}
        assert [one.key for one in alarms.current()] == ["elevation.emergency"]
        assert told.watch(clock.now())[0] == 1

    def test_everybody_sees_the_banner(self, ben: User, charlie: User, adam: User) -> None:
        take(ben)
        words = "Bob has the role Administrator until"
        assert words in signed_in(charlie).get("/").content.decode()
        page = signed_in(adam).get("/").content.decode()
        assert words in page
        assert reverse("elevation:glass", args=[BrokenGlass.objects.get().id]) in page

    def test_only_who_was_named_for_exactly_this(self, ben: User, charlie: User) -> None:
        with pytest.raises(glass.NotEligible):
            take(charlie)
        with pytest.raises(glass.NotEligible):
            take(ben, role="operator")
        assert Role.ADMINISTRATOR not in access.roles_of(charlie.id)

    def test_it_asks_for_a_fresh_factor_a_reason_and_at_most_four_hours(self, ben: User) -> None:
        at = clock.now()
        with pytest.raises(NeedsFreshFactor):
            glass.take(actor=actor_of(ben), role="administrator", hours=1, reason="r", at=at)
        for hours, reason in ((8, "r"), (1, " ")):
            with pytest.raises(Invalid):
                glass.take(actor=fresh(ben), role="administrator", hours=hours, reason=reason, at=at)

    def test_it_is_not_taken_twice(self, ben: User) -> None:
        take(ben)
        with pytest.raises(glass.NotPossible):
            take(ben)

    def test_nobody_names_themselves(self, adam: User, charlie: User) -> None:
        for actor, user in ((adam, adam), (charlie, charlie)):
            with pytest.raises((Invalid, Forbidden)):
                glass.name(actor=fresh(actor), user=user, role=Role.OPERATOR, reason="r", at=clock.now())


class TestEnding:
    def test_it_can_be_given_back_and_taken_away(self, ben: User, adam: User, charlie: User) -> None:
        row = take(ben)
        with pytest.raises(Forbidden):
            glass.end(actor=fresh(charlie), glass=row, at=clock.now())
        for actor in (adam, ben):
            assert glass.end(actor=fresh(actor), glass=row, at=clock.now()).state == Glass.ENDED
        assert Role.ADMINISTRATOR not in access.roles_of(ben.id)

    def test_a_role_given_for_good_meanwhile_stays(self, ben: User) -> None:
        row, at = take(ben), clock.now()
        rights.give_role(actor=actors.console(), user=ben, role=Role.ADMINISTRATOR, reason="r", at=at)
        glass.end(actor=fresh(ben), glass=row, at=clock.now())
        assert Role.ADMINISTRATOR in access.roles_of(ben.id)

    def test_the_job_writes_it_down_and_asks_for_the_review(self, ben: User, olga: User) -> None:
        row = take(ben)
        assert glass.close_late(row.ends_at - timedelta(seconds=1)) == 0
        assert glass.close_late(row.ends_at + timedelta(hours=1)) == 1
        row.refresh_from_db()
        assert (row.state, row.ended_at) == (Glass.ENDED, row.ends_at)
        assert Message.objects.filter(template="emergency_review", person=olga.id).exists()


class TestReview:
    def test_it_waits_in_the_inbox_until_somebody_else_closes_it(self, ben: User, olga: User) -> None:
        row = take(ben)
        assert not queries.reviews_for(actor_of(olga), clock.now())
        with pytest.raises(glass.NotPossible, match="still runs"):
            review(olga, row)
        late = row.ends_at + timedelta(minutes=1)
        assert [one.id for one in queries.reviews_for(actor_of(olga), late)] == [row.id]
        assert review(olga, row, hours=3).state == Glass.REVIEWED
        assert alarms.current() == []
        assert "access.emergency.reviewed" in {one.event for one in Leaf.objects.all()}

    def test_nobody_reviews_their_own_and_no_member_any(self, ben: User, charlie: User) -> None:
        row = take(ben)
        rights.give_role(actor=actors.console(), user=ben, role=Role.AUDITOR, reason="r", at=clock.now(), despite=True)
        for person in (ben, charlie):
            with pytest.raises(Forbidden):
                review(person, row, hours=3)
        assert BrokenGlass.objects.get().state == Glass.RUNNING

    def test_it_needs_a_note(self, ben: User, olga: User) -> None:
        row = glass.end(actor=fresh(ben), glass=take(ben), at=clock.now())
        with pytest.raises(Invalid):
            glass.review(actor=fresh(olga), glass=row, note=" ", at=clock.now())

    def test_the_page_shows_what_was_done_meanwhile(self, ben: User, olga: User, charlie: User) -> None:
        row = take(ben)
        rights.disable(actor=actor_of(ben, fresh_at=timezone.now()), user=charlie, reason="r", at=clock.now())
        glass.end(actor=fresh(ben), glass=row, at=clock.now())
        client = signed_in(olga)
        assert "Review of an emergency" in client.get(reverse("approvals:inbox")).content.decode()
        page = client.get(reverse("elevation:glass", args=[row.id])).content.decode()
        assert "Account disabled" in page
        assert "Nobody answers" in page
        done = client.post(reverse("elevation:glass_review", args=[row.id]), {"note": "It was one"})
        assert done.status_code == 302
        assert "It was one" in client.get(reverse("elevation:glass", args=[row.id])).content.decode()


def test_the_pages_from_naming_to_taking(adam: User, bob: User) -> None:
    client = signed_in(adam)
    sent = {"person": str(bob.id), "role": "operator", "reason": "Second on call"}
    assert client.post(reverse("elevation:naming"), sent).status_code == 302
    assert "Second on call" in client.get(reverse("elevation:emergencies")).content.decode()
    other = signed_in(bob)
    assert "Take the role" in other.get(reverse("elevation:emergencies")).content.decode()
    taken = other.post(reverse("elevation:emergencies"), {"role": "operator", "hours": "1", "reason": "Fire"})
    assert taken.status_code == 302
    assert "Give the role back" in other.get(taken["Location"]).content.decode()


def test_who_was_named_by_nobody_has_no_form(bob: User, charlie: User) -> None:
    make_eligible(bob)
    assert "Take the role" not in signed_in(charlie).get(reverse("elevation:emergencies")).content.decode()
