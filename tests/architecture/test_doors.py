"""Deny by default: every route says who may come in, and the whole cast tries them all."""

from django.conf import settings
from django.urls import reverse

from accounts.access import services as access
from accounts.access.rules import door_of
from tests.architecture.routes import routes


def test_every_route_declares_a_permit_or_why_it_is_open() -> None:
    silent = [route.pattern for route in routes() if door_of(route.view) is None]
    assert silent == []


def test_every_permit_of_a_door_is_registered() -> None:
    known = access.permits()
    unknown = []
    for route in routes():
        door = door_of(route.view)
        permits = [door.permit, *door.methods.values()] if door else []
        unknown += [f"{route.pattern} {one.name}" for one in permits if one and known.get(one.name) is not one]
    assert unknown == []


def test_every_route_has_a_name_and_ends_with_a_slash() -> None:
    wrong = [route.pattern for route in routes() if route.name.endswith("None")]
    assert wrong == []
    # Probes (`/-/healthz`), well-known files (RFC 8615), the endpoints of OAuth and of witnesses are named as machines know them.
    known = ("/-/", "/.well-known/", "/oauth/", "/witness/add-checkpoint")
    assert [one.pattern for one in routes() if not one.path.endswith("/") and not one.path.startswith(known)] == []


def test_no_route_collides_with_the_gateway() -> None:
    assert [route.pattern for route in routes() if route.path.startswith(("/v1/", "/stream/"))] == []


def test_the_doors_stand_before_every_view() -> None:
    assert "accounts.access.middleware.Doors" in settings.MIDDLEWARE


def test_names_lead_to_their_routes() -> None:
    for route in routes():
        assert reverse(route.name, kwargs=dict(route.kinds)) == route.path
