"""The whole cast tries every route, with ids that exist and ids that do not."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from accounts.access import queries
from accounts.access.rules import door_of
from assistants.catalog.models import Assistant
from tests.architecture.routes import Route, routes
from tests.factories.people import actor_of, signed_in
from tests.factories.world import CANARY, SECRET_VALUE, World

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
REFUSED = {302, 401, 403, 404, 405, 422}
METHODS = ("get", "post", "put", "patch", "delete")


def _api(route: Route) -> bool:
    return route.path.startswith("/api/")


def _try(client: Client, method: str, route: Route, path: str) -> Any:
    kind = {"content_type": "application/json"} if _api(route) and method != "get" else {}
    return getattr(client, method)(path, {"name": "n", "reason": "r"}, **kind)


def _guarded() -> Iterator[Route]:
    for route in routes():
        door = door_of(route.view)
        if door is None or not door.why_open:
            yield route


def _text(response: Any) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return str(content.decode(errors="replace"))


def test_nobody_makes_a_route_fail(world: World) -> None:
    broken = []
    for route in routes():
        for path in {route.path, route.path_with(world.values)}:
            for name in ("adam", "alice", "charlie"):
                for method in METHODS if _api(route) else ("get", "post"):
                    status = _try(world.clients[name], method, route, path).status_code
                    if status >= 500:
                        broken.append(f"{name} {method} {path}: {status}")
            if route.name == "signin:sign_out":
                world.clients = {name: signed_in(one) for name, one in world.people.items()}
    assert broken == []


def test_anonymous_sees_nothing(world: World) -> None:
    seen = []
    client = Client(raise_request_exception=False)
    for route in _guarded():
        for path in (route.path, route.path_with(world.values)):
            for method in ("get", "post", "delete"):
                response = _try(client, method, route, path)
                where = response.get("Location", "")
                ok = response.status_code == 401 if _api(route) else where.startswith("/sign-in/")
                if not ok or CANARY in _text(response):
                    seen.append(f"{method} {path}: {response.status_code} {where}")
    assert seen == []


def test_open_routes_show_nothing_to_anonymous(world: World) -> None:
    client = Client(raise_request_exception=False)
    shown = []
    for route in routes():
        response = client.get(route.path_with(world.values))
        if CANARY in _text(response) or "example.test" in _text(response):
            shown.append(route.path)
    assert shown == []


def test_whom_the_permit_leaves_out_is_refused(world: World) -> None:
    let_in = []
    for route in _guarded():
        door = door_of(route.view)
        for name, client in world.clients.items():
            for method in ("get", "post"):
                permit = door.permit_for(method) if door else None
                if permit is None or queries.may_enter(actor_of(world.people[name]), permit):
                    continue
                status = _try(client, method, route, route.path_with(world.values)).status_code
                if status not in {403, 405}:
                    let_in.append(f"{name} {method} {route.path}: {status} without {permit.name}")
    assert let_in == []


def test_a_stranger_finds_no_trace_of_what_is_not_theirs(world: World) -> None:
    found = []
    for route in routes():
        if "assistant_id" not in dict(route.kinds):
            continue
        for method in ("get", "post"):
            response = _try(world.clients["charlie"], method, route, route.path_with(world.values))
            if response.status_code not in REFUSED or CANARY in _text(response):
                found.append(f"{method} {route.path}: {response.status_code}")
    lists = [route.path for route in routes() if not route.kinds]
    found += [path for path in lists if CANARY in _text(world.clients["charlie"].get(path))]
    assert found == []


def test_what_does_not_exist_and_what_is_unseen_look_alike(world: World) -> None:
    differ = []
    for route in routes():
        if "assistant_id" not in dict(route.kinds) or _api(route):
            continue
        client = world.clients["charlie"]
        strange, unseen = (client.get(path).status_code for path in (route.path, route.path_with(world.values)))
        if strange != unseen:
            differ.append(f"{route.path}: {strange} {unseen}")
    assert differ == []


def test_a_viewer_changes_nothing(world: World) -> None:
    before = Assistant.objects.values().get(id=world.values["assistant_id"])
    for route in routes():
        if "assistant_id" in dict(route.kinds):
            for method in ("post", "delete", "put", "patch"):
                _try(world.clients["bob"], method, route, route.path_with(world.values))
    assert Assistant.objects.values().get(id=world.values["assistant_id"]) == before


# Programs prove themselves by a secret in each request, and no cookie counts: there is nothing to forge.
WITHOUT_A_FORM_TOKEN = {"credentials:oauth_token", "credentials:oauth_revocation"}


def test_only_what_takes_no_cookie_is_free_of_form_tokens(world: World) -> None:
    assert {
        one.name for one in routes() if getattr(one.view, "csrf_exempt", False) and not _api(one)
    } == WITHOUT_A_FORM_TOKEN
    for route in routes():
        if route.name in WITHOUT_A_FORM_TOKEN:
            form = "grant_type=client_credentials&scope=chat&token=x"
            answer = world.clients["adam"].post(route.path, form, content_type="application/x-www-form-urlencoded")
            assert answer.status_code == 401


def test_no_form_is_taken_without_its_token(world: World) -> None:
    taken = []
    for name in ("adam", "alice"):
        client = signed_in(world.people[name], client=Client(enforce_csrf_checks=True))
        for route in routes():
            if route.path.startswith("/-/") or route.name in WITHOUT_A_FORM_TOKEN:
                continue
            status = client.post(route.path_with(world.values)).status_code
            if status not in {403, 404, 405}:
                taken.append(f"{name} {route.path}: {status}")
    assert taken == []


def test_no_page_shows_a_stored_secret(world: World) -> None:
    shown = []
    for route in routes():
        for name, client in world.clients.items():
            if SECRET_VALUE in _text(client.get(route.path_with(world.values))):
                shown.append(f"{name} {route.path}")
    assert shown == []
