"""Questions about the way from the gateway to the conversations, and what a person may know of what is kept."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from assistants.catalog.models import Assistant, Storage
from assistants.catalog.queries import purposes
from assistants.catalog.queries.usage import DAYS, Week
from assistants.catalog.rules.purposes import WITH_WORDS
from assistants.conversations import queries as conversations
from assistants.conversations.models import Call
from assistants.gateway.models import Inbox
from assistants.providers import queries as providers
from assistants.providers.rules import Kind
from compliance.consent import queries as consent
from compliance.consent.queries import Choice
from compliance.retention import queries as retention
from compliance.subjects import queries as people
from panel.kernel.registries.processing import Recipient


def unreadable_frames() -> int:
    return Inbox.objects.filter(failed=True).count()


def weeks(assistants: Sequence[UUID], at: datetime) -> dict[UUID, Week]:
    """Calls of the last 7 days (UTC, today is the last) of each assistant that had one; callers without a key are no calls."""
    today = at.astimezone(UTC).date()
    first = today - timedelta(days=DAYS - 1)
    known = Q(key__isnull=False) | Q(person__isnull=False) | Q(source="chat")
    rows = (
        Call.objects.filter(known, assistant__in=assistants, day__gte=first).order_by().values_list("assistant", "day")
    )
    sums = rows.annotate(calls=Sum("count"), blocked=Sum("count", filter=Q(action="block"), default=0), last=Max("at"))
    found: dict[UUID, Week] = {}
    for assistant, day, calls, blocked, last in sums:
        week = found.get(assistant) or Week([0] * DAYS)
        days = list(week.days)
        days[min((day - first).days, DAYS - 1)] += calls
        found[assistant] = Week(days, week.blocked + blocked, max(last, week.last or last))
    return found


RECENT = timedelta(days=92)
"""How far back traffic is looked at to say who really received data."""


def recipients(at: datetime) -> list[Recipient]:
    """The providers: what is declared of each, and when data last went there. One that traffic names and nobody knows any
    more is told too."""
    rows = Call.objects.filter(day__gte=(at - RECENT).date(), provider__isnull=False, upstream_status__gt=0)
    seen: dict[UUID, datetime] = dict(rows.order_by().values_list("provider").annotate(last=Max("at")))
    found = []
    for one in providers.every():
        last = seen.pop(one.id, None)
        if one.kind != Kind.DEMO:
            url = reverse("providers:detail", args=[one.id])
            found.append(Recipient(one.name, one.legal_entity, one.country, one.retention_note, last, url))
    return found + [Recipient(_("A provider that was removed"), seen=last) for last in seen.values()]


@dataclass(frozen=True, slots=True)
class Kept:
    """One assistant as somebody sees it who talked to it: what it keeps now (words for so many days, None without words) and
    kept before (newest first), what their words are used for and how they answered, and when somebody read them."""

    name: str
    last: datetime | None
    level: str
    days: int | None
    terms: list[Storage]
    choices: list[Choice]
    read: list[datetime]


def spoken(subjects: Iterable[UUID]) -> dict[UUID, datetime | None]:
    """Assistants that know a person, and when they talked last (None: a name is known, nothing was said)."""
    mine = list(subjects)
    return {**dict.fromkeys(people.scopes_of(mine)), **conversations.spoken_with(mine)}


def kept_of(subjects: Iterable[UUID], at: datetime, wanted: Iterable[str], only: UUID | None = None) -> list[Kept]:
    """For a person's own page, by the assistant's name; `only` one assistant."""
    mine, languages = list(subjects), list(wanted)
    last = {one: at for one, at in spoken(mine).items() if only in {None, one}}
    read: dict[UUID, list[datetime]] = {}
    for assistant, instant in conversations.read_of(mine):
        read.setdefault(assistant, []).append(instant)
    days = {one["name"]: one["days"] for one in retention.rules_in_force(at)}
    classes = retention.content_classes(last, at)
    rows = Assistant.objects.filter(id__in=last).order_by("name", "id")
    return [
        _kept(one, last[one.id], days[classes[one.id]], read.get(one.id, []), mine[0], at, languages) for one in rows
    ]


def _kept(
    one: Assistant, last: datetime | None, days: int, read: list[datetime], me: UUID, at: datetime, wanted: list[str]
) -> Kept:
    terms, level = purposes.storages(one), purposes.keep(one)
    told = terms[0].told if terms else True
    choices = consent.choices(me, at, wanted, purposes.bound(one))
    return Kept(one.name, last, level, days if level in WITH_WORDS else None, terms, choices, read if told else [])
