"""Asking for rights by the API, and deputies."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from accounts.access import queries as access
from accounts.access.rules import SEE_PEOPLE, Role
from accounts.people.models import User
from panel.kernel import clock
from tests.accounts.credentials.making import fresh, manage
from tests.factories.elevation import make_eligible
from tests.factories.people import signed_in

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}
ASK = {"permit": SEE_PEOPLE.name, "reason": "I look after the guests"}


def test_a_right_is_asked_for_and_given(adam: User, bob: User, charlie: User) -> None:
    asked = signed_in(bob).post("/api/v1/access-requests/", ASK, **JSON)
    assert asked.status_code == 201, asked.content
    path = asked["Location"]
    assert signed_in(charlie).get(path).status_code == 404
    until = (clock.now() + timedelta(days=7)).isoformat()
    body = {"role": "auditor", "until": until, "answer": "for a week"}
    assert signed_in(bob).post(f"{path}approval/", body, **JSON).status_code == 403
    given = signed_in(adam).post(f"{path}approval/", body, **JSON)
    assert (given.status_code, given.json()["state"]) == (200, "approved"), given.content
    assert Role.AUDITOR in access.roles_of(bob.id)
    assert signed_in(adam).post(f"{path}declining/", {"answer": "no"}, **JSON).status_code == 409


def test_it_is_declined_or_withdrawn(adam: User, bob: User) -> None:
    browser = signed_in(bob)
    path = browser.post("/api/v1/access-requests/", ASK, **JSON)["Location"]
    assert signed_in(adam).post(f"{path}declining/", {"answer": "ask pia"}, **JSON).json()["state"] == "declined"
    path = browser.post("/api/v1/access-requests/", ASK, **JSON)["Location"]
    assert browser.post(f"{path}withdrawal/").json()["state"] == "withdrawn"
    states = [one["state"] for one in browser.get("/api/v1/access-requests/").json()["items"]]
    assert states == ["withdrawn", "declined"]


@pytest.mark.parametrize(
    "body",
    [
        {"permit": "no.such", "reason": "r"},
        {"permit": SEE_PEOPLE.name},
        {"permit": SEE_PEOPLE.name, "reason": "\x00"},
        {**ASK, "object_kind": "assistant", "object_id": "01890000-0000-7000-8000-00000000beef"},
        {**ASK, "object_id": "1"},
    ],
)
def test_what_cannot_be_asked_for_is_refused(bob: User, body: dict[str, Any]) -> None:
    assert signed_in(bob).post("/api/v1/access-requests/", body, **JSON).status_code in {404, 422}


def test_a_key_asks_for_no_role(client: Client, adam: User) -> None:
    key = {"Authorization": f"Bearer {manage(fresh(adam), 'manage:people').token}"}
    body = {"role": "auditor", "hours": 1, "reason": "r"}
    assert client.post("/api/v1/elevations/", body, headers=key, **JSON).status_code == 403
    assert client.post("/api/v1/emergencies/", body, headers=key, **JSON).status_code == 403
    assert client.post("/api/v1/deputies/", {}, headers=key, **JSON).status_code == 403


def test_a_role_for_hours_waits_for_somebody_else(bob: User) -> None:
    body = {"role": "auditor", "hours": 2, "reason": "the yearly check"}
    asked = signed_in(bob).post("/api/v1/elevations/", body, **JSON)
    assert asked.status_code == 201, asked.content
    assert Role.AUDITOR not in access.roles_of(bob.id)
    assert signed_in(bob).get(f"/api/v1/approvals/{asked.json()['approval']}/").json()["state"] == "open"
    assert signed_in(bob).post("/api/v1/elevations/", {**body, "hours": 3}, **JSON).status_code == 422


def test_an_emergency_is_taken_ended_and_reviewed(adam: User, bob: User, charlie: User) -> None:
    role = make_eligible(bob).role
    browser = signed_in(bob)
    body = {"role": role, "hours": 1, "reason": "everything is down"}
    assert signed_in(charlie).post("/api/v1/emergencies/", body, **JSON).status_code == 403
    taken = browser.post("/api/v1/emergencies/", body, **JSON)
    assert (taken.status_code, taken.json()["state"]) == (201, "running"), taken.content
    path = f"/api/v1/emergencies/{taken.json()['id']}/"
    assert browser.post(f"{path}ending/").json()["state"] == "ended"
    reviewed = signed_in(adam).post(f"{path}review/", {"note": "it was one"}, **JSON)
    assert (reviewed.status_code, reviewed.json()["state"]) == (200, "reviewed"), reviewed.content


def test_a_deputy_is_named_and_ended(alice: User, bob: User, charlie: User) -> None:
    now = clock.now()
    body = {
        "deputy": str(bob.id), "reason": "holiday", "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(days=5)).isoformat(),
    }  # fmt: skip
    browser = signed_in(alice)
    made = browser.post("/api/v1/deputies/", body, **JSON)
    assert made.status_code == 201, made.content
    assert signed_in(charlie).get(made["Location"]).status_code == 404
    assert signed_in(bob).delete(made["Location"]).status_code == 204
    shown = browser.get(made["Location"]).json()
    assert shown["ended_at"] is not None
    assert shown["reason"] == "holiday"
    for change in ({"deputy": str(alice.id)}, {"ends_at": "9999-12-31T23:59:59-14:00"}, {"reason": ""}):
        assert browser.post("/api/v1/deputies/", {**body, **change}, **JSON).status_code == 422
