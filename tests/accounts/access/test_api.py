"""People by the API."""

from typing import Any

import pytest
from django.test import Client

from accounts.people.models import User
from accounts.people.rules import State
from tests.accounts.credentials.making import fresh, manage
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(adam: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {manage(fresh(adam), 'manage:people').token}"}


def test_a_key_lists_people_page_by_page(client: Client, key: dict[str, str], adam: User, alice: User) -> None:
    first = client.get("/api/v1/people/?limit=1", headers=key).json()
    (found,) = first["items"]
    assert (found["id"], found["full_name"], found["email"]) == (str(alice.id), "Alice", "alice@example.test")
    assert found["roles"] == ["operator"]
    second = client.get(first["next"], headers=key).json()
    assert [one["id"] for one in second["items"]] == [str(adam.id)]
    assert second["next"] is None


def test_it_finds_an_exact_address_and_a_state(client: Client, key: dict[str, str], alice: User) -> None:
    def ids(query: str) -> list[str]:
        return [one["id"] for one in client.get(f"/api/v1/people/?{query}", headers=key).json()["items"]]

    assert ids("email=ALICE@example.test") == [str(alice.id)]
    assert ids("email=alice") == ids("state=invited") == []
    assert client.get("/api/v1/people/?state=%00", headers=key).status_code == 422


def test_an_account_closes_and_opens_again(client: Client, key: dict[str, str], alice: User) -> None:
    path = f"/api/v1/people/{alice.id}/disabling/"
    closed = client.post(path, {"reason": "left"}, content_type="application/json", headers=key)
    assert (closed.status_code, closed.json()["state"]) == (200, State.DISABLED)
    assert client.delete(path, headers=key).json()["state"] == State.INVITED  # alice never set a password


def test_what_is_sent_beside_the_reason_is_not_taken(client: Client, key: dict[str, str], alice: User) -> None:
    path = f"/api/v1/people/{alice.id}/disabling/"
    bodies: list[Any] = [{}, {"reason": "x" * 201}, {"reason": "\x00"}, {"reason": None}, []]
    for body in bodies:
        answer = client.post(path, body, content_type="application/json", headers=key)
        assert answer.status_code == 422, answer.content
        assert answer["Content-Type"] == "application/problem+json"
    client.post(path, {"reason": "left", "full_name": "Mallory"}, content_type="application/json", headers=key)
    assert User.objects.get(id=alice.id).full_name == "Alice"


def test_others_are_refused(client: Client, adam: User, alice: User, bob: User, olga: User) -> None:
    assert signed_in(bob).get("/api/v1/people/").status_code == 403
    assert signed_in(olga).get(f"/api/v1/people/{bob.id}/").status_code == 200
    assert signed_in(olga).post(f"/api/v1/people/{bob.id}/disabling/").status_code == 403
    narrow = {"Authorization": f"Bearer {manage(fresh(adam), 'people.see').token}"}
    assert client.get("/api/v1/people/", headers=narrow).status_code == 200
    path = f"/api/v1/people/{alice.id}/disabling/"
    assert client.post(path, {"reason": "r"}, content_type="application/json", headers=narrow).status_code == 403
