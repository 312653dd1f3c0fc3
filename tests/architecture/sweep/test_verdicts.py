"""The whole cast at every door, by every method: the code that decides agrees with what the doors declare.

The doors themselves are asked, without the pages behind them; `test_walls` goes in.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.urls import ResolverMatch, resolve

from accounts.access import middleware, queries
from accounts.access.rules import door_of
from panel.kernel.actors import Actor
from panel.kernel.errors import Refusal
from panel.ui.menu import actor_of
from tests.architecture.routes import Route, routes
from tests.architecture.sweep import authorization, verdicts
from tests.architecture.sweep.verdicts import CAST, Verdict
from tests.factories.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
EVERY = ("get", "head", "options", "post", "put", "patch", "delete", "trace", "purge")
Ask = Callable[[Actor, Route, str], Verdict]


@pytest.fixture
def actors(world: World) -> dict[str, Actor]:
    """Whom the sessions of the cast make them, seen by a page that is open to all."""
    found = {}
    for name in CAST:
        response = world.clients[name].get("/sign-in/")
        found[name] = actor_of(response.wsgi_request)
    return found


@lru_cache(maxsize=1000)
def _match(path: str) -> ResolverMatch:
    return resolve(path)


def _plain(_request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return HttpResponse(refusal.code, status=refusal.status)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.setattr("panel.ui.web.errors.answer", _plain)
    monkeypatch.setattr(middleware, "record_refusal", lambda **_refusal: None)
    monkeypatch.setattr(middleware, "_watchers", [])
    monkeypatch.setattr(middleware, "_keepers", [])
    doors = middleware.Doors(lambda _request: HttpResponse())

    def verdict(actor: Actor, route: Route, method: str) -> Verdict:
        # What a proxy or a form might say about the method counts for nothing.
        headers = {"X-HTTP-Method-Override": "GET", "X-Method-Override": "GET"}
        request: Any = RequestFactory().generic(method.upper(), f"{route.path}?_method=GET", headers=headers)
        request.actor, request.resolver_match, request.session = actor, _match(route.path), {}
        return _read(doors.process_view(request, route.view, (), {}))

    return verdict


def _read(response: HttpResponse | None) -> Verdict:
    if response is None:
        return Verdict.YES
    place, code = response.get("Location", ""), response.content.decode()
    if response.status_code == 401 or place.startswith("/sign-in/"):
        return Verdict.SIGN_IN
    if "fresh_factor_needed" in code or place.startswith("/step-up/"):
        return Verdict.PROOF
    assert response.status_code == 403, response
    return Verdict.NO


# A door that lets in, as far as it can know.
IN = {Verdict.OPEN, Verdict.OBJECT}


def test_every_door_says_what_it_declares(actors: dict[str, Actor], ask: Ask) -> None:
    wrong, tried = [], 0
    for name, persona in CAST.items():
        with queries.remembering():
            for route in routes():
                for method in EVERY:
                    found, expected = ask(actors[name], route, method), _declared(persona, route, method)
                    tried += 1
                    if found != (Verdict.YES if expected in IN else expected):
                        wrong.append(f"{name} {method} {route.path}: {found.value}, not {expected.value}")
    assert wrong == []
    assert tried > 10_000


def _declared(persona: verdicts.Persona, route: Route, method: str) -> Verdict:
    door = door_of(route.view)
    assert door is not None
    return verdicts.of(persona, door, door.permit_for("get" if method in {"head", "options"} else method))


def test_those_who_are_alike_are_alike_everywhere() -> None:
    """The reference shows one of them for all."""
    for one, others in authorization.SAME.items():
        for route in routes():
            door = door_of(route.view)
            assert door is not None
            permits = {door.permit_for(method) for method in EVERY}
            for other in others:
                for permit in permits:
                    assert verdicts.of(CAST[one], door, permit) == verdicts.of(CAST[other], door, permit)
