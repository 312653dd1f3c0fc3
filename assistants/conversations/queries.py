"""Questions about calls. Rows come newest first, page by page from an id: page 900 costs what page 1 costs."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Max, Q, Sum
from django.db.models.functions import TruncHour

from accounts.access import queries as access
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import programs
from assistants.catalog.queries import assistants as catalog
from assistants.conversations.models import Call, CallContent, CallQuerySet, Reveal
from assistants.conversations.rules import REQUEST_PREFIX, SEALED_IN, SEE_TRACES
from assistants.guard.rules import presets as guard
from compliance.consent import queries as consent
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.db.purging import HELD

COUNTED = 20_000
"""So many stopped calls are looked at to say which guard stops most."""
FEW = 200
"""Assistants that a reader may see and that a question names one by one."""


def visible_to(actor: Actor) -> CallQuerySet:
    """Calls of the assistants that the actor may see and those of the service accounts that they answer for; with the
    organisation-wide permit all, callers without key too."""
    if access.can(actor, SEE_TRACES):
        return Call.objects.all()
    seen = catalog.visible_to(actor).order_by().values_list("id", flat=True)
    # By their ids, so that the planner knows how rare their calls are; a subquery made it walk through everybody's.
    few = list(seen[: FEW + 1])
    found = Q(assistant__in=few if len(few) <= FEW else seen)
    if programs_keys := programs.key_ids(actor):
        found |= Q(key__in=programs_keys)
    return Call.objects.filter(found)


def page(rows: CallQuerySet, *, beyond: UUID | None = None, newer: bool = False, limit: int = 50) -> list[Call]:
    """The next rows after an id, older ones (`newer`: younger ones, oldest first)."""
    sign = "" if newer else "-"
    if beyond is not None:
        day, word = ids.day_of(beyond), "gt" if newer else "lt"
        # The day names the partition, the id the place in it; a UUIDv7 sorts by time, so both agree.
        rows = rows.filter(**{f"day__{word}e": day, f"id__{word}": beyond})
    return list(rows.order_by(f"{sign}day", f"{sign}id")[:limit])


def get(rows: CallQuerySet, call_id: UUID) -> Call | None:
    """One call; the day in its id finds the one partition."""
    try:
        return rows.filter(day=ids.day_of(call_id), id=call_id).first()
    except ValueError:
        return None


def searched(rows: CallQuerySet, text: str) -> CallQuerySet:
    """By request id, as a client sees it in `x-request-id`; anything else finds nothing."""
    try:
        call_id = UUID(text.strip().removeprefix(REQUEST_PREFIX))
        return rows.filter(day=ids.day_of(call_id), id=call_id)
    except ValueError:
        return rows.none()


def since(rows: CallQuerySet, moment: datetime) -> CallQuerySet:
    return rows.filter(day__gte=moment.date(), at__gte=moment)


def tried(assistant: UUID) -> bool:
    """Whether somebody tried it in the playground."""
    return Call.objects.filter(assistant=assistant, source="playground").exists()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many calls there were, and how many of them ended how; `turned_away` had no key and are not calls."""

    calls: int
    blocked: int
    redacted: int
    turned_away: int


def tally(rows: CallQuerySet, *, since: datetime, until: datetime | None = None) -> Tally:
    """One pass over the partitions of the period; `until` itself is not part of it."""
    rows = rows.filter(day__lte=until.date(), at__lt=until) if until else rows
    known = Q(key__isnull=False) | Q(person__isnull=False) | Q(source="chat")
    found = rows.filter(day__gte=since.date(), at__gte=since).aggregate(
        calls=Sum("count", filter=known),
        blocked=Sum("count", filter=known & Q(action="block")),
        redacted=Sum("count", filter=known & Q(action="redact")),
        turned_away=Sum("count", filter=~known),
    )
    return Tally(**{name: number or 0 for name, number in found.items()})


@dataclass(frozen=True, slots=True)
class Hour:
    """Calls that began within an hour, and how many of them ended how."""

    at: datetime
    calls: int = 0
    redacted: int = 0
    blocked: int = 0
    failed: int = 0


def by_hour(rows: CallQuerySet, *, until: datetime, count: int = 24) -> list[Hour]:
    """The last `count` hours exactly, so that they sum up to `tally`: bars of UTC hours, oldest first, of which the first
    and the last are a part; callers without a key are no calls."""
    since = until.astimezone(UTC) - timedelta(hours=count)
    first = since.replace(minute=0, second=0, microsecond=0)
    known = rows.filter(
        Q(key__isnull=False) | Q(person__isnull=False) | Q(source="chat"), day__gte=since.date(), at__gte=since
    )
    of = {"redacted": Q(action="redact"), "blocked": Q(action="block"), "failed": Q(status__gte=500)}
    sums = {"calls": Sum("count"), **{name: Sum("count", filter=one) for name, one in of.items()}}
    grouped = known.order_by().annotate(hour=TruncHour("at", tzinfo=UTC)).values_list("hour").annotate(**sums)
    filled = {at: [number or 0 for number in numbers] for at, *numbers in grouped}
    hours = [first + timedelta(hours=number) for number in range(count + (first != since))]
    return [Hour(one, *filled.get(one, [])) for one in hours]


