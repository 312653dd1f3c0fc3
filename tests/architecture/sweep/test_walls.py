"""Behind the doors: what is somebody else's is not there, and what one may only read one does not change."""

import pytest

from accounts.access.rules import Permit, door_of
from assistants.catalog.models import Assistant
from tests.architecture.routes import Route
from tests.architecture.sweep import verdicts, walking
from tests.architecture.sweep.verdicts import CAST, handled
from tests.factories.world import CANARY, World

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
ON_IT = ("owen", "edith", "bob")
NOT_ON_IT = ("charlie", "otto", "xena", "gus")
OF_ASSISTANT = "assistant_id"
# A button's address leads back to its page when it is only looked at, whatever the id in it names.
SILENT = {302, 403, 404}


def _reading(kind: str) -> list[Route]:
    return [route for route in walking.of_kind(kind) if "get" in handled(route)]


def _permit(route: Route, method: str = "get") -> Permit | None:
    door = door_of(route.view)
    return door.permit_for(method) if door and not door.why_open else None


def test_a_role_on_an_object_opens_what_it_says_and_no_more(world: World) -> None:
    wrong = []
    for route in _reading(OF_ASSISTANT):
        permit = _permit(route)
        if permit is None:
            continue
        known = walking.undone(world, "adam", "get", route).status_code
        for name in ON_IT:
            status = walking.undone(world, name, "get", route).status_code
            opened = verdicts.may_on(CAST[name], permit)
            if not (status == known or status < 400 if opened else status in SILENT):
                wrong.append(f"{name} {route.path}: {status} where an administrator gets {known} ({permit.name})")
    assert wrong == []


@pytest.mark.parametrize("name", NOT_ON_IT)
def test_a_stranger_finds_no_trace_of_what_is_not_theirs(world: World, name: str) -> None:
    found = []
    for route in _reading(OF_ASSISTANT):
        permit = _permit(route)
        if permit is None or verdicts.may_on(CAST[name], permit):
            continue
        strange, unseen = (
            walking.send(world.clients[name], "get", route, path)
            for path in (route.path, route.path_with(world.values))
        )
        if unseen.status_code not in SILENT or strange.status_code != unseen.status_code:
            found.append(f"{name} {route.path}: {unseen.status_code}, and {strange.status_code} for what is not there")
        if CANARY in walking.text_of(unseen):
            found.append(f"{name} {route.path} shows it")
    assert found == []


@pytest.mark.parametrize("name", ["bob", *NOT_ON_IT])
def test_who_may_only_read_changes_nothing(world: World, name: str) -> None:
    before = Assistant.objects.values().get(id=world.values[OF_ASSISTANT])
    for route in walking.of_kind(OF_ASSISTANT):
        for method in ("post", "delete", "put", "patch"):
            if method in handled(route):
                walking.send(world.clients[name], method, route, route.path_with(world.values), walking.HOSTILE[1])
    assert Assistant.objects.values().get(id=world.values[OF_ASSISTANT]) == before


def test_an_owner_of_one_thing_is_nobody_elsewhere(world: World) -> None:
    """Their role on one object opens no other door of the same permit."""
    other = str(Assistant.objects.get(slug="other-desk").id)
    opened = []
    for route in _reading(OF_ASSISTANT):
        permit = _permit(route)
        if permit is None or CAST["charlie"].roles & permit.roles:
            continue
        path = route.path_with({**world.values, OF_ASSISTANT: other})
        status = walking.send(world.clients["owen"], "get", route, path).status_code
        if status not in SILENT:
            opened.append(f"{path}: {status}")
    assert opened == []
