"""Whatever is sent to the pages of requests, by whomever: an answer with a sentence, never a fault; and only the right people."""

from typing import Any

import pytest
from django.test import Client

from accounts.access import queries
from accounts.access.rules import door_of
from tests.architecture.routes import Route, routes
from tests.factories.people import actor_of
from tests.factories.world import CANARY, World

pytestmark = pytest.mark.django_db
HOSTILE = {
    "kind": "\u202e=cmd()", "email": "a" * 5000, "words": "\x00'\"<script>", "text": "x" * 200_000, "received_at": "0000-99-99",
    "identifier": "' OR 1=1", "ground": "\u0000", "assignee": "nobody", "other": "1", "answer": "-1", "day": "9999-99-99",
    "reason": "\ufffe\u200b", "name": "=1+1", "field": "password", "value": "%s%n",
}  # fmt: skip


def mine() -> list[Route]:
    return [one for one in routes() if one.name.startswith("requests:")]


def _try(client: Client, method: str, route: Route, path: str) -> Any:
    if route.path.startswith("/api/"):
        kind = {"content_type": "application/json"} if method != "get" else {}
        return getattr(client, method)(path, {"kind": "everything", "email": 7}, **kind)
    return getattr(client, method)(path, HOSTILE)


def test_nothing_makes_a_page_fail(world: World) -> None:
    broken = []
    for route in mine():
        for path in {route.path, route.path_with(world.values)}:
            for name in ("pia", "adam", "charlie"):
                for method in ("get", "post"):
                    status = _try(world.clients[name], method, route, path).status_code
                    if status >= 500:
                        broken.append(f"{name} {method} {path}: {status}")
    assert broken == []


def test_only_whom_a_door_lets_in_comes_in(world: World) -> None:
    let_in = []
    for route in mine():
        door = door_of(route.view)
        # Whoever is halfway signed in or a guest: tests/architecture/sweep.
        for name in ("adam", "alice", "bob", "charlie", "olga", "pia"):
            client = world.clients[name]
            for method in ("get", "post"):
                permit = door.permit_for(method) if door else None
                if permit is None or queries.may_enter(actor_of(world.people[name]), permit):
                    continue
                status = _try(client, method, route, route.path_with(world.values)).status_code
                if status not in {403, 405}:
                    let_in.append(f"{name} {method} {route.path}: {status}")
    assert let_in == []


def test_a_stranger_reads_nothing(world: World) -> None:
    shown = []
    for route in mine():
        for client in (world.clients["charlie"], Client(raise_request_exception=False)):
            answer = client.get(route.path_with(world.values))
            if CANARY in answer.content.decode(errors="replace"):
                shown.append(route.path)
    assert shown == []
