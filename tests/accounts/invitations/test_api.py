"""Invitations and guests by the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.access import queries as access
from accounts.access.rules import SEE_PEOPLE
from accounts.invitations.models import Invitation
from accounts.people.models import User
from panel.kernel import clock
from tests.accounts.credentials.making import fresh, manage
from tests.factories.people import make_team, signed_in

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}
NEW = {"full_name": "Nia New", "email": "nia@example.test"}


@pytest.fixture
def key(adam: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {manage(fresh(adam), 'manage:people').token}"}


def test_the_link_is_shown_once(client: Client, key: dict[str, str]) -> None:
    headers = {**key, "Idempotency-Key": "nia"}
    body = {**NEW, "team": str(make_team("Care").id), "days": 7}
    made = client.post("/api/v1/invitations/", body, headers=headers, **JSON)
    assert made.status_code == 201, made.content
    assert client.get(made.json()["link"].removeprefix("http://localhost:8000")).status_code in {200, 302}
    assert client.post("/api/v1/invitations/", body, headers=headers, **JSON).json()["link"] is None
    assert Invitation.objects.count() == 1
    (row,) = client.get("/api/v1/invitations/", headers=key).json()["items"]
    assert (row["full_name"], row["state"], "link" in row) == ("Nia New", "waits", False)


def test_it_is_sent_again_and_taken_back(client: Client, key: dict[str, str]) -> None:
    path = client.post("/api/v1/invitations/", NEW, headers=key, **JSON)["Location"]
    again = client.post(f"{path}sending/", headers=key)
    assert (again.status_code, again.json()["sent"]) == (201, 2)
    assert client.post(f"{path}withdrawal/", headers=key).json()["state"] == "withdrawn"
    assert client.post(f"{path}withdrawal/", headers=key).status_code == 409
    assert client.post(f"{path}sending/", headers=key).status_code == 409


def test_a_guest_comes_and_their_visit_changes(client: Client, key: dict[str, str]) -> None:
    until = clock.now() + timedelta(days=30)
    body = {**NEW, "until": until.isoformat(), "permits": [SEE_PEOPLE.name], "reason": "audits us"}
    made = client.post("/api/v1/guests/", body, headers=key, **JSON)
    assert made.status_code == 201, made.content
    person = made.json()["person"]
    path = f"/api/v1/guests/{person}/"
    tag = client.get(path, headers=key)["ETag"]
    change = {"until": until.isoformat(), "permits": [], "reason": "has seen enough"}
    changed = client.patch(path, change, headers={**key, "If-Match": tag}, **JSON)
    assert (changed.status_code, changed.json()["permits"]) == (200, [])
    found = access.guest(person)
    assert found is not None
    assert found.permits == []
    assert client.patch(path, change, headers={**key, "If-Match": tag}, **JSON).status_code == 412


@pytest.mark.parametrize(
    "change",
    [
        {"email": "no address"},
        {"full_name": "\x00"},
        {"full_name": "x" * 121},
        {"role": "emperor"},
        {"team": "01890000-0000-7000-8000-00000000beef"},
        {"days": 10**30},
        {"days": "3 OR 1=1"},
    ],
)
def test_a_body_that_cannot_be_used_is_refused(client: Client, key: dict[str, str], change: dict[str, Any]) -> None:
    answer = client.post("/api/v1/invitations/", {**NEW, **change}, headers=key, **JSON)
    assert answer.status_code == 422, answer.content
    assert not Invitation.objects.exists()


def test_others_are_refused(bob: User, olga: User) -> None:
    assert signed_in(bob).get("/api/v1/invitations/").json()["items"] == []
    assert signed_in(bob).post("/api/v1/invitations/", NEW, **JSON).status_code == 403
    assert signed_in(bob).get("/api/v1/guests/").status_code == 403
    assert signed_in(olga).post("/api/v1/guests/", NEW, **JSON).status_code == 403
