"""Demo data: slices add theirs; the demo command runs them in order.

    def build(world: demo.World) -> None:
        with demo.past(world.ago(40)):
            things.create(actor=world.actor("Maren Vogt"), ..., at=clock.now())

    demo.register(50, build)

Orders: 10 people and teams, 30 secrets and policies, 50 assistants and keys, 60 what people did with them, 70 traffic,
80 what followed from it, 90 set-up. What depends on chance asks `world.chance`, so that two demos tell the same story;
passwords, keys and ids are new in each.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from panel.kernel import clock, ids
from panel.kernel.actors import Actor

SEED = 20_261_124


class World(dict[str, Any]):
    """What becomes demo.json, and beside it what the parts tell each other: `people` by full name, `objects` by
    (kind, name), the instant `at` when the story ends (now)."""

    def __init__(self, given: dict[str, Any], at: datetime) -> None:
        super().__init__(given)
        self.at = at
        self.chance = random.Random(SEED)  # noqa: S311 - a story, not a secret
        self.people: dict[str, UUID] = {}
        self.objects: dict[tuple[str, str], UUID] = {}

    def ago(self, days: float) -> datetime:
        return self.at - timedelta(days=days)

    def actor(self, name: str) -> Actor:
        """Somebody of the story, with a factor that is fresh."""
        return Actor("person", self.people[name], fresh_at=timezone.now())


Part = Callable[[World], None]
_parts: list[tuple[int, Part]] = []


def register(order: int, part: Part) -> None:
    """`part` receives the shared world and adds to it."""
    _parts.append((order, part))


def build(given: dict[str, Any]) -> World:
    world = World(given, clock.now())
    for _, part in sorted(_parts, key=lambda pair: pair[0]):
        part(world)
    return world


@contextmanager
def past(at: datetime) -> Iterator[None]:
    """What is done inside is done at that time: clock, ids and journal agree."""
    ids.begin_again()
    with clock.told(at):
        yield
    ids.begin_again()


_traffic: list[Callable[[dict[str, Any]], None]] = []


def register_traffic(part: Callable[[dict[str, Any]], None]) -> None:
    """`part` receives what stands in demo.json, once the gateway answers, and calls it like an application."""
    _traffic.append(part)


def drive(world: dict[str, Any]) -> None:
    for part in _traffic:
        part(world)
