"""Random worlds of assistants: what somebody sees in the list is exactly what they may open, and roles only add rights."""

from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.access import queries as access
from accounts.access.rules import ObjectRole, Role
from accounts.people import services as people
from assistants.catalog.models import Assistant
from assistants.catalog.queries.assistants import counts, rights, visible_to
from assistants.catalog.rules import permits
from assistants.catalog.services import grants
from panel.kernel import clock
from tests.assistants.catalog.stage import CONSOLE, new
from tests.factories.people import actor_of, give_role, make_person, make_team

THREE = st.integers(0, 2)
WORLD = st.fixed_dictionaries(
    {
        "roles": st.sets(st.tuples(THREE, st.sampled_from(list(Role))), max_size=3),
        "members": st.sets(st.tuples(THREE, THREE), max_size=3),
        "users": st.dictionaries(st.tuples(THREE, THREE), st.sampled_from(list(ObjectRole)), max_size=4),
        "teams": st.dictionaries(st.tuples(THREE, THREE), st.sampled_from(list(ObjectRole)), max_size=3),
    }
)


def share(assistant: Assistant, kind: str, receiver: Any, role: ObjectRole) -> None:
    grants.share(
        actor=CONSOLE,
        assistant=assistant,
        receiver=(kind, str(receiver.id)),
        role=role.codename,
        reason="world",
        at=clock.now(),
    )


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=WORLD)
def test_the_list_and_the_doors_agree_in_every_world(world: dict[str, Any]) -> None:
    with transaction.atomic():
        users = [make_person(name) for name in ("alice", "bob", "charlie")]
        teams = [make_team(name) for name in ("red", "blue", "green")]
        shown = [new(f"a{n}") for n in range(3)]
        for user, role in world["roles"]:
            give_role(users[user], role)
        for team, user in world["members"]:
            people.join(teams[team], users[user].id)
        for (user, thing), object_role in world["users"].items():
            share(shown[thing], "user", users[user], object_role)
        for (team, thing), object_role in world["teams"].items():
            share(shown[thing], "team", teams[team], object_role)
        for user in users:
            _agree(actor_of(user), shown)
        transaction.set_rollback(True)


def _agree(actor: Any, every: list[Assistant]) -> None:
    seen = set(visible_to(actor).values_list("id", flat=True))
    assert seen == {one.id for one in every if access.can(actor, permits.VIEW, one)}
    assert sum(counts(actor).values()) == len(seen)
    for one in every:
        may = rights(actor, one)
        # Each right includes those below it: nobody publishes what they may not see, or shares what they may not stop.
        ladder = [may["view"], may["pause"], may["edit"], may["publish"], may["share"]]
        assert ladder == sorted(ladder, reverse=True)
        assert may["edit"] == may["publish"]
        assert may["share"] == may["archive"]
