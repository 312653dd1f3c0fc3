"""What an erasure would do, store by store, and the hash that two people agree on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from compliance.requests.models import Request
from compliance.requests.rules.stores import Held, Person, Store
from panel.journal.rules import canonical


@dataclass(frozen=True)
class Line:
    """One store with something in it. `ground`: why all of it stays; `why`: what holds some of it for now."""

    store: str
    title: Any
    retention: Any
    counted: bool
    items: int
    held: int
    oldest: datetime | None
    ground: str
    until: str
    why: str
    exempt: int

    @property
    def goes(self) -> int:
        return 0 if self.ground else self.items - self.held - self.exempt


@dataclass(frozen=True)
class Preview:
    lines: list[Line]
    digest: str

    @property
    def items(self) -> int:
        return sum(one.items for one in self.lines)

    @property
    def held(self) -> int:
        return sum(one.held for one in self.lines)

    @property
    def exempt(self) -> int:
        return sum(one.exempt for one in self.lines)

    @property
    def goes(self) -> int:
        return sum(one.goes for one in self.lines)


def preview(person: Person, every: Iterable[Store]) -> Preview:
    """Looks into every store. The hash is over store, items, held and exempt ones and grounds of what is counted."""
    lines = [_line(one, found) for one in every if (found := one.held(person)).items]
    return Preview(lines, digest(lines))


def _line(one: Store, found: Held) -> Line:
    return Line(
        one.name,
        one.title,
        one.retention,
        one.counted,
        found.items,
        found.held,
        found.oldest,
        found.ground,
        found.until,
        found.why,
        found.exempt,
    )


def digest(lines: Iterable[Line]) -> str:
    told = [[one.store, one.items, one.held, one.exempt, bool(one.ground)] for one in lines if one.counted]
    return sha256(canonical.encode({"format": 2, "stores": sorted(told)})).hexdigest()


def persons(request: Request) -> tuple[tuple[UUID, ...], tuple[UUID, ...]]:
    """(subjects, accounts) of the ledger: whom the erasure is of, though nothing names them any more."""
    rows = list(request.erasures.order_by("id").values_list("scope", "of"))
    return tuple(of for scope, of in rows if scope == "subject"), tuple(of for scope, of in rows if scope == "account")
