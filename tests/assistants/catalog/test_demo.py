"""The demo's world: everybody can sign in, every state of everything can be seen, keys open their assistants."""

import json
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.test.utils import override_settings

from accounts.access.queries import roles_of
from accounts.access.rules import Role
from accounts.approvals.models import Approval
from accounts.credentials.engine import tokens
from accounts.credentials.models import ApiKey
from accounts.elevation.models import AccessRequest
from accounts.people import queries as people
from accounts.people.models import Team, User
from accounts.signin.services import factors
from accounts.signin.services.demo import code_of
from assistants.catalog.models import Assistant
from assistants.catalog.queries import keys
from assistants.conversations.models import Call
from assistants.conversations.queries import tally
from assistants.vault.models import Secret
from compliance.policies.models import Acceptance, PolicyVersion
from panel.journal.models import Leaf
from panel.kernel import clock
from panel.kernel.registries import demo

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> demo.World:
    monkeypatch.setenv("PANEL_MODE", "demo")
    with override_settings(INSTALLATION_MODE="demo"):
        return demo.build({"base_url": "http://localhost:8000"})


def test_the_demo_shows_the_whole_product(world: demo.World) -> None:
    # One test, because the world takes its time to be made.
    _says_what_the_public_interface_promises(world)
    _shows_every_state(world)
    _tells_of_four_weeks_of_calls(world)
    _has_policies_that_people_accepted()


def _says_what_the_public_interface_promises(world: demo.World) -> None:
    said: dict[str, Any] = json.loads(json.dumps(world))
    assert set(said) == {"base_url", "users", "assistants"}
    assert {frozenset(one) for one in said["users"]} == {frozenset({"email", "password", "totp_secret", "role"})}
    assert {frozenset(one) for one in said["assistants"]} == {frozenset({"slug", "api_key"})}
    assert len(said["users"]) >= 12
    # Whoever looks for a role finds it at its plainest address.
    assert {one["role"] for one in said["users"][:6]} == {role.value for role in Role}
    assert len(said["assistants"]) >= 8
    for entry in said["users"]:
        user = people.by_email(entry["email"])
        assert user is not None
        assert user.check_password(entry["password"])
        assert Role(entry["role"]) in roles_of(user.id)
        code = code_of(entry["totp_secret"], int(time.time()) // 30)
        assert factors.prove(user=user, code=code, address="127.0.0.1", at=clock.now()) is not None
    for entry in said["assistants"]:
        assistant = Assistant.objects.get(slug=entry["slug"])
        assert assistant.state == "live"
        assert f"{assistant.slug} demo" in [one.name for one in keys.of(assistant.id, clock.now())]
        assert tokens.parse(entry["api_key"]) is not None


def _shows_every_state(world: demo.World) -> None:
    at = world.at
    assert Counter(User.objects.filter(kind="person").values_list("state", flat=True)).keys() == {
        "active", "invited", "disabled",
    }  # fmt: skip
    assert Team.objects.count() >= 5
    states = Counter(Assistant.objects.values_list("state", flat=True))
    assert states.keys() == {"live", "paused", "draft", "archived"}
    assert sum(states.values()) >= 8
    assert {key.state(at) for key in ApiKey.objects.all()} == {"active", "expired", "revoked"}
    assert ApiKey.objects.active(at).filter(expires_at__lt=at + timedelta(days=7)).exists()
    assert set(Secret.objects.values_list("state", flat=True)) == {"active", "disabled", "destroyed"}
    assert Secret.objects.filter(state="active", expires_at__range=(at, at + timedelta(days=14))).exists()
    assert set(AccessRequest.objects.values_list("state", flat=True)) == {"open", "approved", "declined"}
    assert Leaf.objects.filter(at__lt=world.ago(40)).exists()


def _tells_of_four_weeks_of_calls(world: demo.World) -> None:
    rows = Call.objects.all()
    first = rows.order_by("at").first()
    assert first is not None
    assert world.at - first.at > timedelta(days=27)
    assert not rows.filter(at__gt=world.at).exists()
    assert set(rows.values_list("action", flat=True)) == {"allow", "observe", "redact", "block"}
    assert rows.filter(status__gte=500).exists()
    day = tally(rows, since=world.ago(1))
    assert day.calls > 300
    assert day.blocked > 75, "the bad night is of today"
    assert day.redacted > 10


def _has_policies_that_people_accepted() -> None:
    versions = Counter(PolicyVersion.objects.values_list("policy__slug", flat=True))
    assert versions == {"privacy-notice": 2, "terms": 1, "using-assistants": 1}
    assert Acceptance.objects.count() == 7
    assert Approval.objects.filter(kind="policies.publish", state="open").count() == 1
