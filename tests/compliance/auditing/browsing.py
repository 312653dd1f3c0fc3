"""Somebody at the journal's pages, past the real doors."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.http import HttpRequest
from django.test import Client

from accounts.access import middleware
from accounts.people.models import User
from panel.journal import events, sealing, services
from panel.kernel import actors, clock, ids
from panel.kernel.actors import Actor
from panel.kernel.registries import objects

Browse = Callable[[User | None], Client]
DOORS = "accounts.access.middleware.Doors"


@pytest.fixture(name="browse")
def browse_fixture(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[[User | None], Client]:
    """`browse(olga)` is a browser in which olga has signed in with a fresh factor; `browse(None)` a stranger's."""
    if DOORS not in settings.MIDDLEWARE:
        settings.MIDDLEWARE = [*settings.MIDDLEWARE, DOORS]
    session = ids.new_id()

    def actor(request: HttpRequest) -> Actor:
        who = request.headers.get("X-Test-User", "")
        if not who:
            return actors.ANONYMOUS
        return Actor("person", UUID(who), via=("session", session), fresh_at=datetime.now(UTC), request_id="req-test")

    monkeypatch.setattr(middleware, "_actor", actor)

    def client(user: User | None) -> Client:
        return Client(headers={"X-Test-User": str(user.id)} if user else {})

    return client


THING = ids.new_id()


def note(event: str = "test.thing.done", **options: Any) -> UUID:
    """Journal something of this test's."""
    options = {"actor": actors.SYSTEM, "obj": ("test.thing", THING), "at": clock.now(), **options}
    with transaction.atomic():
        return services.record(event, **options)


def seal() -> None:
    """Until nothing waits."""
    while sealing.seal(at=clock.now()):
        pass


@pytest.fixture(name="things")
def things_fixture(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice that is only there for these tests: two events and a kind of object."""
    events.register("test.thing.done", "Thing done")
    events.register("test.thing.undone", "Thing undone")
    resolver = objects.Resolver(
        "test.thing", "Thing", lambda _, keys: {one: objects.Card(f"Thing {str(one)[-4:]}", "/thing/") for one in keys}
    )
    monkeypatch.setitem(objects._resolvers, "test.thing", resolver)
