"""The catalogue's API: what the pages can do, a program can do."""

import hashlib
import json

import pytest

from accounts.access.rules import Role
from assistants.catalog.models import Assistant, AssistantVersion, Publication
from panel.kernel import clock
from panel.kernel.actors import Actor
from tests.assistants.catalog.stage import CONSOLE, live, new, policy, provider, publish
from tests.factories.people import actor_of, make_person
from tests.stage.visits import call

pytestmark = pytest.mark.django_db
URL = "/api/v1/assistants/"


@pytest.fixture
def olivia() -> Actor:
    return actor_of(make_person("olivia", role=Role.OPERATOR), fresh_at=clock.now())


def of(assistant: Assistant, *more: str) -> str:
    return URL + "/".join([str(assistant.id), *more]) + "/"


def test_an_assistant_is_made_written_published_and_rolled_back(olivia: Actor) -> None:
    made = call(olivia, "post", URL, {"name": "IT desk", "slug": "it-desk"}, idempotency_key="k")
    assert (made.status_code, made.data["state"], made.data["version"]) == (201, "draft", None)
    url = made["Location"]
    draft = call(olivia, "get", f"{url}draft/")
    body = {"system_prompt": "One.", "provider_id": str(provider()), "model": "demo", "policy_id": str(policy())}
    saved = call(olivia, "put", f"{url}draft/", body, if_match=draft["ETag"])
    assert saved.status_code == 200
    first = call(olivia, "post", f"{url}publications/", {"message": "First"})
    assert (first.status_code, first.data["version"], first.data["kind"]) == (201, 1, "publish")
    body["system_prompt"] = "Two."
    call(olivia, "put", f"{url}draft/", body, if_match=saved["ETag"])
    call(olivia, "post", f"{url}publications/", {"message": "Second"})
    back = call(olivia, "post", f"{url}publications/", {"message": "Two was wrong", "version": 1})
    assert (back.data["version"], back.data["kind"]) == (1, "rollback")
    assert call(olivia, "get", url).data["version"] == 1
    listed = call(olivia, "get", f"{url}publications/?limit=2")
    assert [(one["version"], one["message"]) for one in listed.data["items"]] == [(1, "Two was wrong"), (2, "Second")]
    assert listed.data["next"]


def test_a_version_comes_with_the_content_that_its_digest_names(olivia: Actor) -> None:
    version = call(CONSOLE, "get", of(live(), "versions", "1"))
    assert version.data["content"]["system_prompt"] == "Help with computers."
    assert version.data["message"] == "Says Help with computers."
    said = json.loads(version.content)
    data = json.dumps(said["content"], sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    assert hashlib.sha256(data.encode()).hexdigest() == said["digest"] == AssistantVersion.objects.get().digest
    assert call(CONSOLE, "get", of(Assistant.objects.get(), "versions", "7")).status_code == 404


def test_a_draft_is_only_replaced_by_who_has_read_it(olivia: Actor) -> None:
    assistant = new(actor=olivia)
    body = {"system_prompt": "x", "provider_id": None, "model": "", "policy_id": None}
    assert call(olivia, "put", of(assistant, "draft"), body).status_code == 428
    assert call(olivia, "put", of(assistant, "draft"), body, if_match='"old"').status_code == 412


def test_a_bad_parameter_is_a_problem_that_names_it(olivia: Actor) -> None:
    assistant = new(actor=olivia)
    tag = call(olivia, "get", of(assistant, "draft"))["ETag"]
    body = {"system_prompt": "x", "provider_id": None, "model": "", "policy_id": None, "parameters": {"temperature": 9}}
    refused = call(olivia, "put", of(assistant, "draft"), body, if_match=tag)
    assert (refused.status_code, refused.data["errors"][0]["field"]) == (422, "temperature")


def test_an_unfinished_draft_is_not_published(olivia: Actor) -> None:
    refused = call(olivia, "post", of(new(actor=olivia), "publications"), {"message": "First"})
    assert (refused.status_code, refused.data["code"]) == (422, "not_publishable")


def test_a_publication_sent_twice_happens_once(olivia: Actor) -> None:
    assistant = new(actor=olivia)
    publish(assistant, "One.", actor=CONSOLE)
    body = {"message": "Again", "version": 1}
    publish(assistant, "Two.", actor=CONSOLE)
    answers = [call(olivia, "post", of(assistant, "publications"), body, idempotency_key="k") for _ in range(2)]
    assert answers[0].data["id"] == answers[1].data["id"]
    assert Publication.objects.filter(kind="rollback").count() == 1


def test_the_kill_switch_says_who_has_not_confirmed(olivia: Actor) -> None:
    assistant = live()
    stopped = call(CONSOLE, "post", of(assistant, "suspension"), {"reason": "It tells secrets"})
    assert (stopped.status_code, stopped.data) == (200, {"state": "paused", "silent_workers": []})
    assert call(CONSOLE, "post", of(assistant, "suspension"), {"reason": "Again"}).status_code == 409
    assert call(CONSOLE, "get", of(assistant)).data["stopped_reason"] == "It tells secrets"
    assert call(CONSOLE, "delete", of(assistant, "suspension")).data["state"] == "live"


def test_name_and_archive_change_by_their_own_addresses() -> None:
    assistant = live()
    tag = call(CONSOLE, "get", of(assistant))["ETag"]
    named = call(CONSOLE, "patch", of(assistant), {"name": "Help", "description": ""}, if_match=tag)
    assert named.data["name"] == "Help"
    assert call(CONSOLE, "post", of(assistant, "archival"), {"reason": "Done"}).data["state"] == "archived"
    assert call(CONSOLE, "delete", of(assistant, "archival")).data["state"] == "paused"


def test_grants_are_given_listed_and_taken_back(olivia: Actor) -> None:
    assistant, bob = new(actor=olivia), make_person("bob")
    body = {"receiver_kind": "user", "receiver_id": str(bob.id), "role": "viewer", "reason": "Reads"}
    made = call(olivia, "post", of(assistant, "grants"), body)
    assert (made.status_code, made.data["role"]) == (201, "viewer")
    assert call(actor_of(bob), "get", of(assistant)).status_code == 200
    assert len(call(olivia, "get", of(assistant, "grants")).data["items"]) == 2
    assert call(olivia, "delete", of(assistant, "grants", made.data["id"])).status_code == 204
    assert call(actor_of(bob), "get", of(assistant)).status_code == 404


def test_sharing_needs_a_fresh_factor(olivia: Actor) -> None:
    assistant, bob = new(actor=olivia), make_person("bob")
    stale = Actor("person", olivia.id)
    body = {"receiver_kind": "user", "receiver_id": str(bob.id), "role": "viewer", "reason": "Reads"}
    assert call(stale, "post", of(assistant, "grants"), body).data["code"] == "fresh_factor_needed"


def test_a_stranger_finds_no_assistant() -> None:
    assistant, charlie = live(), actor_of(make_person("charlie"))
    for path in ((), ("draft",), ("versions",), ("versions", "1"), ("publications",), ("grants",)):
        assert call(charlie, "get", of(assistant, *path)).status_code == 404
    assert call(charlie, "get", URL).data["items"] == []
    for path in (("suspension",), ("archival",)):
        assert call(charlie, "post", of(assistant, *path), {"reason": "x"}).status_code == 404
