"""A key opens what its owner may see, and the gateway's SQL says the same as accounts.access, in every random world."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings

from accounts.access import queries as access
from accounts.access.rules import Permit
from accounts.grants import services as grants
from accounts.people.rules import State
from assistants.catalog.rules import permits
from assistants.catalog.services import grants as sharing
from assistants.gateway.engine.state import rows as sql
from assistants.gateway.engine.state.callers import keys_of
from panel.kernel import actors, clock
from panel.kernel.models import Epoch
from tests.accounts.access import test_worlds as worlds
from tests.accounts.access.test_worlds import Stage, world_stage
from tests.assistants.gateway.world import make_key
from tests.factories.people import actor_of, make_person

__all__ = ["world_stage"]
pytestmark = pytest.mark.django_db
AT = worlds.AT


def loaded(key: Any) -> Any:
    """The key as a worker of the gateway would load it."""
    with connection.cursor() as cursor:
        cursor.execute(sql.KEY, [bytes(key.digest)])
        row = cursor.fetchone()
    return keys_of(row)[bytes(key.digest)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds.WORLD)
def test_the_gateway_decides_as_the_panel_does(world_stage: Stage, world: dict[str, Any]) -> None:
    renamed = _renamed(world, permits.VIEW)
    with transaction.atomic():
        found = []
        for user in world_stage.users:
            key, _token = make_key(user, granted=False)
            for thing in world_stage.objects:
                key.assistants.create(assistant_id=thing.id)
            found.append(key)
        worlds.build(world_stage, renamed)
        for user, key in zip(world_stage.users, found, strict=True):
            known = loaded(key)
            for thing in world_stage.objects:
                allowed = access.can(actor_of(user), permits.VIEW, thing, AT)
                assert (known.usable(AT.timestamp()) and known.may_call(thing.id, AT.timestamp())) == allowed
        transaction.set_rollback(True)


def _renamed(world: dict[str, Any], permit: Permit) -> dict[str, Any]:
    """Only this permit matters here; the others of these worlds are made up."""
    found = {**world}
    for part in ("custom", "guests"):
        found[part] = {
            user: ({permit.name} if "t.see" in value[0] else set(), *value[1:]) for user, value in world[part].items()
        }
    return found


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(world=worlds.WORLD)
def test_the_gateway_lets_try_whom_the_panel_does(world_stage: Stage, world: dict[str, Any]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        worlds.build(world_stage, _renamed(world, permits.TRY))
        for user in world_stage.users:
            for thing in world_stage.objects:
                cursor.execute(sql.TRYING, [user.id, thing.id, AT])
                row = cursor.fetchone()
                assert bool(row and row[0]) == access.can(actor_of(user), permits.TRY, thing, AT)
        transaction.set_rollback(True)


def epoch() -> int:
    return int(Epoch.objects.get().number)


class TestAChangeOfRights:
    """Whatever takes a right away bumps the epoch, so that every worker loads the owner's keys anew."""

    def test_of_a_grant_a_team_a_role_and_an_account(self, world_stage: Stage) -> None:
        bob, thing, at = world_stage.users[1], world_stage.objects[0], clock.now()
        key, _token = make_key(bob, thing)
        assert loaded(key).may_call(thing.id, at.timestamp())
        (grant,), _ = access.grants_on(thing)
        before = epoch()
        grants.unshare(actor=actors.console(), permit=permits.SHARE, grant=grant, at=at)
        assert epoch() > before
        assert not loaded(key).may_call(thing.id, at.timestamp())
        before, key_epoch = epoch(), type(key).objects.get(id=key.id).epoch
        given: dict[str, Any] = {"receiver": ("team", str(world_stage.teams[0].id)), "role": "viewer", "reason": "x"}
        sharing.share(actor=actors.console(), assistant=thing, at=at, **given)
        from accounts.teams import services as teams  # noqa: PLC0415

        teams.set_membership(actor=actors.console(), team=world_stage.teams[0], user=bob, member=True, at=at)
        assert loaded(key).may_call(thing.id, at.timestamp())
        assert type(key).objects.get(id=key.id).epoch > key_epoch >= before
        type(bob).objects.filter(id=bob.id).update(state=State.DISABLED)
        assert not loaded(key).usable(at.timestamp())

    def test_that_ends_by_itself_needs_nobody(self, world_stage: Stage) -> None:
        bob, thing, at = make_person("noor"), world_stage.objects[0], clock.now()
        end: datetime = at + timedelta(seconds=30)
        given: dict[str, Any] = {"receiver": ("user", str(bob.id)), "role": "viewer", "reason": "x", "expires_at": end}
        sharing.share(actor=actors.console(), assistant=thing, at=at, **given)
        key, _token = make_key(bob, thing)
        known = loaded(key)
        assert known.may_call(thing.id, end.timestamp() - 1)
        assert not known.may_call(thing.id, end.timestamp())
