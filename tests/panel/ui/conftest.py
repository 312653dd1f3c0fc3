from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from django.apps import apps
from django.http import HttpRequest
from django.test import RequestFactory

from panel.kernel.actors import Actor
from panel.kernel.ids import new_id

AT = datetime(2026, 11, 24, 10, 14, tzinfo=UTC)


@pytest.fixture
def ask() -> Callable[..., HttpRequest]:
    """A GET request as somebody, as the middleware leaves it."""

    def make(path: str = "/things/", **params: str) -> HttpRequest:
        request = RequestFactory().get(path, params)
        request.actor = Actor("person", new_id())  # type: ignore[attr-defined]
        request.htmx = None  # type: ignore[attr-defined]
        return request

    return make


@pytest.fixture
def rows(db: None) -> Callable[..., list[Any]]:
    """Rows of the one table of this slice, to list: `rows(("a", 200), ...)` gives (route, status)."""

    created = apps.get_model("ui", "Created")  # models cannot be imported before pytest has set Django up

    def make(*values: tuple[str, int]) -> list[Any]:
        made = [
            created(
                actor_kind="person", actor_id=UUID(int=1), route=route, key_hash=str(number).encode(), request_hash=b"x",
                created_at=AT, status=status, key_id=UUID(int=2),
            )
            for number, (route, status) in enumerate(values)
        ]  # fmt: skip
        return created.objects.bulk_create(made)

    return make


def names(page: Any) -> list[str]:
    return [row.route for row in page.objects]
