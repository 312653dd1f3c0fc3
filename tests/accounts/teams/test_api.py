"""Teams by the API."""

from typing import Any

import pytest
from django.test import Client

from accounts.access.rules import SHARE_TEAM, ObjectRole
from accounts.grants import services as grants
from accounts.people.models import Team, User
from panel.kernel import actors, clock, ids
from tests.accounts.credentials.making import fresh, manage
from tests.factories.people import make_team, signed_in

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}


@pytest.fixture
def key(adam: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {manage(fresh(adam), 'manage:people').token}"}


def test_a_team_is_made_once_and_filled(client: Client, key: dict[str, str], bob: User) -> None:
    headers = {**key, "Idempotency-Key": "one"}
    made = client.post("/api/v1/teams/", {"name": "Care"}, headers=headers, **JSON)
    again = client.post("/api/v1/teams/", {"name": "Care"}, headers=headers, **JSON)
    assert (made.status_code, again.status_code) == (201, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert Team.objects.count() == 1
    path = made["Location"]
    assert client.put(f"{path}members/{bob.id}/", headers=key).status_code == 204
    (member,) = client.get(f"{path}members/", headers=key).json()["items"]
    assert (member["id"], member["full_name"]) == (str(bob.id), "Bob")
    assert client.delete(f"{path}members/{bob.id}/", headers=key).status_code == 204
    assert client.get(f"{path}members/", headers=key).json() == {"items": [], "next": None}


def test_a_manager_fills_their_own_team_and_no_other(bob: User, charlie: User) -> None:
    own, other = make_team("Own"), make_team("Other")
    grants.share(
        actor=actors.console(), permit=SHARE_TEAM, obj=own, receiver=bob, role=ObjectRole.EDITOR, reason="leads it",
        at=clock.now(),
    )  # fmt: skip
    browser = signed_in(bob)
    assert [one["name"] for one in browser.get("/api/v1/teams/").json()["items"]] == ["Own"]
    assert browser.put(f"/api/v1/teams/{own.id}/members/{charlie.id}/").status_code == 204
    assert browser.put(f"/api/v1/teams/{other.id}/members/{charlie.id}/").status_code == 404
    assert browser.put(f"/api/v1/teams/{own.id}/members/{ids.new_id()}/").status_code == 404
    assert browser.post("/api/v1/teams/", {"name": "New"}, **JSON).status_code == 403
    assert signed_in(charlie).get(f"/api/v1/teams/{own.id}/grants/").status_code == 404


def test_a_name_that_cannot_be_used_is_refused(client: Client, key: dict[str, str]) -> None:
    make_team("Care")
    for name, status in (("care", 409), ("", 422), ("x" * 81, 422), ("\x00", 422), (None, 422)):
        answer = client.post("/api/v1/teams/", {"name": name}, headers=key, **JSON)
        assert answer.status_code == status, answer.content
