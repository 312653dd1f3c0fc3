"""Stores of personal data, as slices register them: what is held of a person, what of it goes, what stays and why.

    stores.register(personal.Conversations())   # in hooks, of a slice of any floor above

and beside them: who really received data (`register_recipients`), and the masker of third parties in exports.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol, runtime_checkable
from uuid import UUID

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Person:
    """Whom it is about: every subject id, and the accounts among them. `names` is what can be searched for: addresses,
    names, end-user ids, as far as their keys still open them. `exempt`: by store the items that this request leaves as they
    are, each with its ground in words."""

    subjects: tuple[UUID, ...]
    users: tuple[UUID, ...] = ()
    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    exempt: Mapping[str, Mapping[UUID, str]] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[UUID, ...]:
        return (*self.subjects, *self.users)


class Outcome(StrEnum):
    ERASED = "erased"
    RETAINED = "retained"
    HELD = "held"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    UNREACHABLE = "unreachable"


OUTCOME_NAMES: Final = {
    Outcome.ERASED: _("Erased"),
    Outcome.RETAINED: _("Kept, by law or rule"),
    Outcome.HELD: _("Held for now"),
    Outcome.FAILED: _("Failed, will be tried again"),
    Outcome.UNSUPPORTED: _("Not supported"),
    Outcome.UNREACHABLE: _("Could not be reached"),
}
# Where the search after an erasure looks.
PLACE_NAMES: Final = {
    "rows": _("Rows of the database"),
    "database_files": _("Files of the database"),
    "valkey": _("Queue and cache"),
    "files": _("Files"),
    "logs": _("Logs"),
}
LEFT: Final = frozenset({Outcome.HELD, Outcome.FAILED, Outcome.UNREACHABLE})


@dataclass(frozen=True)
class Held:
    """What a store has of somebody: `items` in all, how many of them a hold keeps and `why` (for staff: it names the hold),
    how many others are `exempt`, and the oldest. `ground` and `until` are why and how long all of it stays ("" : it goes)."""

    items: int
    held: int = 0
    oldest: datetime | None = None
    ground: str = ""
    until: str = ""
    why: str = ""
    exempt: int = 0


class Keeping(Protocol):
    """What keeps something, with a sentence that says so: a `deletion.Keep`."""

    @property
    def sentence(self) -> str: ...


def because(kept: Mapping[Any, Sequence[Keeping]]) -> str:
    """The sentences of what keeps these targets, each once."""
    return " ".join(dict.fromkeys(one.sentence for keeps in kept.values() for one in keeps))


@dataclass(frozen=True)
class Erased:
    """What an erasure left. `keys`: ids of data keys that must live on, because held items are sealed under them."""

    outcome: Outcome
    gone: int = 0
    left: int = 0
    ground: str = ""
    until: str = ""
    keys: frozenset[UUID] = field(default_factory=frozenset)


class Store(Protocol):
    """`name` is stable; `order`: what needs others' keys or names comes before them (10 content, 50 rest, 90 identity).
    `counted`: part of the preview that two people approve (no store that grows by the work on the request itself)."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> Any: ...

    @property
    def purpose(self) -> Any: ...

    @property
    def category(self) -> str: ...

    @property
    def retention(self) -> Any: ...

    @property
    def order(self) -> int: ...

    @property
    def counted(self) -> bool: ...

    @property
    def of_account(self) -> bool: ...

    def held(self, person: Person) -> Held: ...

    def items(self, person: Person) -> Iterator[Mapping[str, Any]]:
        """For a copy: flat mappings of JSON values, oldest first; no secrets. In flat memory."""

    def samples(self, person: Person) -> Iterator[str]:
        """Pieces of content that a search must not find any more, at most a few."""

    def erase(self, person: Person, at: datetime) -> Erased:
        """Inside the caller's transaction, after the keys of `Erased.keys` were asked of nobody. Again does no harm."""


@dataclass(frozen=True)
class Item:
    """One item of a store, told without its content."""

    id: UUID
    at: datetime | None
    note: str


@runtime_checkable
class Itemised(Store, Protocol):
    """A store whose items stand alone under keys of their own, so that single ones can be exempt."""

    def listed(self, person: Person, *, after: UUID | None = None, most: int = 50) -> list[Item]:
        """Oldest first, those after an id."""

    def among(self, person: Person, items: set[UUID]) -> set[UUID]:
        """Those of the ids that are items of this person."""


_stores: dict[str, Store] = {}


def register(store: Store) -> None:
    _stores[store.name] = store


def registered() -> list[Store]:
    return sorted(_stores.values(), key=lambda one: (one.order, one.name))


_singles: set[str] = set()


def register_single(label: str) -> None:
    """Rows of this table ("chat.Note") can be exempt one by one: each is something that a person wrote, with a key beside it."""
    _singles.add(label.lower())


def singles() -> frozenset[str]:
    return frozenset(_singles)


@dataclass(frozen=True)
class Recipient:
    """Somebody who received data of a person: a provider with model and place, first and last time, and how often."""

    name: str
    where: str
    what: str
    first: datetime
    last: datetime
    times: int
    contact: str = ""


Recipients = Callable[[Person], Iterable[Recipient]]
_recipients: list[Recipients] = []


def register_recipients(find: Recipients) -> None:
    _recipients.append(find)


def recipients(person: Person) -> list[Recipient]:
    return [one for find in _recipients for one in find(person)]


@dataclass(frozen=True)
class Mask:
    """What was covered: a word for it ("EMAIL") and where."""

    label: str
    start: int
    end: int


Masker = Callable[[str, frozenset[str]], tuple[str, list[Mask]]]
_maskers: list[Masker] = []


def register_masker(masker: Masker) -> None:
    """`masker(text, own)` covers what names others; `own` (casefolded) are the person's own identifiers. The newest counts."""
    _maskers.append(masker)


def masked(text: str, own: frozenset[str]) -> tuple[str, list[Mask]]:
    return _maskers[-1](text, own) if _maskers else (text, [])
