from datetime import timedelta

import pytest
from django.test import Client

from accounts.access import queries
from accounts.access.rules import SHARE_TEAM, ObjectRole, Role
from accounts.grants import services as grants
from accounts.people.models import Team, User
from accounts.people.rules import State
from accounts.signin.models import Link
from panel.kernel import actors, clock
from tests.factories.people import PASSWORD, make_person, make_team, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def adam() -> User:
    return make_person("adam", role=Role.ADMINISTRATOR)


@pytest.fixture
def client(adam: User) -> Client:
    return signed_in(adam)


def test_people_are_found_by_their_sealed_names(client: Client) -> None:
    make_person("bob", role=Role.OPERATOR)
    make_person("carol")
    text = client.get("/people/?q=bob").content.decode()
    assert "bob@example.test" in text
    assert "carol@example.test" not in text
    assert "Operator" in text
    assert "carol" not in client.get("/people/?role=operator").content.decode()


def test_the_list_of_people_is_not_for_everybody() -> None:
    assert signed_in(make_person("bob", role=Role.OPERATOR)).get("/people/").status_code == 403
    olga = signed_in(make_person("olga", role=Role.AUDITOR))
    assert olga.get("/people/").status_code == 200
    assert "Add a person" not in olga.get("/people/").content.decode()


def test_the_number_of_queries_does_not_grow_with_people(client: Client, django_assert_max_num_queries: object) -> None:
    for number in range(12):
        make_person(f"p{number}", role=Role.MEMBER)
    client.get("/people/")
    with django_assert_max_num_queries(13):  # type: ignore[operator]
        client.get("/people/")


def test_a_role_is_given_and_withdrawn_from_the_page(client: Client) -> None:
    bob = make_person("bob")
    until = (clock.now() + timedelta(days=30)).date().isoformat()
    form = {"role": "operator", "reason": "Runs the desk", "until": until}
    assert client.post(f"/people/{bob.id}/roles/", form).status_code == 302
    text = client.get(f"/people/{bob.id}/").content.decode()
    assert "Runs the desk" in text
    assert "Adam" in text
    client.post(f"/people/{bob.id}/roles/operator/withdrawal/")
    assert queries.roles_of(bob.id) == {Role.MEMBER}


def test_the_last_administrator_is_told_and_stays(client: Client, adam: User) -> None:
    client.post(f"/people/{adam.id}/roles/administrator/withdrawal/")
    assert "last administrator" in client.get(f"/people/{adam.id}/").content.decode()
    assert Role.ADMINISTRATOR in queries.roles_of(adam.id)


def test_disabling_ends_sessions_and_links(client: Client) -> None:
    bob = make_person("bob", password=PASSWORD)
    his = signed_in(bob)
    client.post(f"/people/{bob.id}/invitation/")
    assert client.post(f"/people/{bob.id}/disabling/", {"reason": "left"}).status_code == 302
    assert his.get("/").status_code == 302
    assert not Link.objects.filter(used_at__isnull=True).exists()
    client.post(f"/people/{bob.id}/enabling/")
    assert User.objects.get(id=bob.id).state == State.ACTIVE
    assert his.get("/").status_code == 302


def test_a_person_is_added_with_a_link_that_is_shown_once(client: Client) -> None:
    form = {"full_name": "Noor New", "email": "noor@example.test", "role": "developer", "reason": "builds the shop"}
    response = client.post("/people/new/", form)
    assert response.status_code == 200
    text = response.content.decode()
    path = text.split("/join/")[1].split('"')[0].split("<")[0]
    noor = User.objects.exclude(full_name=None).get(state=State.INVITED)
    assert Role.DEVELOPER in {Role(one.role) for one in queries.role_grants(noor.id)}
    assert "Welcome, Noor New" in Client().get(f"/join/{path}").content.decode()
    assert path not in client.get(f"/people/{noor.id}/").content.decode()
    again = client.post("/people/new/", form)
    assert again.status_code == 409
    assert "has an account" in again.content.decode()


def test_a_new_link_ends_the_old_one(client: Client) -> None:
    bob = make_person("bob", state=State.INVITED)
    paths = []
    for _ in range(2):
        text = client.post(f"/people/{bob.id}/invitation/").content.decode()
        paths.append("/join/" + text.split("/join/")[1].split('"')[0].split("<")[0])
    assert [Client().get(path).status_code for path in paths] == [404, 200]


def test_delicate_acts_ask_for_a_fresh_factor(adam: User) -> None:
    stale = signed_in(adam, fresh=False)
    for path in ("/people/new/", f"/people/{adam.id}/roles/", f"/people/{adam.id}/disabling/"):
        assert stale.get(path)["Location"].startswith("/step-up/")


def test_teams_are_made_joined_and_left(client: Client) -> None:
    bob = make_person("bob")
    assert client.post("/teams/new/", {"name": "Support"}).status_code == 302
    team = Team.objects.get()
    client.post(f"/teams/{team.id}/", {"person": str(bob.id)})
    assert "Bob" in client.get(f"/teams/{team.id}/").content.decode()
    assert "Support" in client.get(f"/people/{bob.id}/").content.decode()
    client.post(f"/teams/{team.id}/members/{bob.id}/leaving/")
    assert "Nobody in it yet" in client.get(f"/teams/{team.id}/").content.decode()
    assert "Support" in client.get("/teams/").content.decode()


def test_the_page_of_a_thing_leads_to_its_history_for_who_may_read_the_journal(adam: User) -> None:
    team, bob = make_team("Care"), make_person("bob")
    grants.share(
        actor=actors.console(), permit=SHARE_TEAM, obj=team, receiver=bob, role=ObjectRole.EDITOR, reason="leads it",
        at=clock.now(),
    )  # fmt: skip
    for path, key in ((f"/teams/{team.id}/", team.id), (f"/people/{bob.id}/", bob.id)):
        assert f'href="/journal/?object={key}"' in signed_in(adam).get(path).content.decode()
    page = signed_in(bob).get(f"/teams/{team.id}/")
    assert page.status_code == 200
    assert "/journal/" not in page.content.decode()
