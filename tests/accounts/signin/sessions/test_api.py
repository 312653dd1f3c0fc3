"""Sessions and factors by the API."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.access.rules import Role
from accounts.people.models import User
from accounts.signin.models import Session
from panel.kernel import ids
from tests.accounts.credentials.making import fresh, manage
from tests.factories.people import make_person, signed_in

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}


@pytest.fixture
def key(adam: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {manage(fresh(adam), 'manage:people', 'manage:signin').token}"}


def make_session(user: User) -> Session:
    now = timezone.now()
    row = Session(id=ids.new_id(), user=user, key_id=user.key_id, browser=b"0" * 16, opened_at=now, seen_at=now)
    row.device, row.place, row.factors = "Firefox/Linux", "loopback", "pwd otp"
    row.save(force_insert=True)
    return row


def test_an_administrator_ends_somebodys_sessions(client: Client, key: dict[str, str], bob: User) -> None:
    one, _other = make_session(bob), make_session(bob)
    path = f"/api/v1/people/{bob.id}/sessions/"
    listed = client.get(path, headers=key).json()
    assert len(listed["items"]) == 2
    assert listed["items"][0]["factors"] == ["pwd", "otp"]
    assert client.delete(f"{path}{one.id}/", headers=key).status_code == 204
    assert client.delete(f"{path}{one.id}/", headers=key).status_code == 404
    assert client.delete(path, headers=key).status_code == 204
    assert client.get(path, headers=key).json()["items"] == []


def test_ones_own_sessions_end_from_a_session_only(client: Client, key: dict[str, str], adam: User, bob: User) -> None:
    mine, foreign = make_session(bob), make_session(adam)
    browser = signed_in(bob)
    assert [one["id"] for one in browser.get("/api/v1/account/sessions/").json()["items"]] == [str(mine.id)]
    assert browser.delete(f"/api/v1/account/sessions/{foreign.id}/").status_code == 404
    assert browser.delete(f"/api/v1/account/sessions/{mine.id}/").status_code == 204
    assert client.delete(f"/api/v1/account/sessions/{foreign.id}/", headers=key).status_code == 403
    assert signed_in(bob).get(f"/api/v1/people/{adam.id}/sessions/").status_code == 403


def test_factors_are_listed_without_secrets_and_the_last_one_stays(bob: User, olga: User) -> None:
    browser = signed_in(bob)
    own = browser.get("/api/v1/account/factors/").json()
    (factor,) = own["factors"]
    assert set(factor) == {"id", "kind", "name", "created_at"}
    refused = browser.delete(f"/api/v1/account/factors/{factor['id']}/")
    assert (refused.status_code, refused.json()["code"]) == (409, "last_factor")
    assert signed_in(olga).get(f"/api/v1/people/{bob.id}/factors/").json()["factors"] == own["factors"]
    assert signed_in(bob, fresh=False).delete(f"/api/v1/account/factors/{factor['id']}/").status_code == 403


def test_a_reset_waits_for_another_administrator(client: Client, key: dict[str, str], bob: User) -> None:
    make_person("ada", role=Role.ADMINISTRATOR)
    path = f"/api/v1/people/{bob.id}/factor-reset/"
    asked = client.post(path, {"reason": "lost the phone"}, headers=key, **JSON)
    assert asked.status_code == 201, asked.content
    assert client.get(f"/api/v1/approvals/{asked.json()['approval']}/", headers=key).status_code in {200, 403}
    assert client.post(path, {}, headers=key, **JSON).status_code == 422
    assert signed_in(bob).post(path, {"reason": "r"}, **JSON).status_code == 403
