"""Somebody at the journal's pages, past the real doors."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpRequest
from django.test import Client

from accounts.access import middleware
from accounts.people.models import User
from panel.kernel import actors, ids
from panel.kernel.actors import Actor

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
