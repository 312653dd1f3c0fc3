"""Roles by the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.access import queries as access
from accounts.access.rules import SEE_PEOPLE, Role
from accounts.people.models import User
from panel.kernel import clock
from tests.accounts.credentials.making import fresh, manage
from tests.factories.people import actor_of, signed_in

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}
READER = {"name": "Reader", "permits": [SEE_PEOPLE.name]}


@pytest.fixture
def key(adam: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {manage(fresh(adam), 'manage:people', 'manage:approvals').token}"}


def test_a_role_of_the_organisation_lives(client: Client, key: dict[str, str], bob: User) -> None:
    made = client.post("/api/v1/roles/", READER, headers=key, **JSON)
    assert made.status_code == 201, made.content
    role, path = made.json()["id"], made["Location"]
    held = f"/api/v1/people/{bob.id}/roles/"
    assert client.post(held, {"role": role, "reason": "reads"}, headers=key, **JSON).status_code == 201
    assert access.can(actor_of(bob), SEE_PEOPLE)
    tag = client.get(path, headers=key)["ETag"]
    assert client.patch(path, {"name": "Readers"}, headers=key, **JSON).status_code == 428
    changed = client.patch(path, {"name": "Readers"}, headers={**key, "If-Match": tag}, **JSON)
    assert (changed.status_code, changed.json()["revision"]) == (200, 2)
    assert client.patch(path, {"name": "Late"}, headers={**key, "If-Match": tag}, **JSON).status_code == 412
    assert "Readers" in [one["title"] for one in client.get(held, headers=key).json()["items"]]
    assert client.post(f"{path}retirement/", headers=key).status_code == 200
    assert client.post(f"{path}retirement/", headers=key).status_code == 409
    assert not access.can(actor_of(bob), SEE_PEOPLE)


def test_a_built_in_role_is_given_until_a_day_and_taken_back(client: Client, key: dict[str, str], bob: User) -> None:
    held, until = f"/api/v1/people/{bob.id}/roles/", clock.now() + timedelta(days=3)
    body = {"role": "auditor", "reason": "audit", "expires_at": until.isoformat()}
    given = client.post(held, body, headers=key, **JSON)
    assert (given.status_code, given.json()["role"]) == (201, "auditor")
    assert Role.AUDITOR in access.roles_of(bob.id)
    assert client.delete(f"{held}auditor/", headers=key).status_code == 204
    assert Role.AUDITOR not in access.roles_of(bob.id)
    assert client.delete(f"{held}nothing/", headers=key).status_code == 404


def test_the_last_administrator_stays(client: Client, key: dict[str, str], adam: User) -> None:
    answer = client.delete(f"/api/v1/people/{adam.id}/roles/administrator/", headers=key)
    assert (answer.status_code, answer.json()["code"]) == (409, "last_administrator")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"role": "administrator'--", "reason": "r"},
        {"role": "auditor", "reason": ""},
        {"role": "auditor", "reason": "r", "expires_at": "0001-01-01T00:00:00+14:00"},
        {"role": "auditor", "reason": "r", "expires_at": "9999-12-31T23:59:59-14:00"},
        {"role": ["auditor"], "reason": "r"},
    ],
)
def test_a_body_that_cannot_be_used_is_refused(client: Client, key: dict[str, str], bob: User, body: Any) -> None:
    answer = client.post(f"/api/v1/people/{bob.id}/roles/", body, headers=key, **JSON)
    assert answer.status_code in {404, 422}, answer.content


def test_others_are_refused(alice: User, bob: User, olga: User) -> None:
    assert signed_in(olga).get("/api/v1/roles/").status_code == 200
    assert signed_in(olga).post("/api/v1/roles/", READER, **JSON).status_code == 403
    assert signed_in(bob).get(f"/api/v1/people/{alice.id}/roles/").status_code == 403
    assert signed_in(bob).post(f"/api/v1/people/{bob.id}/roles/", {}, **JSON).status_code == 403
