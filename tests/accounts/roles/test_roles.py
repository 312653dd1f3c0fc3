from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.models import CustomRole, GrantChange
from accounts.access.rules import MANAGE_PEOPLE, MANAGE_ROLES, SEE_PEOPLE, Role
from accounts.access.services import AboveOwnRights
from accounts.people.models import User
from accounts.people.rules import State
from accounts.roles import queries, services
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, NeedsFreshFactor
from tests.factories.people import actor_of, make_person, signed_in

pytestmark = pytest.mark.django_db


def fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def make(maker: User, *permits: str, name: str = "Desk lead") -> CustomRole:
    return services.make(actor=fresh(maker), name=name, purpose="", permits=permits, at=clock.now())


def give(giver: User, role: CustomRole, user: User, **how: object) -> None:
    services.give(actor=fresh(giver), user=user, role=role, reason="leads", at=clock.now(), **how)  # type: ignore[arg-type]


class TestASet:
    def test_gives_its_permits_and_nothing_else(self, adam: User, bob: User) -> None:
        give(adam, make(adam, "people.see"), bob)
        assert access.can(actor_of(bob), SEE_PEOPLE)
        assert not access.can(actor_of(bob), MANAGE_PEOPLE)

    def test_ends_when_the_grant_does(self, adam: User, bob: User) -> None:
        give(adam, make(adam, "people.see"), bob, expires_at=clock.now() + timedelta(days=1))
        assert not access.can(actor_of(bob), SEE_PEOPLE, at=clock.now() + timedelta(days=2))

    def test_a_fresh_permit_stays_fresh(self, adam: User, bob: User) -> None:
        give(adam, make(adam, "people.manage"), bob)
        rights.require(fresh(bob), MANAGE_PEOPLE)
        with pytest.raises(NeedsFreshFactor):
            rights.require(actor_of(bob), MANAGE_PEOPLE)

    def test_a_change_acts_at_once_and_every_version_is_kept(self, adam: User, bob: User) -> None:
        role = make(adam, "people.see")
        give(adam, role, bob)
        services.change(
            actor=fresh(adam), role=role, name="Desk lead", purpose="", permits=["people.teams"], revision=1,
            at=clock.now(),
        )  # fmt: skip
        assert not access.can(actor_of(bob), SEE_PEOPLE)
        newest, first = queries.versions(role)
        assert (newest.revision, newest.added, newest.removed) == (2, ["people.teams"], ["people.see"])
        assert (first.revision, first.added) == (1, ["people.see"])
        with pytest.raises(services.RoleChanged):
            services.change(
                actor=fresh(adam), role=role, name="x", purpose="", permits=["people.see"], revision=1, at=clock.now()
            )

    def test_a_retired_one_gives_nothing_and_frees_its_name(self, adam: User, bob: User) -> None:
        role = make(adam, "people.see")
        give(adam, role, bob)
        services.retire(actor=fresh(adam), role=role, at=clock.now())
        assert not access.can(actor_of(bob), SEE_PEOPLE)
        assert GrantChange.objects.filter(receiver_id=bob.id, act="ended", role="Desk lead").exists()
        make(adam, "people.see")
        with pytest.raises(services.RoleRetired):
            give(adam, role, bob)


