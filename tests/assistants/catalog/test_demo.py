"""The demo's world: everybody can sign in, each assistant answers on the demo provider, and keys open them."""

import json
import time

import pytest

from accounts.access.queries import roles_of
from accounts.access.rules import Role
from accounts.credentials.engine import tokens
from accounts.people import queries as people
from accounts.signin.services import factors
from assistants.catalog.models import Assistant
from assistants.catalog.queries import demo_texts, keys
from assistants.catalog.services import demo
from panel.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> dict[str, object]:
    found: dict[str, object] = {"base_url": "http://localhost:8000"}
    demo.build(found)
    return found


def test_it_says_exactly_what_the_public_interface_promises(world: dict[str, object]) -> None:
    said = json.loads(json.dumps(world))
    assert set(said) == {"base_url", "users", "assistants"}
    assert {frozenset(one) for one in said["users"]} == {frozenset({"email", "password", "totp_secret", "role"})}
    assert {frozenset(one) for one in said["assistants"]} == {frozenset({"slug", "api_key"})}
    assert [one["role"] for one in said["users"]] == [role.value for role in demo_texts.PEOPLE]
    assert {one["role"] for one in said["users"]} == {role.value for role in Role}


def test_everybody_signs_in_with_password_and_the_code_of_this_moment(world: dict[str, object]) -> None:
    for entry in json.loads(json.dumps(world))["users"]:
        user = people.by_email(entry["email"])
        assert user is not None
        assert user.check_password(entry["password"])
        assert Role(entry["role"]) in roles_of(user.id)
        code = demo.code_of(entry["totp_secret"], int(time.time()) // 30)
        assert factors.prove(user=user, code=code, address="127.0.0.1", at=clock.now()) is not None


def test_two_assistants_are_live_and_each_key_opens_its_own(world: dict[str, object]) -> None:
    for entry in json.loads(json.dumps(world))["assistants"]:
        assistant = Assistant.objects.get(slug=entry["slug"])
        assert assistant.state == "live"
        assert [one.name for one in keys.of(assistant.id, clock.now())] == [f"{assistant.slug} demo"]
        assert tokens.parse(entry["api_key"]) is not None
    assert Assistant.objects.count() == 2
