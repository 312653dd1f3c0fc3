"""Which holds there are, what they cover, who tried to delete it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, QuerySet

from accounts.access import queries as access
from accounts.people import queries as people
from compliance.holds.models import Attempt, Hold, HoldQuerySet, Line, Version
from compliance.holds.rules import coverage, permits
from compliance.holds.rules.scope import KIND_NAMES, Kind
from panel.kernel.actors import Actor
from panel.kernel.registries import objects

SHOWN = 100


def visible_to(actor: Actor) -> HoldQuerySet:
    found: HoldQuerySet = Hold.objects.all() if access.can(actor, permits.VIEW) else Hold.objects.none()
    return found


def listed(actor: Actor) -> QuerySet[Hold]:
    return visible_to(actor).annotate(tried=Count("attempts"))


def rights(actor: Actor) -> dict[str, bool]:
    return {"place": access.can(actor, permits.PLACE), "release": access.can(actor, permits.RELEASE)}


def in_force() -> int:
    return Hold.objects.effective().count()


@dataclass(frozen=True)
class Covered:
    """A line in words; `url` is "" where the reader has no page of it."""

    kind: Any
    title: str
    url: str
    line: Line


def lines(actor: Actor, hold: Hold) -> list[Covered]:
    """What the hold covers, oldest version first, with the names that the actor may read."""
    rows = list(Line.objects.filter(hold=hold).select_related("version").order_by("id")[:SHOWN])
    named = objects.cards(actor, "assistant", [one.assistant for one in rows if one.assistant])
    named |= objects.cards(actor, "subject", [one.subject for one in rows if one.subject])
    found = []
    for row in rows:
        value = row.subject or row.assistant or row.item
        card = named.get(value) if value else None
        kind = KIND_NAMES[Kind(row.kind)]
        found.append(Covered(kind, card.title if card else str(value or ""), card.url if card else "", row))
    return found


def versions(hold: Hold) -> list[tuple[Version, str]]:
    """Each with who made it, newest first."""
    rows = list(Version.objects.filter(hold=hold).order_by("-number")[:SHOWN])
    names = people.names({one.by_id for one in rows if one.by_id and one.by_kind == "person"})
    return [(one, names.get(one.by_id, "") if one.by_id else "") for one in rows]


def attempts(actor: Actor) -> QuerySet[Attempt]:
    """Refused deletions, newest first."""
    return Attempt.objects.filter(hold__in=visible_to(actor)).select_related("hold")


def counts(hold: Hold) -> list[tuple[Any, int]]:
    """(what, how many) for each sort of records."""
    return [(one.title, one.count(hold.id)) for one in coverage.registered()]
