"""The journal for people: who, what and which object in words that the reader may see."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.people import queries as people
from compliance.auditing.models import Receipt, Sink, Verification
from panel.journal import events
from panel.journal import queries as ledger
from panel.journal.models import IndexEntry, Leaf
from panel.journal.rules.checkpoint import verifier_key
from panel.kernel.actors import Actor
from panel.kernel.registries import objects
from panel.kernel.registries.objects import Card

KEY = "api_key"  # the object kind of API keys; an actor's means is called "key"
SESSION = "session"
LATE = timedelta(minutes=10)
"""A sink that fails for so long is told of."""


class Words:
    """Names for entries, fetched for a page at once. Opened names stay in this object, which lives for one answer.

    `objects_too` False leaves objects as kind and id: an export of 100,000 rows asks nobody for 100,000 titles.
    """

    def __init__(self, reader: Actor, *, objects_too: bool = True) -> None:
        self._reader = reader
        self._objects_too = objects_too
        self._people: dict[UUID, str] = {}
        self._cards: dict[tuple[str, UUID], Card | None] = {}

    def learn(self, entries: Iterable[Leaf]) -> None:
        """Fetch what these entries need and is not known yet."""
        rows = list(entries)
        persons = {one.actor_id for one in rows if one.actor_kind in {"person", "service"} and one.actor_id}
        self._people |= dict.fromkeys(persons - set(self._people), "") | people.names(persons - set(self._people))
        wanted: dict[str, set[UUID]] = defaultdict(set)
        for one in rows:
            for kind, key in _references(one, objects_too=self._objects_too):
                if (kind, key) not in self._cards:
                    wanted[kind].add(key)
        for kind, keys in wanted.items():
            found = objects.cards(self._reader, kind, keys)
            self._cards |= {(kind, key): found.get(key) for key in keys}

    def who(self, entry: Leaf) -> str:
        """The actor's name; a removed account is shown by the end of its id."""
        fixed = {
            "system": _("The panel itself"),
            "console": _("Console"),
            "anonymous": _("Somebody not signed in"),
        }
        if entry.actor_kind in fixed or entry.actor_id is None:
            return fixed.get(entry.actor_kind, entry.actor_kind)
        if entry.actor_kind == "subject":
            return _("Data subject …%(end)s") % {"end": str(entry.actor_id)[-6:]}
        if entry.actor_kind == "key":
            return self._title(KEY, entry.actor_id, entry)
        if entry.actor_id not in self._people:
            self.learn([entry])
        return self._people[entry.actor_id] or _("Removed account …%(end)s") % {"end": str(entry.actor_id)[-6:]}

    def via(self, entry: Leaf) -> str:
        """The key that somebody acted through; a session goes without saying."""
        if not entry.via_kind or entry.via_kind == SESSION or entry.via_id is None:
            return ""
        return self._title(KEY if entry.via_kind == "key" else entry.via_kind, entry.via_id, entry)

    def what(self, entry: Leaf) -> Card | None:
        """The object as the reader may see it; its kind and id where there is no more to see."""
        if not entry.object_kind or entry.object_id is None:
            return None
        found = self._card(entry.object_kind, entry.object_id, entry)
        return found or Card(bare(entry, whole=not self._objects_too), "")

    def _title(self, kind: str, key: UUID, entry: Leaf) -> str:
        found = self._card(kind, key, entry)
        return found.title if found else f"…{str(key)[-6:]}"

    def _card(self, kind: str, key: UUID, entry: Leaf) -> Card | None:
        if (kind, key) not in self._cards and self._objects_too:
            self.learn([entry])
        return self._cards.get((kind, key))


def _references(entry: Leaf, *, objects_too: bool) -> list[tuple[str, UUID]]:
    found = []
    if entry.actor_kind == "key" and entry.actor_id:
        found.append((KEY, entry.actor_id))
    if entry.via_kind and entry.via_kind != SESSION and entry.via_id:
        found.append((KEY if entry.via_kind == "key" else entry.via_kind, entry.via_id))
    if objects_too and entry.object_kind and entry.object_id:
        found.append((entry.object_kind, entry.object_id))
    return found


def bare(entry: Leaf, *, whole: bool = True) -> str:
    """The object as kind and id, or the end of the id."""
    key = str(entry.object_id) if whole else f"…{str(entry.object_id)[-6:]}"
    return f"{entry.object_kind} {key}" if entry.object_id else ""


