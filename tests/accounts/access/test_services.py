from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.access import queries, services
from accounts.access.models import RoleGrant
from accounts.access.rules import MANAGE_ROLES, ObjectRole, Permit, Role
from accounts.grants import services as grants
from accounts.people.models import User
from accounts.people.rules import State
from assistants.catalog.models import Assistant
from panel.journal.models import Leaf
from panel.kernel import clock, ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, Invalid, NeedsFreshFactor
from tests.factories.people import actor_of, give_role, make_person, make_team

pytestmark = pytest.mark.django_db
SHARE = Permit("t.share", "Share", frozenset({Role.ADMINISTRATOR}), ObjectRole.EDITOR)


@pytest.fixture
def adam() -> User:
    return make_person("adam", role=Role.ADMINISTRATOR)


def fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def make_assistant(slug: str = "helper") -> Any:
    now = clock.now()
    return Assistant.objects.create(slug=slug, name="H", key_id=ids.new_id(), epoch=0, created_at=now, changed_at=now)


def test_an_administrator_gives_a_role_and_the_journal_says_so(adam: User) -> None:
    bob = make_person("bob")
    services.give_role(actor=fresh(adam), user=bob, role=Role.OPERATOR, reason="Runs the desk", at=clock.now())
    assert queries.roles_of(bob.id) == {Role.OPERATOR, Role.MEMBER}
    assert Leaf.objects.filter(event="access.role.given", object_id=bob.id, actor_id=adam.id).count() == 1
    assert RoleGrant.objects.get(user=bob).reason == "Runs the desk"


def test_nobody_else_gives_roles() -> None:
    olga, bob = make_person("olga", role=Role.AUDITOR), make_person("bob")
    with pytest.raises(Forbidden):
        services.give_role(actor=fresh(olga), user=bob, role=Role.MEMBER, reason="x", at=clock.now())


def test_giving_a_role_needs_a_fresh_factor(adam: User) -> None:
    stale = actor_of(adam, fresh_at=timezone.now() - timedelta(minutes=6))
    for actor in (stale, actor_of(adam)):
        with pytest.raises(NeedsFreshFactor):
            services.require(actor, MANAGE_ROLES)
    services.require(fresh(adam), MANAGE_ROLES)


def test_a_role_that_ended_gives_nothing() -> None:
    bob = make_person("bob")
    give_role(bob, Role.OPERATOR, expires_at=clock.now() + timedelta(days=1))
    assert Role.OPERATOR in queries.roles_of(bob.id)
    assert Role.OPERATOR not in queries.roles_of(bob.id, clock.now() + timedelta(days=2))


def test_a_role_cannot_end_in_the_past(adam: User) -> None:
    at = clock.now()
    with pytest.raises(Invalid, match="Choose one after today"):
        services.give_role(actor=fresh(adam), user=adam, role=Role.OPERATOR, reason="x", at=at, expires_at=at)


class TestLastAdministrator:
    def test_keeps_the_role(self, adam: User) -> None:
        with pytest.raises(services.LastAdministrator):
            services.withdraw_role(actor=fresh(adam), user=adam, role=Role.ADMINISTRATOR, at=clock.now())

    def test_does_not_become_temporary(self, adam: User) -> None:
        end = clock.now() + timedelta(days=1)
        with pytest.raises(services.LastAdministrator):
            services.give_role(
                actor=fresh(adam), user=adam, role=Role.ADMINISTRATOR, reason="x", at=clock.now(), expires_at=end
            )

    def test_is_not_replaced_by_a_temporary_or_disabled_one(self, adam: User) -> None:
        make_person("eve", role=Role.ADMINISTRATOR, expires_at=clock.now() + timedelta(days=1))
        make_person("dan", role=Role.ADMINISTRATOR, state=State.DISABLED)
        with pytest.raises(services.LastAdministrator):
            services.withdraw_role(actor=fresh(adam), user=adam, role=Role.ADMINISTRATOR, at=clock.now())

    def test_may_go_when_there_is_another(self, adam: User) -> None:
        eve = make_person("eve", role=Role.ADMINISTRATOR)
        services.disable(actor=fresh(eve), user=adam, reason="left", at=clock.now())
        assert queries.roles_of(adam.id) == frozenset()


class TestSharing:
    def test_an_owner_shares_up_to_owner(self) -> None:
        alice, bob, thing = make_person("alice"), make_person("bob"), make_assistant()
        grants.share(
            actor=Actor("system"), permit=SHARE, obj=thing, receiver=alice, role=ObjectRole.OWNER, reason="made it",
            at=clock.now(),
        )  # fmt: skip
        grants.share(
            actor=actor_of(alice), permit=SHARE, obj=thing, receiver=bob, role=ObjectRole.VIEWER, reason="helps",
            at=clock.now(),
        )  # fmt: skip
        assert queries.object_role(actor_of(bob), thing) is ObjectRole.VIEWER

    def test_an_editor_cannot_make_an_owner(self) -> None:
        alice, bob, thing = make_person("alice"), make_person("bob"), make_assistant()
        grants.share(
            actor=Actor("system"), permit=SHARE, obj=thing, receiver=alice, role=ObjectRole.EDITOR, reason="x",
            at=clock.now(),
        )  # fmt: skip
        for receiver in (alice, bob):
            with pytest.raises(services.AboveOwnRights):
                grants.share(
                    actor=actor_of(alice), permit=SHARE, obj=thing, receiver=receiver, role=ObjectRole.OWNER,
                    reason="x", at=clock.now(),
                )  # fmt: skip

    def test_a_new_role_replaces_the_old_one_and_a_team_can_have_one(self) -> None:
        bob, thing = make_person("bob"), make_assistant()
        team = make_team("red", bob)
        for role in (ObjectRole.OWNER, ObjectRole.VIEWER):
            grants.share(
                actor=Actor("system"), permit=SHARE, obj=thing, receiver=team, role=role, reason="x", at=clock.now()
            )
        assert queries.object_role(actor_of(bob), thing) is ObjectRole.VIEWER
        _, (grant,) = queries.grants_on(thing)
        grants.unshare(actor=Actor("system"), permit=SHARE, grant=grant, at=clock.now())
        assert queries.object_role(actor_of(bob), thing) is None
