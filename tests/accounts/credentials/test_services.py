"""Service accounts: programs that hold keys of their own, and for which somebody answers."""

from typing import Any

import pytest

from accounts.access import services as access
from accounts.access.rules import ObjectRole, Role
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.queries import programs
from accounts.credentials.rules.life import State
from accounts.credentials.services import accounts, keys, rotation
from accounts.grants import services as grants
from accounts.people.models import Service, User
from assistants.catalog.rules import permits as catalog
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.actors import SYSTEM
from panel.kernel.errors import Forbidden, Invalid
from tests.accounts.credentials.making import ask, client_of, fresh, issue
from tests.factories.people import give_role, make_person, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def export(alice: User) -> Service:
    return accounts.add(actor=fresh(alice), name="nightly-export", purpose="copies numbers", at=clock.now())


def share(assistant: Any, service: Service) -> None:
    grants.share(
        actor=SYSTEM, permit=catalog.SHARE, obj=assistant, receiver=service.user, role=ObjectRole.VIEWER, reason="needs it",
        at=clock.now(),
    )  # fmt: skip


class TestKeys:
    def test_its_keys_reach_what_is_shared_with_it_and_not_what_their_maker_sees(
        self, alice: User, assistant: Any, export: Service
    ) -> None:
        with pytest.raises(Invalid) as refused:
            issue(fresh(alice), assistant, service=export)
        assert "assistants" in refused.value.fields
        share(assistant, export)
        made = issue(fresh(alice), assistant, service=export).key
        assert made.owner_id == export.user_id
        assert made.creator_id == alice.id

    def test_a_management_key_does_what_the_account_may_and_its_maker_may_not_lend_it_more(
        self, alice: User, export: Service, client: Any
    ) -> None:
        with pytest.raises(Invalid, match="cannot do more"):
            client_of(fresh(alice), None, "manage:credentials", service=export)
        give_role(export.user, Role.DEVELOPER)
        issued = client_of(fresh(alice), None, "manage:credentials", service=export)
        token = ask(client, issued, scope="manage:credentials").json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/api/v1/keys/", headers=headers).status_code == 200
        export.user.role_grants.all().delete()
        assert client.get("/api/v1/keys/", headers=headers).status_code == 403

    def test_who_answers_sees_rotates_and_ends_them_and_nobody_else_does(
        self, alice: User, assistant: Any, export: Service
    ) -> None:
        share(assistant, export)
        issued, dev = issue(fresh(alice), assistant, service=export), make_person("dev", role=Role.DEVELOPER)
        assert issued.key in queries.visible_to(fresh(alice))
        assert issued.key not in queries.visible_to(fresh(dev))
        for act in (
            lambda: issue(fresh(dev), assistant, service=export),
            lambda: rotation.rotate(actor=fresh(dev), key=issued.key, at=clock.now()),
            lambda: keys.revoke(actor=fresh(dev), key=issued.key, at=clock.now()),
        ):
            with pytest.raises(Forbidden):
                act()
        rotation.rotate(actor=fresh(alice), key=issued.key, at=clock.now())
        keys.revoke(actor=fresh(alice), key=issued.key, at=clock.now())


class TestLife:
    def test_closing_ends_everything_it_holds(self, alice: User, assistant: Any, export: Service) -> None:
        share(assistant, export)
        issue(fresh(alice), assistant, service=export)
        accounts.close(actor=fresh(alice), service=export, reason="not needed", at=clock.now())
        assert {one.state(clock.now()) for one in ApiKey.objects.all()} == {State.REVOKED}
        assert Leaf.objects.filter(event="credentials.service.closed").count() == 1
        page = signed_in(alice).get(f"/service-accounts/{export.user_id}/").content.decode()
        assert "Closed" in page
        assert "New key" not in page

    def test_it_outlives_who_answered_for_it_and_is_flagged(self, alice: User, assistant: Any, export: Service) -> None:
        share(assistant, export)
        issued, adam = issue(fresh(alice), assistant, service=export), make_person("adam", role=Role.ADMINISTRATOR)
        access.disable(actor=fresh(adam), user=alice, reason="left", at=clock.now())
        assert ApiKey.objects.get(id=issued.key.id).state(clock.now()) is State.ACTIVE
        assert list(programs.orphaned(programs.visible_to(fresh(adam)))) == [export]
        client = signed_in(adam)
        assert "Nobody answers for 1 service account" in client.get("/").content.decode()
        assert "nightly-export" in client.get("/service-accounts/?state=orphaned").content.decode()
        bea = make_person("bea", role=Role.DEVELOPER)
        form = {"person": str(bea.id)}
        assert client.post(f"/service-accounts/{export.user_id}/handover/", form).status_code == 302
        assert not programs.orphaned(programs.visible_to(fresh(adam))).exists()
        rotation.rotate(actor=fresh(bea), key=issued.key, at=clock.now())

    def test_a_stranger_finds_none(self, export: Service) -> None:
        client = signed_in(make_person("dev", role=Role.DEVELOPER))
        assert "nightly-export" not in client.get("/service-accounts/").content.decode()
        for page in ("", "handover/", "closing/"):
            assert client.get(f"/service-accounts/{export.user_id}/{page}").status_code == 404
        assert client.get(f"/keys/new/?service={export.user_id}").status_code == 404


def test_the_api_does_the_same(alice: User, assistant: Any) -> None:
    client = signed_in(alice)
    url = "/api/v1/service-accounts/"
    made = client.post(url, {"name": "nightly-export"}, content_type="application/json").json()
    assert (made["state"], made["responsible"]) == ("active", str(alice.id))
    share(assistant, Service.objects.get())
    body = {"name": "x", "scopes": ["chat"], "assistants": [str(assistant.id)], "service": made["id"]}
    assert client.post("/api/v1/keys/", body, content_type="application/json").json()["owner"] == made["id"]
    stranger = signed_in(make_person("dev", role=Role.DEVELOPER))
    assert stranger.post("/api/v1/keys/", body, content_type="application/json").status_code == 422
    assert stranger.get(f"{url}{made['id']}/").status_code == 404
    assert [one["id"] for one in client.get(url).json()["items"]] == [made["id"]]
    closed = client.post(f"{url}{made['id']}/closing/", {"reason": "over"}, content_type="application/json")
    assert closed.json()["state"] == "disabled"


def test_from_adding_to_a_key_on_pages(alice: User, assistant: Any) -> None:
    client = signed_in(alice)
    answer = client.post("/service-accounts/new/", {"name": "nightly-export", "purpose": ""})
    url = answer["Location"]
    service = Service.objects.get()
    assert "No assistant is shared with it" in client.get(url).content.decode()
    share(assistant, service)
    page = client.get(url).content.decode()
    assert "Support concierge" in page
    assert f"/keys/new/?service={service.user_id}" in page
    form = {"name": "export", "assistants": [str(assistant.id)], "scopes": ["chat"], "days": "90"}
    assert client.post(f"/keys/new/?service={service.user_id}", form).status_code == 200
    assert ApiKey.objects.get().owner_id == service.user_id
    assert "export" in client.get(url).content.decode()
