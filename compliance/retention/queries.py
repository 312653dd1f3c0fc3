"""How long what is kept, what a run will do or did, and how old the oldest record of each class is."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from accounts.access import queries as access
from compliance.retention.models import Choice, Rule, Run, RunQuerySet, Step
from compliance.retention.rules import classes, permits, stores
from compliance.retention.rules.classes import CATEGORIES, Category
from compliance.retention.rules.stores import Asked
from panel.kernel.actors import Actor
from panel.kernel.registries import settings

FLOORS, CEILINGS, HOUR = "retention.floors", "retention.ceilings", "retention.hour"
GRACE = timedelta(hours=30)
"""A run a day, and time to do it: later than this the promise is broken."""


def rights(actor: Actor) -> dict[str, bool]:
    return {"manage": access.can(actor, permits.MANAGE), "stop": access.can(actor, permits.STOP)}


def visible_to(actor: Actor) -> RunQuerySet:
    found: RunQuerySet = Run.objects.all() if access.can(actor, permits.VIEW) else Run.objects.none()
    return found


def rules(actor: Actor) -> QuerySet[Rule]:
    return Rule.objects.all() if access.can(actor, permits.VIEW) else Rule.objects.none()


def bounds(category: str) -> tuple[int, int]:
    """(floor, ceiling) in force."""
    found = access.once("retention.bounds", lambda: settings.values([FLOORS, CEILINGS]))
    return classes.bounds(Category(category), found[FLOORS], found[CEILINGS])


def period(rule: Rule, at: datetime) -> int:
    """Days in force now, within the bounds in force."""
    floor, ceiling = bounds(rule.category)
    return min(max(classes.in_force(rule.days, rule.pending_days, rule.pending_at, at), floor), ceiling)


def rules_in_force(at: datetime) -> list[dict[str, Any]]:
    """What a run goes by, as JSON."""
    rows = Rule.objects.order_by("category", "name")
    return [
        {"name": one.name, "category": one.category, "days": period(one, at), "default": one.is_default} for one in rows
    ]


def digest(run: Run) -> str:
    """The SHA-256 of what was previewed: what two people agree with."""
    told = {"as_of": run.as_of.isoformat(), "rules": run.rules, "preview": run.preview}
    return hashlib.sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def content_classes(assistants: Iterable[UUID], at: datetime) -> dict[UUID, str]:
    """The class of what is said to each assistant: its choice, or the default where that keeps it shorter."""
    wanted = set(assistants)
    standard = Rule.objects.get(category=Category.CONTENT, is_default=True)
    return dict.fromkeys(wanted, standard.name) | chosen(Category.CONTENT, at, wanted)


def chosen(category: str, at: datetime, among: Iterable[UUID] | None = None) -> dict[UUID, str]:
    """The class of each assistant whose choice counts: one that keeps no longer than the category's default."""
    most = default_days(at, category)
    rows = Choice.objects.filter(category=category).select_related("rule")
    if among is not None:
        rows = rows.filter(assistant__in=among)
    return {one.assistant: one.rule_id for one in rows if period(one.rule, at) <= most}


def choice(assistant: UUID, category: str = Category.CONTENT) -> Choice | None:
    return Choice.objects.filter(assistant=assistant, category=category).select_related("rule").first()


def choices(category: str, at: datetime) -> list[tuple[str, int]]:
    """(class, days) that an assistant may choose: none that keeps longer than the default."""
    rows = list(Rule.objects.filter(category=category).order_by("days", "name"))
    most = next(period(one, at) for one in rows if one.is_default)
    return [(one.name, period(one, at)) for one in rows if period(one, at) <= most]


def default_days(at: datetime, category: str = Category.CONTENT) -> int:
    return period(Rule.objects.get(category=category, is_default=True), at)


@dataclass(frozen=True)
class Gauge:
    """The oldest record of a class in one store, against what was promised. `share` is of the promise, in percent."""

    rule: Rule
    days: int
    title: Any
    store: str
    oldest: datetime | None
    age: timedelta
    is_late: bool

    @property
    def share(self) -> int:
        return int(100 * self.age / timedelta(days=self.days)) if self.oldest else 0


def gauges(at: datetime) -> list[Gauge]:
    """`_gauges`, asked once for a page: the check and the alarm of the front page want the same."""
    return access.once("retention.gauges", lambda: _gauges(at))


def _gauges(at: datetime) -> list[Gauge]:
    found = []
    for rule in Rule.objects.order_by("category", "name"):
        days = period(rule, at)
        for store in stores.of(rule.category):
            oldest = store.oldest(Asked(rule.name, days, at, rule.is_default))
            age = max(at - oldest, timedelta()) if oldest else timedelta()
            late = age > timedelta(days=days) + GRACE
            found.append(Gauge(rule, days, store.title, store.name, oldest, age, late))
    return found


def steps(run: Run) -> Sequence[Step]:
    return list(Step.objects.filter(run=run).order_by("id"))


def waiting() -> Run | None:
    """A run that two people must agree to."""
    return Run.objects.filter(state="previewed").order_by("-made_at").first()


def titles() -> dict[str, Any]:
    return {one.name: one.title for one in stores.registered()}


def category_titles() -> dict[str, Any]:
    return {name.value: one.title for name, one in CATEGORIES.items()}
