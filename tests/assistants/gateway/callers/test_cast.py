"""The gateway's own sweep: everybody of the cast, every route and method of /v1, against what each of them may expect."""

import http.client
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from accounts.access.models import RoleGrant
from accounts.access.rules import ObjectRole, Role
from accounts.credentials.models import ApiKey
from accounts.people.models import User
from accounts.people.rules import State
from assistants.catalog.models import AssistantUserGrant
from assistants.catalog.services import grants
from panel.kernel import clock
from panel.kernel.db import epochs
from tests.assistants.gateway import world as worlds
from tests.assistants.gateway.world import CONSOLE, World
from tests.factories.people import make_person, make_service, make_team
from tests.stage.live import Live
from tests.stage.provider import MockProvider

pytestmark = pytest.mark.slow
ANSWERED, HIDDEN, UNKNOWN = (200, None), (404, "model_not_found"), (401, "invalid_api_key")
CHAT, MODELS = "/v1/chat/completions", "/v1/models"


@pytest.fixture
def world(gateway_server: Live, mock_provider: MockProvider) -> World:
    return worlds.build(mock_provider)


def share(world: World, user: User, role: ObjectRole, **more: Any) -> User:
    given = {"receiver": ("user", str(user.id)), "role": role.codename, "reason": "cast", **more}
    grants.share(actor=CONSOLE, assistant=world.assistant, at=clock.now(), **given)
    return user


def key_of(world: World, user: User, **changes: Any) -> str:
    return worlds.make_key(user, world.assistant, granted=False, **changes)[1]


def called(live: Live, method: str, path: str, headers: dict[str, str], body: Any = None) -> tuple[int, str | None]:
    line = http.client.HTTPConnection("127.0.0.1", int(live.settings["PORT"]), timeout=20)
    try:
        sent = json.dumps(body) if body is not None else None
        line.request(method, path, sent, {"Content-Type": "application/json", **headers})
        answer = line.getresponse()
        text = answer.read()
    finally:
        line.close()
    error = json.loads(text).get("error") if text else None
    return answer.status, error["code"] if error else None


def asked(live: Live, world: World, token: str, **headers: str) -> tuple[int, str | None]:
    body = {"model": world.slug, "messages": [{"role": "user", "content": "hello"}]}
    return called(live, "POST", CHAT, {"Authorization": f"Bearer {token}", **headers}, body)


def test_each_of_the_cast_gets_what_their_rights_say(
    gateway_server: Live, world: World, mock_provider: MockProvider
) -> None:
    at, stranger = clock.now(), make_person("stranger")
    inside, outside = make_person("inside"), make_person("outside")
    team, _other = make_team("support", inside), make_team("sales", outside)
    grants.share(
        actor=CONSOLE, assistant=world.assistant, receiver=("team", str(team.id)), role="viewer", reason="c", at=at
    )
    ended = share(world, make_person("ended"), ObjectRole.OWNER)
    disabled = share(world, make_person("disabled"), ObjectRole.OWNER)
    program = make_service("shop", responsible=inside)
    share(world, program, ObjectRole.VIEWER)
    former = make_person("former", role=Role.ADMINISTRATOR)
    tokens = {
        "owner": (key_of(world, share(world, make_person("owner"), ObjectRole.OWNER)), ANSWERED),
        "viewer": (key_of(world, share(world, make_person("viewer"), ObjectRole.VIEWER)), ANSWERED),
        "of the team": (key_of(world, inside), ANSWERED),
        "of another team": (key_of(world, outside), HIDDEN),
        "stranger": (key_of(world, stranger), HIDDEN),
        "administrator": (key_of(world, make_person("admin", role=Role.ADMINISTRATOR)), ANSWERED),
        "auditor": (key_of(world, make_person("auditor", role=Role.AUDITOR)), ANSWERED),
        "operator": (key_of(world, make_person("operator", role=Role.OPERATOR)), HIDDEN),
        "service account": (key_of(world, program), ANSWERED),
        "administrator once": (key_of(world, former), HIDDEN),
        "grant ended": (key_of(world, ended), HIDDEN),
        "disabled": (key_of(world, disabled), UNKNOWN),
        "key revoked": (key_of(world, world.owner, revoked_at=at), UNKNOWN),
        "key ended": (
            key_of(world, world.owner, created_at=at - timedelta(days=2), expires_at=at - timedelta(days=1)),
            UNKNOWN,
        ),
        "without the scope": (key_of(world, world.owner, scopes=["models"]), (403, "insufficient_scope")),
        "nobody": ("clp_gw_nobody", UNKNOWN),
    }
    RoleGrant.objects.filter(user=former).delete()
    User.objects.filter(id=disabled.id).update(state=State.DISABLED)
    rows = AssistantUserGrant.objects.filter(user=ended)
    rows.update(given_at=at - timedelta(days=2), expires_at=at - timedelta(days=1))
    with transaction.atomic():
        ApiKey.objects.update(epoch=epochs.bump())
    worlds.settle()
    before = len(mock_provider.bodies)
    found = {name: asked(gateway_server, world, token) for name, (token, _) in tokens.items()}
    assert found == {name: expected for name, (_, expected) in tokens.items()}
    assert len(mock_provider.bodies) - before == [expected for _, expected in tokens.values()].count(ANSWERED)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", CHAT, 405),
        ("PUT", CHAT, 405),
        ("PATCH", CHAT, 405),
        ("DELETE", CHAT, 405),
        ("POST", MODELS, 405),
        ("DELETE", f"{MODELS}/helper", 405),
        ("GET", "/v1/nothing", 404),
        ("POST", "/v1/embeddings", 404),
        ("POST", "/v1/chat/completions/../../stream/playground", 404),
        ("POST", "/stream/playground", 401),
        ("POST", "/stream/jobs", 401),
    ],
)
def test_another_method_or_route_opens_nothing(
    gateway_server: Live, world: World, mock_provider: MockProvider, method: str, path: str, status: int
) -> None:
    before = len(mock_provider.bodies)
    headers = {"Authorization": f"Bearer {world.token}", "X-HTTP-Method-Override": "POST"}
    assert called(gateway_server, method, path, headers, {"model": world.slug, "messages": []})[0] == status
    assert len(mock_provider.bodies) == before


def test_a_session_is_no_key(gateway_server: Live, world: World) -> None:
    body = {"model": world.slug, "messages": [{"role": "user", "content": "hello"}]}
    cookie = {"Cookie": "__Host-sessionid=anything; sessionid=anything"}
    assert called(gateway_server, "POST", CHAT, cookie, body) == (401, "missing_api_key")
