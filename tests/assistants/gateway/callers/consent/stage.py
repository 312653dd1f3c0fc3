"""A gateway whose assistant serves a purpose, and a database in memory that says how people stand."""

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.ledger.payload import end_user
from assistants.gateway.engine.state import persons
from assistants.gateway.engine.state.consent import Binding, Purpose
from assistants.gateway.engine.state.snapshot import Snapshot
from panel.kernel import ids
from tests.assistants.gateway import gate as gates
from tests.assistants.gateway.gate import SUBJECTS, Gate

BLIND = {kind: kind.encode().ljust(32, b".") for kind in persons.KINDS}
IMPROVE = Purpose(ids.new_id(), "improve", asked=True, active=True, required=2, notice_required=1)
CONTRACT = Purpose(ids.new_id(), "answer", asked=False, active=True)
LENA = "lena-4711"
GIVEN = [IMPROVE.id, "given", 2, 1, None]


@dataclass
class People:
    """Rows of `rows.PERSON` by name; counts how often it was asked. `away`: it cannot be asked."""

    rows: dict[persons.Name, Any] = field(default_factory=dict)
    asked: int = 0
    away: bool = False

    async def ask(self, _query: str, kind: str, index: bytes) -> Any:
        self.asked += 1
        if self.away:
            raise ApiError("snapshot_stale")
        return self.rows.get((kind, index))

    def say(self, name: persons.Name, *standings: list[Any], subjects: tuple[UUID, ...] = ()) -> UUID:
        subject = ids.new_id()
        rows = [[str(one[0]), *one[1:]] for one in standings]
        self.rows[name] = ([subject, *subjects], rows or None)
        return subject


def named(kind: str, text: str) -> persons.Name:
    return kind, hmac.digest(BLIND[kind], text.encode(), "sha256")[:16]


def lena(gate: Gate, called: str = LENA) -> persons.Name:
    one = gate.snapshot.assistants["helper"]
    return named("end_user", f"{one.id}|{end_user(called, SUBJECTS).encode().hex()}")


def key_name(gate: Gate) -> persons.Name:
    key = next(iter(gate.snapshot.keys.values()))
    return named("api_key", f"|{str(key.id).encode().hex()}")


def bound(*found: Binding, purposes: tuple[Purpose, ...] = (IMPROVE, CONTRACT), **changes: Any) -> Snapshot:
    at = gates.snapshot()
    helper = at.assistants["helper"].id
    return replace(at, bound={helper: found}, purposes={one.id: one for one in purposes}, blind=BLIND, **changes)


@asynccontextmanager
async def opened(folder: Path, *script: Any, at: Snapshot | None = None) -> AsyncIterator[tuple[Gate, People]]:
    people = People()
    async with gates.opened(folder, *script, at=at or bound(Binding(IMPROVE.id))) as gate:
        gate.service.feed.persons = persons.Persons(people.ask)
        yield gate, people


def change(gate: Gate, *subjects: UUID, **snapshot: Any) -> None:
    """What the feed does when a consent or a link of these subjects changed."""
    feed = gate.service.feed
    feed.moved = frozenset(subjects)
    feed.persons.forget(feed.moved)
    gate.say(replace(gate.snapshot, epoch=gate.snapshot.epoch + 1, **snapshot))
