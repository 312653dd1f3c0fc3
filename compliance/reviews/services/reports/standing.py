"""Who could do what at an instant: from the history of rights, the journal and the registers, signed."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_lazy

from accounts.access.models import GrantChange
from accounts.access.rules import Change, ObjectRole
from accounts.credentials.models import ApiKey
from accounts.people import queries as people
from compliance.reports.rules import Asked, Kind, Table
from compliance.reviews.queries.words import Words, right_word
from compliance.reviews.rules.permits import VIEW
from compliance.reviews.rules.populations import stamp
from panel.journal.models import Leaf
from panel.journal.rules import canonical
from panel.kernel.actors import SYSTEM
from panel.kernel.registries import objects

COLUMNS = ("who_kind", "who_id", "who", "right", "object_kind", "object_id", "object", "since", "until", "given_by")
PRINTED = [
    ("who", "Who"),
    ("right", "Right"),
    ("object", "Where"),
    ("since", "Since"),
    ("until", "Until"),
    ("given_by", "Given by"),
]
METHOD = [
    "Roles and grants: the history of rights, which is append-only, read in its order up to the instant.",
    "Teams: the journal's entries about joining and leaving.",
    "API keys: those made before the instant that had neither ended nor been revoked.",
    "People who were disabled at the instant are listed with what stood for them; a disabled account can do nothing.",
]
Row = dict[str, Any]


def rights_at(as_of: datetime) -> list[Row]:
    """Every right that stood at the instant, ids only."""
    held: dict[tuple[Any, ...], GrantChange] = {}
    for line in GrantChange.objects.filter(at__lte=as_of).order_by("id").iterator(chunk_size=2000):
        place = (line.receiver_kind, line.receiver_id, line.object_kind, line.object_id)
        on_object = line.role.upper() in ObjectRole.__members__ and bool(line.object_id)
        if line.act == Change.CHANGED and on_object:
            held = {key: one for key, one in held.items() if key[:4] != place} if _several(held, place) else held
        if line.act in {Change.GIVEN, Change.CHANGED}:
            held[(*place, line.role)] = line
        else:
            held.pop((*place, line.role), None)
    rows = [_grant(one) for one in held.values() if one.expires_at is None or one.expires_at > as_of]
    return [*rows, *_members(as_of), *_keys(as_of)]


def _several(held: dict[tuple[Any, ...], GrantChange], place: tuple[Any, ...]) -> bool:
    return any((*place, role.codename) in held for role in ObjectRole)


def _grant(one: GrantChange) -> Row:
    return _row(
        one.receiver_kind, one.receiver_id, one.role, one.object_kind, one.object_id, one.at, one.expires_at,
        (one.actor_kind, one.actor_id),
    )  # fmt: skip


def _row(
    who_kind: str,
    who: UUID,
    right: str,
    kind: str,
    obj: UUID | None,
    since: datetime,
    until: datetime | None,
    giver: Any,
) -> Row:
    return {
        "who_kind": who_kind, "who_id": who, "right": right, "object_kind": kind, "object_id": obj, "since": stamp(since),
        "until": stamp(until) or "", "giver": giver,
    }  # fmt: skip


def _members(as_of: datetime) -> Iterator[Row]:
    held: dict[tuple[Any, UUID], Leaf] = {}
    wanted = Leaf.objects.filter(event__in=["people.team.joined", "people.team.left"], at__lte=as_of).order_by("id")
    for leaf in wanted.iterator(chunk_size=2000):
        user = canonical.decode(bytes(leaf.data)).get("detail", {}).get("user")
        if user and leaf.event == "people.team.joined":
            held[leaf.object_id, UUID(user)] = leaf
        elif user:
            held.pop((leaf.object_id, UUID(user)), None)
    for (team, user), leaf in held.items():
        yield _row("user", user, "member", "team", team, leaf.at, None, (leaf.actor_kind, leaf.actor_id))


def _keys(as_of: datetime) -> Iterator[Row]:
    alive = Q(revoked_at__isnull=True) | Q(revoked_at__gt=as_of)
    rows = ApiKey.objects.filter(alive, created_at__lte=as_of, expires_at__gt=as_of).order_by("id")
    for one in rows:
        giver = (one.creator_kind, one.creator_id)
        yield _row("user", one.owner_id, one.kind, "api_key", one.id, one.created_at, one.expires_at, giver)


def named(rows: list[Row]) -> list[Row]:
    """With names and titles, in the order of names."""
    said = Words(SYSTEM)
    users = {row["who_id"] for row in rows if row["who_kind"] == "user"}
    said.learn_people(users | {row["giver"][1] for row in rows if row["giver"][1]})
    teams = {team.id: team.name for team in people.teams()}
    titles: dict[UUID, str] = {}
    for kind in {row["object_kind"] for row in rows if row["object_id"]}:
        keys = {row["object_id"] for row in rows if row["object_kind"] == kind}
        titles |= {key: card.title for key, card in objects.cards(SYSTEM, kind, keys).items()}
    found = [
        {
            **row,
            "who": teams.get(row["who_id"]) or said.person(row["who_id"]),
            "who_id": str(row["who_id"]),
            "right": right_word(row["right"]),
            "object": titles.get(row["object_id"], ""),
            "object_id": str(row["object_id"] or ""),
            "given_by": said.person(row["giver"][1], row["giver"][0]),
        }
        for row in rows
    ]
    return sorted(found, key=lambda one: (one["who"].casefold(), one["object"], one["right"], one["object_id"]))


def table(asked: Asked) -> Table:
    """Rights that stood at `asked.until`."""
    rows = named(rights_at(asked.until))
    kinds = Counter(row["object_kind"] or "organisation" for row in rows)
    numbers = {"By right": sorted(Counter(row["right"] for row in rows).items()), "By place": sorted(kinds.items())}
    return Table(COLUMNS, PRINTED, rows, numbers, METHOD, "Rights")


KIND = Kind(
    "reviews.standing",
    gettext_lazy("Who could do what"),
    gettext_lazy(
        "Every right that stood at an instant: roles, grants, teams and API keys, from the history of rights."
    ),
    VIEW,
    table,
    period=False,
)
