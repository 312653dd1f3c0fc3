"""Where records with a period live: slices register their stores, retention asks them and tells them to delete.

A store answers the preview, the plan of a run and the search afterwards with one and the same question, `due`; so nothing is
previewed that a run would not do.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from compliance.retention.rules.classes import Category, cut


@dataclass(frozen=True)
class Asked:
    """Of which class, and what is due: everything from `cut` or before."""

    name: str
    days: int
    at: datetime
    whole: bool = True
    """Whether records without a class of their own count: those of the category's default."""

    @property
    def cut(self) -> datetime:
        return cut(self.at, self.days)


@dataclass(frozen=True)
class Unit:
    """What goes in one transaction (or in several small ones, one after the other): `due` records go, `held` are kept by a
    hold though their time is over. `oldest` is the oldest that goes."""

    key: str
    due: int
    held: int
    oldest: datetime | None


@dataclass
class Gone:
    """What one transaction did. `more`: the unit has more to do in another one. `last`: what it still has to do before the
    commit and after everything else, because whoever inserts waits from then on: dropping `dropped`."""

    ids: Sequence[UUID] | Iterable[UUID]
    held: list[tuple[UUID, UUID]] = field(default_factory=list)
    """(record, hold)."""
    dropped: str = ""
    more: bool = False
    last: Callable[[], object] | None = None


class Store(Protocol):
    """Records of one category. Everything runs in the caller's transaction."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> Any: ...

    @property
    def category(self) -> Category: ...

    def due(self, asked: Asked) -> list[Unit]:
        """What a run at that instant would do, oldest first."""

    def purge(self, unit: str, asked: Asked) -> Gone:
        """Do it for one unit, all but `last`. Raises OperationalError (lock not available) when it is worth trying again."""

    def size(self, asked: Asked) -> int:
        """How many records of the class there are."""

    def oldest(self, asked: Asked) -> datetime | None:
        """From when the oldest record is that no hold keeps."""


_stores: dict[str, Store] = {}


def register(store: Store) -> None:
    _stores[store.name] = store


def registered() -> list[Store]:
    return sorted(_stores.values(), key=lambda one: (one.category.value, one.name))


def of(category: str) -> list[Store]:
    return [one for one in registered() if one.category == category]


def store(name: str) -> Store:
    """Raises KeyError."""
    return _stores[name]