class TestNobodyGivesMoreThanTheyHave:
    @pytest.fixture
    def lena(self, adam: User) -> User:
        """May manage roles and see people, no more."""
        user = make_person("lena")
        give(adam, make(adam, MANAGE_ROLES.name, SEE_PEOPLE.name, name="Role keeper"), user)
        return user

    def test_not_even_an_administrator_puts_in_what_they_lack(self, adam: User) -> None:
        with pytest.raises(AboveOwnRights):
            make(adam, "catalog.keep_content")

    def test_no_role_is_made_above_the_makers(self, lena: User) -> None:
        with pytest.raises(AboveOwnRights):
            make(lena, MANAGE_PEOPLE.name)
        make(lena, SEE_PEOPLE.name)

    def test_no_role_is_given_or_taken_above_the_givers(self, adam: User, lena: User, bob: User) -> None:
        for act in (
            lambda: rights.give_role(actor=fresh(lena), user=lena, role=Role.ADMINISTRATOR, reason="x", at=clock.now()),
            lambda: rights.withdraw_role(actor=fresh(lena), user=adam, role=Role.ADMINISTRATOR, at=clock.now()),
            lambda: give(lena, make(adam, MANAGE_PEOPLE.name, name="Adder"), lena),
        ):
            with pytest.raises(AboveOwnRights):
                act()
            CustomRole.objects.filter(name="Adder").delete()
        rights.give_role(actor=fresh(lena), user=bob, role=Role.MEMBER, reason="x", at=clock.now())

    def test_no_account_is_closed_or_renewed_by_somebody_below(self, adam: User, bob: User) -> None:
        from accounts.signin.services import links  # noqa: PLC0415 - the floor above, for this one escalation

        give(adam, make(adam, MANAGE_PEOPLE.name, name="Adder"), bob)
        with pytest.raises(AboveOwnRights):
            rights.disable(actor=fresh(bob), user=adam, reason="mine now", at=clock.now())
        eve = make_person("eve", role=Role.ADMINISTRATOR, state=State.INVITED)
        with pytest.raises(AboveOwnRights):
            links.renew(actor=fresh(bob), user=eve, at=clock.now())
        charlie = make_person("charlie")
        rights.disable(actor=fresh(bob), user=charlie, reason="left", at=clock.now())

    def test_members_make_no_role(self, bob: User) -> None:
        with pytest.raises(Forbidden):
            make(bob, "people.see")


class TestTheMatrix:
    def test_shows_every_permit_against_every_role_and_follows_the_code(self, adam: User) -> None:
        role = make(adam, "people.see")
        rows = {row.pk: row for row in queries.matrix()}
        for name, permit in rights.permits().items():
            assert {one for one in Role if one.value in rows[name].opened} >= permit.roles
        assert [name for name, row in rows.items() if str(role.id) in row.opened] == ["people.see"]

    def test_is_a_page_with_custom_roles_filters_and_csv(self, adam: User) -> None:
        role = make(adam, "people.see")
        client = signed_in(adam)
        text = client.get("/roles/").content.decode()
        assert "Desk lead" in text
        assert "people.manage" in text
        assert "people.manage" not in client.get(f"/roles/?role={role.id}").content.decode()
        assert "people.manage" in client.get("/roles/?area=people&fresh=yes").content.decode()
        csv = b"".join(client.get("/roles/?format=csv")).decode()
        assert "Desk lead" in csv.splitlines()[0]

    def test_is_not_for_members(self, bob: User) -> None:
        assert signed_in(bob).get("/roles/").status_code == 403


def test_a_role_is_made_given_changed_and_retired_on_pages(adam: User, bob: User) -> None:
    client: Client = signed_in(adam)
    made = client.post("/roles/new/", {"name": "Desk lead", "purpose": "Leads", "permits": ["people.see"]})
    assert made.status_code == 302
    role = CustomRole.objects.get()
    given = {"role": str(role.id), "reason": "Leads the desk"}
    assert client.post(f"/people/{bob.id}/roles/", given).status_code == 302
    assert "Desk lead" in client.get(f"/people/{bob.id}/").content.decode()
    assert "Bob" in client.get(f"/roles/{role.id}/").content.decode()
    form = {"name": "Desk lead", "purpose": "", "permits": ["people.see", "people.teams"], "revision": "1"}
    assert client.post(f"/roles/{role.id}/change/", form).status_code == 302
    assert "people.teams" in client.get(f"/roles/{role.id}/").content.decode()
    client.post(f"/people/{bob.id}/roles/{role.id}/withdrawal/")
    assert not access.can(actor_of(bob), SEE_PEOPLE)
    client.post(f"/roles/{role.id}/retirement/")
    client.get("/roles/")  # tells of what was done, by name
    assert "Desk lead" not in client.get("/roles/").content.decode()
