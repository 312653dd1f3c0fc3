"""A role for some hours: asked for, approved by somebody else, ended by itself."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import MANAGE_PEOPLE, Role
from accounts.approvals.models import Approval
from accounts.approvals.rules.states import State
from accounts.approvals.services import asking, deciding
from accounts.elevation.services import roles
from accounts.people.models import User
from panel.kernel import actors, clock
from panel.kernel.errors import Forbidden, Invalid
from tests.accounts.approvals.stage import approve
from tests.factories.people import actor_of, signed_in

pytestmark = pytest.mark.django_db


def ask(person: User, role: str = "administrator", hours: int = 4) -> Approval:
    return roles.ask(actor=actor_of(person), role=role, hours=hours, reason="Release", at=clock.now())


def test_it_is_given_by_a_second_person_and_ends_by_itself(bob: User, adam: User) -> None:
    at = clock.now()
    row = approve(adam, ask(bob), at=at)
    assert row.state == State.PERFORMED
    assert access.can(actor_of(bob), MANAGE_PEOPLE, at=at + timedelta(hours=3, minutes=59))
    assert not access.can(actor_of(bob), MANAGE_PEOPLE, at=at + timedelta(hours=4))


def test_nobody_gives_it_to_themselves(adam: User, bob: User) -> None:
    row = ask(adam, "operator")
    with pytest.raises(Forbidden):
        approve(adam, row)
    with pytest.raises(Forbidden):
        approve(bob, row)
    assert Role.OPERATOR not in access.roles_of(adam.id)


def test_a_role_that_one_got_meanwhile_overtakes_it(bob: User, adam: User) -> None:
    row = ask(bob, "operator")
    rights.give_role(actor=actors.console(), user=bob, role=Role.AUDITOR, reason="r", at=clock.now())
    with pytest.raises(deciding.Overtaken, match="Roles"):
        approve(adam, row)


@pytest.mark.parametrize(("role", "hours"), [("member", 4), ("root", 4), ("operator", 3), ("operator", 1000)])
def test_only_listed_roles_and_times(bob: User, role: str, hours: int) -> None:
    with pytest.raises(Invalid):
        ask(bob, role, hours)


def test_what_one_has_needs_no_asking(alice: User) -> None:
    with pytest.raises(roles.HasRole):
        ask(alice, "operator")


def test_a_refused_one_gives_nothing_and_says_why(bob: User, adam: User) -> None:
    row = ask(bob)
    client = signed_in(adam)
    client.post(reverse("approvals:refusal", args=[row.id]), {"reason": "Ask Alice"})
    assert "Ask Alice" in signed_in(bob).get(reverse("approvals:approval", args=[row.id])).content.decode()
    assert Role.ADMINISTRATOR not in access.roles_of(bob.id)


def test_an_unanswered_one_is_over_after_a_day(bob: User, adam: User) -> None:
    row = ask(bob)
    assert asking.expire(clock.now() + timedelta(days=1)) == 1
    row.refresh_from_db()
    assert row.state == State.EXPIRED


def test_from_the_form_to_the_role(bob: User, adam: User) -> None:
    client = signed_in(bob)
    assert "Ask for the role" in client.get(reverse("elevation:roles")).content.decode()
    asked = client.post(reverse("elevation:roles"), {"role": "operator", "hours": "2", "reason": "Release"})
    assert asked.status_code == 302
    row = Approval.objects.get()
    other = signed_in(adam)
    assert "Operator for Bob, for 2 hours" in other.get(asked["Location"]).content.decode()
    other.post(asked["Location"] + "approval/", {"digest": row.digest})
    assert Role.OPERATOR in access.roles_of(bob.id)
