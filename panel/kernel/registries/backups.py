"""What slices add to a backup, and what must be done again after one was restored.

A restored database is as old as its backup. Whatever was erased since then comes back with it, so every erasure that is not
the destruction of a data key registers a `Replay`; what must not be forgotten though it is younger than the backup (a legal hold)
is a `Standing`. Both stand in the ledger that lies beside the backups, not inside them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Store:
    """A folder of the data directory that becomes a part of every backup: its files that match `pattern`.

    `before`: it is read before the database, because its files move into the database and are then deleted (the spool: a
    record may be in both, never in neither). Otherwise it is read after, so that every row finds its file.
    """

    name: str
    folder: str
    before: bool = False
    pattern: str = "**/*"


class Replay(Protocol):
    """Erasures of one kind. Both verbs work on the newest schema; `apply` is safe to repeat."""

    def collect(self) -> Iterable[tuple[UUID, datetime]]:
        """Every erasure that this database knows of: what, and when."""

    def apply(self, ids: Sequence[UUID], at: datetime) -> int:
        """Erase again, inside the caller's transaction; returns how many had come back."""


class Standing(Protocol):
    """What stands whatever backup is restored: the newest state of each counts."""

    def collect(self) -> Iterable[tuple[UUID, datetime, str]]:
        """(id, when it changed last, all that is needed to make it again)."""

    def apply(self, texts: Sequence[str], at: datetime) -> int:
        """Make those again that are missing or narrower, inside the caller's transaction and before anything is erased
        again; returns how many. Safe to repeat."""


After = Callable[[datetime], None]

_stores: dict[str, Store] = {}
_replays: dict[str, Replay] = {}
_known: dict[str, tuple[str, str]] = {}
_standings: dict[str, Standing] = {}
_after: dict[str, After] = {}


def register_store(store: Store) -> None:
    _stores[store.name] = store


def stores() -> list[Store]:
    return sorted(_stores.values(), key=lambda one: one.name)


def register_replay(kind: str, replay: Replay, *, table: str = "", known: str = "") -> None:
    """`known` is SQL over `table` that answers (id, instant): what a database that a restore replaces knows to be erased,
    whatever its version; not asked where there is no such table."""
    _replays[kind] = replay
    if table:
        _known[kind] = (table, known)


def known() -> dict[str, tuple[str, str]]:
    return dict(_known)


def replays() -> dict[str, Replay]:
    return dict(_replays)


def register_standing(kind: str, standing: Standing) -> None:
    """`kind` is what one is called, in the singular: it stands in what a restore says."""
    _standings[kind] = standing


def standings() -> dict[str, Standing]:
    return dict(_standings)


def register_after(name: str, verb: After) -> None:
    """`verb(at)` runs in the transaction that ends a restore: end sessions, forget one-time links."""
    _after[name] = verb


def after() -> dict[str, After]:
    return dict(_after)