def entry(entry_id: UUID) -> Leaf | None:
    return Leaf.objects.filter(id=entry_id).first()


def name_of(actor_or_object: UUID, reader: Actor) -> str:
    """A person's or key's name for the line that says what a list is narrowed to."""
    found: Any = people.names([actor_or_object]).get(actor_or_object)
    for kind in (KEY, *objects.kinds()):
        if found:
            break
        card = objects.cards(reader, kind, [actor_or_object]).get(actor_or_object)
        found = card.title if card else None
    return str(found or actor_or_object)


@dataclass(frozen=True)
class Chosen:
    """What somebody narrows the journal to. `person`: everything that they did, or that was done to them."""

    event: str = ""
    area: str = ""
    by: str = ""
    means: str = ""
    actor: UUID | None = None
    object: UUID | None = None
    person: UUID | None = None
    request: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def stored(self) -> dict[str, str]:
        """As a job's arguments; what is not set is left out."""
        return {
            field.name: value.isoformat() if isinstance(value, datetime) else str(value)
            for field in fields(self)
            if (value := getattr(self, field.name))
        }

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Chosen":
        """`stored` again. Raises ValueError for what is no id or instant."""
        ids: dict[str, Any] = {name: UUID(given[name]) for name in ("actor", "object", "person") if given.get(name)}
        days: dict[str, Any] = {
            name: datetime.fromisoformat(given[name]) for name in ("since", "until") if given.get(name)
        }
        words: dict[str, Any] = {
            name: given[name] for name in ("event", "area", "by", "means", "request") if given.get(name)
        }
        return cls(**ids, **days, **words)


def chosen(wanted: Chosen) -> QuerySet[Leaf]:
    """The entries, unordered. Every part is served by an index in the order of ids."""
    rows = ledger.entries(
        event=wanted.event, actor=wanted.actor, object_id=wanted.object, request=wanted.request, since=wanted.since
    )
    if wanted.area:
        rows = rows.filter(event__startswith=f"{wanted.area}.")
    if wanted.by:
        rows = rows.filter(actor_kind=wanted.by)
    if wanted.means:
        rows = rows.filter(via_kind=wanted.means)
    if wanted.person:
        rows = rows.filter(Q(actor_id=wanted.person) | Q(object_id=wanted.person))
    if wanted.until:
        rows = rows.filter(id__lt=ledger.first_id(wanted.until))
    return rows


def sequence_of(row: Leaf) -> int | None:
    """None while it waits to be sealed."""
    try:
        return int(row.entry.sequence)
    except IndexEntry.DoesNotExist:
        return None


def areas() -> list[str]:
    """First words of events: the slices that write them."""
    return sorted({name.partition(".")[0] for name in events.registered()})


def sinks() -> QuerySet[Sink]:
    return Sink.objects.all()


def sink(sink_id: UUID) -> Sink | None:
    return Sink.objects.filter(id=sink_id).first()


def backlog(row: Sink) -> int:
    """Entries that have not arrived there yet; of checkpoints 0 or 1."""
    head = ledger.head()
    if head is None:
        return 0
    return max(0, head.size - 1 - row.reached) if row.what == "entries" else int(head.size > row.reached)


def ill() -> list[Sink]:
    """Sinks that something is wrong with, asked once for a page: they are few."""
    rows = Sink.objects.filter(Q(failing_since__isnull=False) | Q(rewritten__isnull=False)).order_by("name")
    return access.once("auditing.ill", lambda: list(rows))


def failing(at: datetime) -> list[Sink]:
    return [one for one in ill() if not one.paused and one.failing_since and one.failing_since <= at - LATE]


def rewritten() -> Sink | None:
    """A sink that knows entries which the journal has not, or not so."""
    return next((one for one in ill() if one.rewritten is not None), None)


def verifier_keys() -> list[str]:
    """Of this journal, as signed-note tools and witnesses take them, oldest first."""
    return [verifier_key(ledger.origin(), public) for public in ledger.public_keys()]


def receipts() -> QuerySet[Receipt]:
    return Receipt.objects.all()


def receipt(receipt_id: UUID) -> Receipt | None:
    return Receipt.objects.filter(id=receipt_id).first()


def verifications() -> QuerySet[Verification]:
    return Verification.objects.defer("outside")


def verification(verification_id: UUID) -> Verification | None:
    return Verification.objects.filter(id=verification_id).first()
