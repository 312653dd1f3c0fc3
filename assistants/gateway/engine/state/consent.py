"""What consent the gateway goes by: purposes, the calls that they are bound to, how a person's consents stand. Pure.

The state is computed as in compliance.consent.rules.states (a test holds the two together); a problem is a fault's code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

GIVEN, WITHDRAWN = "given", "withdrawn"
PLAYGROUND = "playground"


@dataclass(frozen=True, slots=True)
class Purpose:
    """`asked`: its legal basis is consent. `required` and `notice_required` are the least versions that still count."""

    id: UUID
    slug: str
    asked: bool
    active: bool
    required: int = 1
    notice_required: int = 0


@dataclass(frozen=True, slots=True)
class Binding:
    """Calls serve this purpose: those of one key or of all (None), by one route or by all (""). One that is not required
    refuses nothing."""

    purpose: UUID
    key: UUID | None = None
    route: str = ""
    required: bool = True

    def covers(self, key: UUID | None, route: str) -> bool:
        return (self.key is None or self.key == key) and self.route in {"", route}


@dataclass(frozen=True, slots=True)
class Standing:
    """The last word on a purpose; `expires_at` is a Unix time."""

    state: str
    version: int = 0
    notice: int = 0
    expires_at: float | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Every subject id of whom a call is about, and the last word on each purpose, whichever of them gave it."""

    subjects: frozenset[UUID] = frozenset()
    standings: Mapping[UUID, Standing] = field(default_factory=dict)


NOBODY = Person()


def problem(purpose: Purpose | None, standing: Standing | None, now: float) -> str:
    """Why nothing may be processed for a purpose, "" when it may."""
    if purpose is None or not purpose.active:
        return "purpose_retired"
    if not purpose.asked:
        return ""
    if standing is None:
        return "consent_unknown"
    if standing.state != GIVEN:
        return "consent_withdrawn"
    if standing.expires_at is not None and standing.expires_at <= now:
        return "consent_expired"
    old = standing.version < purpose.required or standing.notice < purpose.notice_required
    return "consent_stale" if old else ""


def refusal(
    found: Iterable[Binding], person: Person, purposes: Mapping[UUID, Purpose], now: float
) -> tuple[str, str] | None:
    """The first purpose that stands in the way: (code, its name)."""
    for one in found:
        purpose = purposes.get(one.purpose)
        if code := problem(purpose, person.standings.get(one.purpose), now):
            return code, purpose.slug if purpose else ""
    return None


def asks(found: Iterable[Binding], purposes: Mapping[UUID, Purpose]) -> bool:
    """Whether any of them needs to know the person."""
    return any(one.purpose in purposes and purposes[one.purpose].asked for one in found)


def person_of(row: tuple[Any, ...]) -> Person:
    """From a row of `rows.PERSON`: subject ids, and [purpose, state, version, notice, end] for each purpose."""
    subjects, standings = row
    return Person(
        frozenset(subjects),
        {UUID(one[0]): Standing(one[1], one[2], one[3], one[4]) for one in standings or ()},
    )
