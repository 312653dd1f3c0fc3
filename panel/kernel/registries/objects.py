"""The object resolver: from (kind, id) to something a page can show, for floors that may not know the slice."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from panel.kernel.actors import Actor


@dataclass(frozen=True)
class Card:
    """`url` is "" when the actor may know the title but has no page for it; `handle` is what programs call it."""

    title: str
    url: str
    handle: str = ""


@dataclass(frozen=True)
class Resolver:
    """`cards` answers for the ids that the actor may see and leaves the others out; `choices` lists (id, title) to pick."""

    kind: str
    name: str
    cards: Callable[[Actor, Iterable[UUID]], dict[UUID, Card]]
    choices: Callable[[Actor], list[tuple[UUID, str]]] | None = None


_resolvers: dict[str, Resolver] = {}


def register(resolver: Resolver) -> None:
    _resolvers[resolver.kind] = resolver


def kinds() -> dict[str, Resolver]:
    return dict(_resolvers)


def cards(actor: Actor, kind: str, ids: Iterable[UUID]) -> dict[UUID, Card]:
    """Cards of the objects that the actor may see; an unknown kind has none."""
    found = _resolvers.get(kind)
    return found.cards(actor, ids) if found else {}


def choices(actor: Actor, kind: str) -> list[tuple[UUID, str]]:
    found = _resolvers.get(kind)
    return found.choices(actor) if found and found.choices else []
