"""Webhooks by page and by API: made with a secret that is shown once, tried, paused, given up and sent again, deleted."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.people.models import User
from panel.kernel import clock, ids
from panel.outbound.models import Delivery, Endpoint
from panel.outbound.webhooks.rules import Outcome, State, sign
from tests.factories.people import signed_in
from tests.panel.outbound.receiver import EVENT, Receiver, go, happen, receiver

__all__ = ["receiver"]
pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}


def at(name: str, *parts: Any) -> str:
    return reverse(f"ops:{name}", args=parts)


def made(client: Client, url: str) -> tuple[Endpoint, str]:
    page = client.post(at("new_webhook"), {"name": "Chat ops", "url": url, "events": [EVENT]}).content.decode()
    found = re.search(r"whsec_[\w+/=]+", page)
    assert found is not None
    return Endpoint.objects.get(), found[0]


def given_up(endpoint: Endpoint) -> Delivery:
    now = clock.now()
    return Delivery.objects.create(
        endpoint=endpoint, event_id=ids.new_id(), event=EVENT, payload={}, state=Outcome.DEAD, problem="timeout", tries=10,
        next_at=now, created_at=now, ended_at=now,
    )  # fmt: skip


def test_its_secret_is_shown_once_and_signs_what_arrives(adam: User, receiver: Receiver) -> None:
    client = signed_in(adam)
    row, secret = made(client, receiver.url)
    for page in (at("webhooks"), at("webhook", row.id), at("webhook_change", row.id)):
        shown = client.get(page).content.decode()
        assert "Chat ops" in shown
        assert secret not in shown
        assert "geheim" not in shown
    happen()
    assert go() == 1
    headers, body = receiver.got[-1]
    signed = sign(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    assert headers["webhook-signature"] == signed
    assert "Delivered" in client.get(at("webhook", row.id)).content.decode()


def test_what_was_given_up_is_listed_and_sent_again(adam: User, olga: User, receiver: Receiver) -> None:
    client = signed_in(adam)
    row, _secret = made(client, receiver.url)
    dead = given_up(row)
    again = at("webhook_replay", row.id, dead.id)
    page = client.get(at("webhook", row.id) + "?state=dead").content.decode()
    assert "There was no answer in time." in page
    assert again in page
    assert again not in signed_in(olga).get(at("webhook", row.id)).content.decode()
    assert signed_in(olga).post(again).status_code == 403
    client.post(again)
    assert go() == 1
    assert receiver.got[-1][0]["webhook-id"] == str(dead.event_id)
    dead.refresh_from_db()
    assert dead.state == Outcome.DELIVERED


def test_it_is_tried_paused_resumed_changed_rotated_and_deleted(adam: User, receiver: Receiver) -> None:
    client = signed_in(adam)
    row, secret = made(client, receiver.url)
    assert "It arrived" in client.post(at("webhook_test", row.id), follow=True).content.decode()
    receiver.status = 500
    assert "not a success" in client.post(at("webhook_test", row.id), follow=True).content.decode()
    for state in (State.PAUSED, State.ACTIVE):
        client.post(at("webhook_pause", row.id))
        row.refresh_from_db()
        assert row.state == state
    assert client.post(at("webhook_change", row.id), {"name": "Ops", "url": "", "every": "on"}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.events, str(row.url)) == ("Ops", ["*"], receiver.url)
    fresh = client.post(at("webhook_rotation", row.id)).content.decode()
    assert "whsec_" in fresh
    assert secret not in fresh
    assert client.post(at("webhook_removal", row.id)).status_code == 302
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"url": "http://example.org/x"}, "https"),
        ({"url": "https://169.254.169.254/"}, "public"),
        ({"url": ""}, "Give the address"),
        ({"events": []}, "Choose events"),
        ({"events": ["no.such"]}, "no.such"),
        ({"name": ""}, "required"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field(adam: User, sent: dict[str, Any], told: str) -> None:
    form = {"name": "Chat ops", "url": "https://hook.example.org/x", "events": [EVENT], **sent}
    answer = signed_in(adam).post(at("new_webhook"), form)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_strangers_see_none(bob: User) -> None:
    client = signed_in(bob)
    for name in ("webhooks", "new_webhook", "api_webhooks"):
        assert client.get(at(name)).status_code == 403, name


def test_the_api_does_the_same(adam: User, receiver: Receiver) -> None:
    client = signed_in(adam)
    body = {"name": "Chat ops", "url": receiver.url, "events": [EVENT]}
    answer = client.post(at("api_webhooks"), body, **JSON, headers={"Idempotency-Key": "one"})
    assert answer.status_code == 201
    assert answer.json()["secret"].startswith("whsec_")
    row = Endpoint.objects.get()
    here = at("api_webhook", row.id)
    tag = client.get(here).headers["ETag"]
    assert "url" not in client.get(here).json()
    change = {"name": "Ops", "events": ["*"]}
    assert client.patch(here, change, **JSON).status_code == 428
    assert client.patch(here, change, **JSON, headers={"If-Match": tag}).json()["name"] == "Ops"
    assert client.patch(here, change, **JSON, headers={"If-Match": tag}).status_code == 412
    assert client.post(at("api_webhook_test", row.id)).json() == {"status": 204, "problem": ""}
    assert client.post(at("api_webhook_pause", row.id)).json()["state"] == "paused"
    assert client.post(at("api_webhook_resumption", row.id)).json()["state"] == "active"
    assert client.post(at("api_webhook_rotation", row.id)).json()["secret"].startswith("whsec_")
    dead = given_up(row)
    listed = client.get(at("api_deliveries", row.id) + "?state=dead").json()["items"]
    assert [one["id"] for one in listed] == [str(dead.id)]
    assert client.get(at("api_deliveries", row.id) + "?state=gone").status_code == 422
    assert client.post(at("api_replay", row.id, dead.id)).json()["state"] == "queued"
    assert client.post(at("api_replay", row.id, dead.id)).status_code == 409
    assert client.delete(here, headers={"If-Match": client.get(here).headers["ETag"]}).status_code == 204
    assert client.get(here).status_code == 404
