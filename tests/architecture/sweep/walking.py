"""Trying routes: what is sent, what comes back, and what a try must leave behind (nothing)."""

import copy
import io
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction
from django.test import Client

from accounts.access.rules import door_of
from tests.architecture.routes import Route, routes
from tests.architecture.sweep import verdicts
from tests.architecture.sweep.verdicts import CAST, Verdict
from tests.factories.world import World

EVIL = "evil.example"
# Words that every form and endpoint has to refuse or to carry without breaking.
HOSTILE: list[dict[str, Any]] = [
    {},
    {"name": "n", "reason": "r", "next": f"//{EVIL}/", "back": f"https://{EVIL}/"},
    {
        "name": "\x00", "reason": ["a", {"b": 1}], "expires_at": "9999-12-31T23:59:59-14:00", "until": "0001-01-01",
        "id": "1", "role": "administrator'--", "permits": "{{7*7}}", "scopes": None, "days": 10**40, "email": "a@b@c",
        "full_name": "x" * 5000, "is_superuser": True, "state": "active", "kind": "console",
    },
]  # fmt: skip


def is_api(route: Route) -> bool:
    return route.path.startswith("/api/")


def enters(name: str, route: Route, method: str) -> bool:
    """Whether the door lets them in, as it declares. What it says to the others is proved once, by `test_verdicts`."""
    door = door_of(route.view)
    if door is None:
        return True
    return verdicts.of(CAST[name], door, door.permit_for(method)) not in {Verdict.NO, Verdict.SIGN_IN}


def of_kind(kind: str) -> list[Route]:
    return [route for route in routes() if kind in dict(route.kinds)]


def send(client: Client, method: str, route: Route, path: str, data: Any = None) -> Any:
    """One request from a browser that came from elsewhere, with a forwarded host that nobody vouches for."""
    how: dict[str, Any] = {"headers": {"X-Forwarded-Host": EVIL, "Referer": f"https://{EVIL}/"}}
    if is_api(route) and method != "get":
        how["content_type"] = "application/json"
    elif method in {"put", "patch", "delete"}:
        how["content_type"] = "application/x-www-form-urlencoded"
        data = ""
    elif method == "post":
        data = {name: str(value) for name, value in (data or {}).items()}
    return getattr(client, method)(path, {} if data is None else data, **how)


def undone(world: World, name: str, method: str, route: Route, data: Any = None) -> Any:
    """The same, with everything that it changed taken back: each try finds the same world."""
    client = world.clients[name]
    cookies = copy.deepcopy(client.cookies)
    # A bare savepoint: within `atomic` the product could not open the durable blocks that it opens for itself.
    before = transaction.savepoint()
    try:
        answer = send(client, method, route, route.path_with(world.values), data)
        text_of(answer)
    finally:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(before)
        client.cookies = cookies
    return answer


def text_of(response: Any) -> str:
    """The whole answer, a stream included; may be asked again."""
    if response.streaming:
        parts = b"".join(response.streaming_content)
        response.streaming_content = iter(io.BytesIO(parts))
        return str(parts.decode(errors="replace"))
    return str(response.content.decode(errors="replace"))


def leads_away(response: Any) -> bool:
    """Whether a redirect, of HTTP or of htmx, leaves the panel."""
    places = [response.get(name, "") for name in ("Location", "HX-Redirect", "HX-Location")]
    return any(urlsplit(one.replace("\\", "/")).netloc not in {"", "testserver"} for one in places)