def blocked_by(rows: CallQuerySet, *, since: datetime, most: int = 5) -> list[tuple[str, int]]:
    """(stage, calls) of what was stopped since then, most often first; the first verdict of a stopped call decides."""
    stopped = rows.filter(day__gte=since.date(), at__gte=since, action="block")
    counts: Counter[str] = Counter()
    for verdicts in stopped.values_list("verdicts", flat=True)[:COUNTED].iterator():
        counts[next((one[0] for one in verdicts if one[2] == "block"), "")] += 1
    return counts.most_common(most)


@dataclass(frozen=True, slots=True)
class Step:
    """One stage of a call; times are microseconds from its begin. `action` is "not_run" for what never ran."""

    name: str
    action: str
    begin: int = 0
    end: int = 0
    cost: int = 0

    @property
    def ran(self) -> bool:
        return self.action != "not_run"


def steps(call: Call) -> list[Step]:
    """Every stage in pipeline order, with the worst action that it took."""
    ran = {name: (begin, end, cost) for name, begin, end, cost in call.stages}
    worst: dict[str, str] = {}
    for stage, _rule, action, *_ in call.verdicts:
        if _rank(action) > _rank(worst.get(stage, "allow")):
            worst[stage] = action
    found = []
    for name in guard.STAGES:
        if name in ran:
            found.append(Step(name, worst.get(name, "allow"), *ran[name]))
        elif name in worst:
            found.append(Step(name, worst[name]))
        else:
            found.append(Step(name, "not_run"))
    return found


def _rank(action: str) -> int:
    return ("allow", "observe", "redact", "block").index(action)


def tape(call: Call) -> list[str]:
    """The words of the guard tape."""
    return [step.action for step in steps(call)]


def guard_time(found: Sequence[Step]) -> int:
    """Microseconds that the guards cost together."""
    return sum(step.cost for step in found if step.name != "provider")


@dataclass(frozen=True, slots=True)
class Content:
    """What was said: `request` as the client sent it, `answer` as it was released. `lost` says why there is none:
    "gone" (erased with its key, or its time is over), "too_large" (it was never kept)."""

    request: dict[str, Any]
    answer: list[dict[str, Any]]
    lost: str = ""


def reveal_of(actor: Actor, call: Call, at: datetime) -> Reveal | None:
    """The actor's leave to read the content of this call, while it lasts; none while its person's data is restricted."""
    if actor.kind != "person" or actor.id is None:
        return None
    found = Reveal.objects.filter(call=call.id, person=actor.id, until__gt=at).order_by("-until").first()
    return None if found is None or (call.subject and consent.restriction(call.subject)) else found


def content_of(call: Call) -> Content:
    """Opens what is stored. Ask `reveal_of` first: this question knows no rights."""
    row = CallContent.objects.filter(retention__in=[call.stored, HELD], day=call.day, id=call.id).first()
    if row is None:
        return Content({}, [], "gone")
    try:
        plain = keyring.open_sealed(bytes(row.sealed), table=SEALED_IN[0], column=SEALED_IN[1], row=row.id)
    except KeyGone:
        return Content({}, [], "gone")
    found = orjson.loads(plain)
    if found.get("too_large"):
        return Content({}, [], "too_large")
    return Content(found.get("request") or {}, found.get("answer") or [])


def spoken_with(subjects: Iterable[UUID]) -> dict[UUID, datetime]:
    """Assistants that these subjects talked to, and when last."""
    rows = Call.objects.filter(subject__in=list(subjects), assistant__isnull=False).order_by()
    return dict(rows.values_list("assistant").annotate(last=Max("at")))


def read_of(subjects: Iterable[UUID], *, most: int = 50) -> list[tuple[UUID, datetime]]:
    """(assistant, instant) of each time that somebody read what these subjects said, newest first."""
    calls = dict(Call.objects.filter(subject__in=list(subjects), stored__gt="").values_list("id", "assistant"))
    rows = Reveal.objects.filter(call__in=calls).order_by("-at")[:most]
    return [(assistant, row.at) for row in rows if (assistant := calls[row.call]) is not None]


def last_uses(since: datetime) -> dict[tuple[UUID, UUID], datetime]:
    """When each user last called each assistant, themselves or through a key of theirs: for access reviews. Reads every
    call since then, in a job."""
    owners = dict(ApiKey.objects.values_list("id", "owner_id"))
    rows = Call.objects.filter(day__gte=since.date(), assistant__isnull=False, status__lt=400).order_by()
    found: dict[tuple[UUID, UUID], datetime] = {}
    counted = rows.values("person", "key", "assistant").annotate(last=Max("at"))
    for person, key, assistant, last in counted.values_list("person", "key", "assistant", "last"):
        user = person or (owners.get(key) if key else None)
        if user and assistant:
            found[user, assistant] = max(last, found.get((user, assistant), last))
    return found
