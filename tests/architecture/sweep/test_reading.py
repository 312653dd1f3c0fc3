"""Everybody looks at everything: nothing breaks, nothing shows what it must not, nothing leads out of the house."""

import pytest

from tests.architecture.routes import routes
from tests.architecture.sweep import walking
from tests.architecture.sweep.verdicts import handled
from tests.factories.world import CANARY, SECRET_VALUE, World

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
# Those whose pages differ: all rights, a section of them, a role on one object, nothing, nobody.
READERS = ("adam", "olga", "bob", "charlie", "nobody")
UNSEEN = ("charlie", "nobody")


@pytest.mark.parametrize("name", READERS)
def test_no_page_breaks_or_shows_what_is_not_theirs(world: World, name: str) -> None:
    wrong = []
    for route in routes():
        if "get" not in handled(route) or not walking.enters(name, route, "get"):
            continue
        response = walking.undone(world, name, "get", route)
        text = walking.text_of(response)
        faults = {
            f"status {response.status_code}": response.status_code >= 500,
            "a secret": SECRET_VALUE in text,
            "what they may not see": name in UNSEEN and CANARY in text,
            "the host that was sent": walking.EVIL in text,
            "a way out": walking.leads_away(response),
        }
        wrong += [f"{name} get {route.name} {route.path}: {fault}" for fault, found in faults.items() if found]
    assert wrong == []


def test_open_routes_know_nobody(world: World) -> None:
    """No address of a person on a page that asks for nothing."""
    shown = []
    for route in routes():
        response = world.clients["nobody"].get(route.path_with(world.values))
        if "example.test" in walking.text_of(response):
            shown.append(route.path)
    assert shown == []


@pytest.mark.parametrize("name", ["adam", "charlie"])
def test_ids_that_name_nothing_break_nothing(world: World, name: str) -> None:
    broken = []
    for route in routes():
        if route.kinds and "get" in handled(route) and walking.enters(name, route, "get"):
            status = walking.send(world.clients[name], "get", route, route.path).status_code
            if status >= 500 or (status == 200 and walking.is_api(route)):
                broken.append(f"{name} get {route.path}: {status}")
    assert broken == []
