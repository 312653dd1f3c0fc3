"""A kind to try four eyes with: it names a team. Its facts are the team's name, its effect the new one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accounts.access.rules import MANAGE_TEAMS, SIGNED_IN, Permit
from accounts.approvals.models import Approval
from accounts.approvals.rules import kinds
from accounts.approvals.rules.kinds import Kind, Shown
from accounts.approvals.services import asking, deciding
from accounts.people.models import Team, User
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict
from tests.factories.people import actor_of, make_team

NAME = "test.rename"
performed: list[UUID] = []


def _team(effect: Mapping[str, Any]) -> Team:
    return Team.objects.get(id=effect["team"])


def _describe(effect: Mapping[str, Any]) -> Shown:
    team = _team(effect)
    return Shown(f"Call {team.name} {effect['name']}", [("Team", team.name), ("New name", effect["name"])])


def _perform(approval: Approval, _at: datetime) -> None:
    if approval.effect["name"] == "refuse":
        raise Conflict("No team may be called that.")
    performed.append(approval.id)
    Team.objects.filter(id=approval.effect["team"]).update(name=approval.effect["name"])


KIND = Kind(
    NAME, "Rename a team", ask=SIGNED_IN, approve=Permit(MANAGE_TEAMS.name, "Manage teams", MANAGE_TEAMS.roles),
    describe=_describe, current=lambda effect: {"name": _team(effect).name}, perform=_perform,
    about=lambda effect: [UUID(one) for one in effect.get("about", [])], facts={"name": "Name"},
)  # fmt: skip


@contextmanager
def kind(**changes: Any) -> Iterator[Kind]:
    """The kind is known inside; `kind(approvers=2)` changes it."""
    one = replace(KIND, **changes)
    before = kinds.registered()
    kinds.register(one)
    performed.clear()
    try:
        yield one
    finally:
        kinds._kinds.clear()
        kinds._kinds.update(before)


@pytest.fixture
def known() -> Iterator[None]:
    """The kind as it is."""
    with kind():
        yield


def fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def ask(
    user: User, *, name: str = "Helpers", team: Team | None = None, at: datetime | None = None, **effect: Any
) -> Approval:
    team = team or Team.objects.filter(name="support").first() or make_team("support")
    return asking.ask(
        actor=actor_of(user), kind=NAME, obj=("team", team.id), effect={"team": str(team.id), "name": name, **effect},
        reason="The old name misleads", at=at or clock.now(),
    )  # fmt: skip


def approve(user: User, row: Approval, **options: object) -> Approval:
    """By this person with a fresh factor, having seen it, now."""
    given = {"seen": row.digest, "at": clock.now(), **options}
    return deciding.approve(actor=fresh(user), approval=row, **given)  # type: ignore[arg-type]
