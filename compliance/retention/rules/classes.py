"""Classes: how long what is kept. Pure: whole days of 24 hours in UTC, so that no change of clocks shifts anything.

Floors are what the law or the product needs (journal: one year, India DPDP Rules 2025, rule 8; AI Act Art. 26(6) asks for six
months); jobs are forgotten after 30 days in any case. An environment may raise floors and lower ceilings, no more.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

CLASSES_AT_MOST = 12
NAME = r"[a-z][a-z0-9_]{0,23}"
RESERVED = frozenset({"held"})
COOLING = timedelta(hours=24)
"""How long an approved shortening, or an approved first run, waits before anything is deleted."""


class Category(StrEnum):
    CONTENT = "content"
    USAGE = "usage"
    FINDINGS = "findings"
    FILES = "files"
    EXPORTS = "exports"
    LOGS = "logs"
    JOURNAL = "journal"


@dataclass(frozen=True)
class Bounds:
    """Days; `trigger` is what the period is counted from."""

    title: Any
    floor: int
    ceiling: int
    usual: int
    trigger: Any


CATEGORIES: dict[Category, Bounds] = {
    Category.CONTENT: Bounds(gettext_lazy("What was said"), 1, 3650, 30, gettext_lazy("when it was said")),
    Category.USAGE: Bounds(gettext_lazy("Usage numbers"), 30, 3650, 730, gettext_lazy("the end of its month")),
    Category.FINDINGS: Bounds(gettext_lazy("Findings of guards"), 1, 3650, 365, gettext_lazy("the call")),
    Category.FILES: Bounds(gettext_lazy("Files"), 1, 3650, 30, gettext_lazy("when it was stored")),
    Category.EXPORTS: Bounds(gettext_lazy("Exports and results of jobs"), 1, 30, 30, gettext_lazy("the job's end")),
    Category.LOGS: Bounds(gettext_lazy("Logs of jobs"), 1, 30, 30, gettext_lazy("the job's end")),
    Category.JOURNAL: Bounds(gettext_lazy("Personal detail of the journal"), 365, 3650, 730, gettext_lazy("the event")),
}


def bounds(category: Category, floors: Mapping[str, int], ceilings: Mapping[str, int]) -> tuple[int, int]:
    """(floor, ceiling) in force: an environment only tightens."""
    own = CATEGORIES[category]
    floor = max(own.floor, floors.get(category.value, own.floor))
    return floor, max(floor, min(own.ceiling, ceilings.get(category.value, own.ceiling)))


def problem(days: object, floor: int, ceiling: int) -> str:
    """Why this is no period, with the bound that it misses; "" when it is one."""
    if isinstance(days, str) and re.fullmatch(r"\s*[+-]?[0-9]{1,12}\s*", days):
        days = int(days)
    if isinstance(days, bool) or not isinstance(days, int):
        return _("A period is a whole number of days, from %(floor)s to %(ceiling)s.") % {
            "floor": floor,
            "ceiling": ceiling,
        }
    if days < floor:
        return ngettext("At least %(floor)s day.", "At least %(floor)s days.", floor) % {"floor": floor}
    if days > ceiling:
        return ngettext("At most %(ceiling)s day.", "At most %(ceiling)s days.", ceiling) % {"ceiling": ceiling}
    return ""


def spelled(days: int) -> str:
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


def parse(text: str) -> dict[str, int]:
    """ "content=7,journal=400" of an environment. Raises ValueError with a sentence."""
    found = {}
    for part in filter(None, (one.strip() for one in text.split(","))):
        name, _equals, days = part.partition("=")
        if name not in {one.value for one in Category} or not days.isascii() or not days.isdigit() or not int(days):
            raise ValueError(f"Write categories with whole days, such as content=7,journal=400; not {part!r}.")
        found[name] = int(days)
    return found


def cut(at: datetime, days: int) -> datetime:
    """What is from this instant or before is due: its period is over, to the second."""
    return at - timedelta(days=days)


def in_force(days: int, pending_days: int | None, pending_at: datetime | None, at: datetime) -> int:
    """The period now: an approved shortening counts once its day of waiting is over."""
    return pending_days if pending_days is not None and pending_at is not None and at >= pending_at else days
