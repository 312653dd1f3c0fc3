from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.access import queries as access
from accounts.access.rules import MANAGE_MEMBERS, SHARE_TEAM, ObjectRole
from accounts.grants import services as grants
from accounts.people import queries as people
from accounts.people.models import Team, User
from accounts.people.rules import State
from accounts.teams import services
from panel.journal.models import Leaf
from panel.kernel import actors, clock
from panel.kernel.errors import Forbidden
from tests.factories.people import actor_of, make_person, make_service, make_team, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(bob: User) -> Team:
    """Bob manages it."""
    made = make_team("Support")
    grants.share(
        actor=actors.console(), permit=SHARE_TEAM, obj=made, receiver=bob, role=ObjectRole.EDITOR, reason="leads it",
        at=clock.now(),
    )  # fmt: skip
    return made


def join(actor: User, team: Team, user: User, *, member: bool = True) -> None:
    services.set_membership(actor=actor_of(actor), team=team, user=user, member=member, at=clock.now())


class TestAManager:
    def test_adds_and_removes_members_of_their_team_only(self, team: Team, bob: User, charlie: User) -> None:
        join(bob, team, charlie)
        assert people.members(team) == [charlie]
        join(bob, team, charlie, member=False)
        assert people.members(team) == []
        with pytest.raises(Forbidden):
            join(bob, make_team("Sales"), charlie)
        assert Leaf.objects.filter(event="people.team.joined", object_id=team.id).count() == 1

    def test_does_nothing_else(self, team: Team, bob: User, charlie: User) -> None:
        client = signed_in(bob)
        assert client.get("/people/").status_code == 403
        assert client.get("/teams/new/").status_code == 403
        assert client.get("/people/new/").status_code == 403
        form = {"receiver": f"user:{charlie.id}", "role": "editor", "reason": "x"}
        assert client.post(f"/teams/{team.id}/grants/", form).status_code == 403
        assert not access.can(actor_of(charlie), MANAGE_MEMBERS, team)

    def test_sees_the_team_its_grants_and_its_history(self, team: Team, bob: User) -> None:
        client = signed_in(bob)
        for tab in ("", "held/", "grants/"):
            assert client.get(f"/teams/{team.id}/{tab}").status_code == 200
        assert "leads it" in client.get(f"/teams/{team.id}/grants/").content.decode()
        assert "Support" in client.get("/teams/").content.decode()

    def test_invites_a_plain_member_into_it(self, team: Team, bob: User) -> None:
        form = {"full_name": "Noor New", "email": "noor@example.test", "days": "7", "role": "administrator"}
        answer = signed_in(bob).post(f"/teams/{team.id}/invitations/new/", form)
        assert "/join/" in answer.content.decode()
        noor = people.by_email("noor@example.test")
        assert noor is not None
        assert (noor.state, [one.id for one in people.members(team)]) == (State.INVITED, [noor.id])
        assert not noor.role_grants.exists()

    def test_is_one_until_the_grant_ends(self, team: Team, bob: User, charlie: User) -> None:
        (grant,), _ = access.grants_on(team)
        grants.unshare(actor=actors.console(), permit=SHARE_TEAM, grant=grant, at=clock.now())
        with pytest.raises(Forbidden):
            join(bob, team, charlie)
        assert signed_in(bob).get(f"/teams/{team.id}/").status_code == 404


def test_strangers_find_no_team(team: Team, charlie: User) -> None:
    client: Client = signed_in(charlie)
    assert "Support" not in client.get("/teams/").content.decode()
    for path in ("", "held/", "grants/", "invitations/new/"):
        assert client.get(f"/teams/{team.id}/{path}").status_code == 404


def test_a_service_account_can_be_in_a_team(team: Team, bob: User) -> None:
    shop = make_service("shop")
    join(bob, team, shop)
    assert "shop" in signed_in(bob).get(f"/teams/{team.id}/").content.decode()


def test_a_guest_is_in_no_team(team: Team, adam: User) -> None:
    from datetime import timedelta  # noqa: PLC0415

    from accounts.access.models import Guest  # noqa: PLC0415

    guest = make_person("gast")
    Guest.objects.create(
        user=guest, key_id=guest.key_id, giver_kind="system", reason="x", permits=[],
        expires_at=clock.now() + timedelta(days=1),
    )  # fmt: skip
    with pytest.raises(services.GuestInTeam):
        services.set_membership(
            actor=actor_of(adam, fresh_at=timezone.now()), team=team, user=guest, member=True, at=clock.now()
        )


def test_the_number_of_queries_of_the_list_does_not_grow(adam: User, django_assert_max_num_queries: Any) -> None:
    for number in range(12):
        make_team(f"team {number}")
    client = signed_in(adam)
    client.get("/teams/")
    with django_assert_max_num_queries(12):
        client.get("/teams/")
