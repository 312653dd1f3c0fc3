"""Everybody sends everything: no input makes a fault, no redirect leaves the house, no form is taken without its token."""

import pytest
from django.test import Client

from tests.architecture.routes import routes
from tests.architecture.sweep import walking
from tests.architecture.sweep.verdicts import handled
from tests.factories.people import signed_in
from tests.factories.world import World

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
# Programs prove themselves by a secret in each request, and no cookie counts: there is nothing to forge.
# Where programs prove themselves in the request, and what they hear when they do not.
WITHOUT_A_FORM_TOKEN = {
    "credentials:oauth_token": 401,
    "credentials:oauth_revocation": 401,
    "witness:add_checkpoint": 400,
}
WRITING = ("post", "put", "patch", "delete")


# An administrator comes furthest with every body; a member proves that refusing breaks nothing either.
@pytest.mark.parametrize(("name", "body"), [("adam", 0), ("adam", 1), ("adam", 2), ("bob", 2)])
def test_no_input_breaks_a_route(world: World, name: str, body: int) -> None:
    broken = []
    for route in routes():
        for method in WRITING:
            if method not in handled(route) or not walking.enters(name, route, method):
                continue
            response = walking.undone(world, name, method, route, walking.HOSTILE[body])
            if response.status_code >= 500:
                broken.append(f"{name} {method} {route.name} {route.path}: {response.status_code}")
            if walking.leads_away(response):
                broken.append(f"{name} {method} {route.name} {route.path} leads to {response['Location']}")
    assert broken == []


def test_only_what_takes_no_cookie_is_free_of_form_tokens(world: World) -> None:
    free = {one.name for one in routes() if getattr(one.view, "csrf_exempt", False) and not walking.is_api(one)}
    assert free == set(WITHOUT_A_FORM_TOKEN)
    for route in routes():
        if route.name in WITHOUT_A_FORM_TOKEN:
            form = "grant_type=client_credentials&scope=chat&token=x"
            answer = world.clients["adam"].post(route.path, form, content_type="application/x-www-form-urlencoded")
            assert answer.status_code == WITHOUT_A_FORM_TOKEN[route.name]


def test_no_form_is_taken_without_its_token(world: World) -> None:
    taken = []
    client = signed_in(world.people["adam"], client=Client(enforce_csrf_checks=True))
    for route in routes():
        if route.path.startswith("/-/") or route.name in WITHOUT_A_FORM_TOKEN:
            continue
        for method in WRITING:
            if method in handled(route):
                status = getattr(client, method)(route.path_with(world.values)).status_code
                if status not in {403, 404, 405}:
                    taken.append(f"{method} {route.path}: {status}")
    assert taken == []
