"""The vault's API: values go in and never come out."""

import uuid

import pytest

from assistants.vault import services
from assistants.vault.models import Secret
from panel.kernel import actors, clock
from panel.kernel.actors import Actor
from tests.factories.people import actor_of, make_person
from tests.stage.visits import call

pytestmark = pytest.mark.django_db
URL = "/api/v1/secrets/"
VALUE = "sk-canary-value-0123456789"


@pytest.fixture
def adam() -> Actor:
    return actor_of(make_person("adam", role="administrator"), fresh_at=clock.now())


@pytest.fixture
def secret() -> Secret:
    return services.create(actor=actors.console(), name="Mistral", kind="api_key", value=VALUE, at=clock.now())


def tag(actor: Actor, secret: Secret) -> str:
    return str(call(actor, "get", f"{URL}{secret.id}/")["ETag"])


def test_a_stored_secret_answers_without_its_value(adam: Actor) -> None:
    made = call(adam, "post", URL, {"name": "Mistral", "kind": "api_key", "value": VALUE})
    assert made.status_code == 201
    assert b"canary" not in made.content
    read = call(adam, "get", made["Location"])
    assert (read.data["name"], read.data["state"], read.data["current"]) == ("Mistral", "active", 1)
    assert b"canary" not in read.content


def test_the_same_create_sent_twice_stores_one(adam: Actor) -> None:
    body = {"name": "Mistral", "kind": "api_key", "value": VALUE}
    first = call(adam, "post", URL, body, idempotency_key="k1")
    second = call(adam, "post", URL, body, idempotency_key="k1")
    assert first.data["id"] == second.data["id"]
    assert Secret.objects.count() == 1


def test_a_wrong_body_names_its_fields(adam: Actor) -> None:
    refused = call(adam, "post", URL, {"name": "x", "kind": "treasure", "value": ""})
    assert refused.status_code == 422
    assert {"kind", "value"} <= {one["field"] for one in refused.data["errors"]}


def test_secrets_are_listed_by_cursor(adam: Actor) -> None:
    for n in range(3):
        services.create(actor=actors.console(), name=f"s{n}", kind="token", value="v", at=clock.now())
    page = call(adam, "get", f"{URL}?limit=2")
    rest = call(adam, "get", page.data["next"])
    assert [one["name"] for one in [*page.data["items"], *rest.data["items"]]] == ["s2", "s1", "s0"]


class TestChange:
    def test_a_change_needs_the_tag_that_was_read(self, adam: Actor, secret: Secret) -> None:
        url = f"{URL}{secret.id}/rotation/"
        assert call(adam, "post", url, {"value": "new"}).status_code == 428
        assert call(adam, "post", url, {"value": "new"}, if_match='"other"').status_code == 412
        done = call(adam, "post", url, {"value": "new"}, if_match=tag(adam, secret))
        assert (done.status_code, done.data["current"]) == (200, 2)
        assert done["ETag"] == tag(adam, secret)

    def test_suspension_is_made_and_taken_back(self, adam: Actor, secret: Secret) -> None:
        url = f"{URL}{secret.id}/suspension/"
        assert call(adam, "post", url, if_match=tag(adam, secret)).data["state"] == "disabled"
        assert call(adam, "delete", url, if_match=tag(adam, secret)).data["state"] == "active"

    def test_destruction_is_final(self, adam: Actor, secret: Secret) -> None:
        url = f"{URL}{secret.id}/destruction/"
        assert call(adam, "post", url, if_match=tag(adam, secret)).data["state"] == "destroyed"
        again = call(adam, "post", url, if_match=tag(adam, secret))
        assert (again.status_code, again.data["code"]) == (409, "conflict")


def test_bindings_are_made_listed_and_taken_back(adam: Actor, secret: Secret) -> None:
    url, user = f"{URL}{secret.id}/bindings/", str(uuid.uuid4())
    assert call(adam, "post", url, {"user_kind": "provider", "user_id": user}).status_code == 201
    assert [one["user_id"] for one in call(adam, "get", url).data["items"]] == [user]
    assert call(adam, "delete", f"{url}provider/{user}/").status_code == 204
    assert call(adam, "get", url).data["items"] == []


def test_versions_show_who_and_when_only(adam: Actor, secret: Secret) -> None:
    [version] = call(adam, "get", f"{URL}{secret.id}/versions/").data["items"]
    assert set(version) == {"number", "created_by_kind", "created_by_id", "created_at"}


def test_who_may_not_see_a_secret_finds_none(secret: Secret) -> None:
    bob = actor_of(make_person("bob"))
    assert call(bob, "get", f"{URL}{secret.id}/").status_code == 404
    assert call(bob, "get", URL).data["items"] == []
    assert call(bob, "post", URL, {"name": "x", "kind": "token", "value": "v"}).status_code == 403
