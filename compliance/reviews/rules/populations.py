"""What a review is about: kinds of rights, registered in hooks by whoever knows them; and one right as a frozen fact.

    populations.register(Population("role", _("Organisation role"), collect=roles.collect, ...))

`collect(at)` walks every right of the kind in force at an instant. The acts are called inside the transaction of a
decision: `end` takes a right away and answers with what is needed to give back exactly the same; `restore` does that;
`reduce` leaves less of it. `looks` says on which routes to try whether it is really gone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from panel.journal.rules import canonical

Ref = tuple[str, UUID]


@dataclass(frozen=True)
class Found:
    """One right of somebody at an instant: ids, fixed words and names of roles and keys, nothing else.

    `ref` names the row within its kind; `holder` is ("user" | "team", id); `detail` is JSON for people and report.
    """

    kind: str
    ref: str
    holder: Ref
    right: str
    obj: Ref | None = None
    given_at: datetime | None = None
    expires_at: datetime | None = None
    giver: tuple[str, UUID | None] = ("", None)
    used_at: datetime | None = None
    flags: frozenset[str] = frozenset()
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.ref}"

    def facts(self) -> bytes:
        """The canonical line of this right (RFC 8785): what the count and the hash of a population are made of."""
        return canonical.encode(
            {
                "kind": self.kind,
                "ref": self.ref,
                "holder": {"kind": self.holder[0], "id": str(self.holder[1])},
                "object": {"kind": self.obj[0], "id": str(self.obj[1])} if self.obj else None,
                "right": self.right,
                "given_at": stamp(self.given_at),
                "expires_at": stamp(self.expires_at),
                "giver": {"kind": self.giver[0], "id": str(self.giver[1]) if self.giver[1] else None},
                "used_at": stamp(self.used_at),
                "flags": sorted(self.flags),
                "detail": dict(self.detail),
            }
        )


def stamp(moment: datetime | None) -> str | None:
    """UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def lines(facts: Iterable[bytes]) -> Iterator[bytes]:
    """population.jsonl: a line each, in the order of the bytes, so that the order says nothing."""
    for one in sorted(facts):
        yield one + b"\n"


def digest(facts: Iterable[bytes]) -> str:
    """SHA-256 of population.jsonl, 64 hexadecimal digits."""
    hashed = sha256()
    for line in lines(facts):
        hashed.update(line)
    return hashed.hexdigest()


@dataclass(frozen=True)
class Look:
    """One place to look at as somebody: the route (a path) and who looks. `obj` must be there for them; `means` is a key or
    a session whose own state counts as well."""

    route: str
    who: UUID
    obj: Ref | None = None
    means: tuple[str, UUID | str] | None = None


@dataclass(frozen=True)
class Ended:
    """What an act did: `kept` is JSON that `restore` takes (sealed where it is stored); `also` names what ended with it."""

    kept: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[Ref, ...] = ()


@dataclass(frozen=True)
class Acting:
    """Who reviews, which item, and when: what an act needs. `by` is the reviewer, or the system at the due date."""

    by: Any
    item: Any
    reason: str
    at: datetime


class Gone(Exception):  # noqa: N818 - an answer: the right is not there any more
    """What was to be ended does not exist any more."""


@dataclass(frozen=True)
class Population:
    """Without `restore` what was revoked cannot come back; `smaller(item)` lists what `reduce` can leave of it, in words."""

    kind: str
    title: Any
    collect: Callable[[datetime], Iterable[Found]]
    end: Callable[[Acting], Ended]
    looks: Callable[[Any], list[Look]]
    restore: Callable[[Acting, Mapping[str, Any]], None] | None = None
    reduce: Callable[[Acting, str], None] | None = None
    smaller: Callable[[Any], list[tuple[str, Any]]] | None = None


_populations: dict[str, Population] = {}
# Last use from the gateway's record: (kind of object) -> {(user, object): last instant}, registered by the floor above.
_uses: dict[str, Callable[[datetime], Mapping[tuple[UUID, UUID], datetime]]] = {}


def register(one: Population) -> None:
    _populations[one.kind] = one


def registered() -> dict[str, Population]:
    return dict(_populations)


def known(kind: str) -> Population:
    """Raises LookupError: nobody registered it."""
    return _populations[kind]


def register_uses(object_kind: str, uses: Callable[[datetime], Mapping[tuple[UUID, UUID], datetime]]) -> None:
    """`uses(since)`: when each user last used each object of this kind, as far back as `since`."""
    _uses[object_kind] = uses


def uses(object_kind: str, since: datetime) -> Mapping[tuple[UUID, UUID], datetime] | None:
    """None for a kind of which nobody keeps a record: then nothing is said about use."""
    found = _uses.get(object_kind)
    return found(since) if found else None
