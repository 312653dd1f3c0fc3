"""When an answer is due: dates from a regime, its holidays and what happened. Pure; computed, not legal advice.

Sources: GDPR Art. 12(3) with Regulation (EEC, Euratom) 1182/71 Art. 3 (the day of the event does not count; a month ends on
the same date, or on the last day of a shorter month; an end on a weekend or holiday moves to the next working day);
CCPA regulations 11 CCR sections 7021 and 7026; HIPAA 45 CFR 164.524(b)(2); India DPDP Rules 2025.
"""

import calendar
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from compliance.requests.rules.kinds import Kind

FRIDAY: Final = 4


class Unit(StrEnum):
    MONTH = "month"
    DAY = "day"
    WORKING = "working"


@dataclass(frozen=True)
class Span:
    """A number of calendar months, calendar days or working days."""

    count: int
    unit: Unit

    def plus(self, other: "Span") -> "Span":
        """Raises ValueError for another unit."""
        if self.unit is not other.unit:
            raise ValueError("An extension is counted in the unit of the period.")
        return Span(self.count + other.count, self.unit)


@dataclass(frozen=True)
class Regime:
    """A law's clock. `rolls`: an end on a day off moves to the next working day. `pauses`: the clock stands while identity
    is in real doubt and proof was asked for. `opt_out`: another period for opt-outs."""

    name: str
    title: str
    law: str
    answer: Span
    extension: Span | None = None
    acknowledge: Span | None = None
    opt_out: Span | None = None
    rolls: bool = False
    pauses: bool = False


_MONTH, _TWO = Span(1, Unit.MONTH), Span(2, Unit.MONTH)
DEFAULTS: Final = {
    one.name: one
    for one in (
        Regime("gdpr", "GDPR", "Art. 12(3)", _MONTH, _TWO, rolls=True, pauses=True),
        Regime(
            "ccpa", "CCPA/CPRA", "11 CCR § 7021", Span(45, Unit.DAY), Span(45, Unit.DAY), Span(10, Unit.WORKING),
            Span(15, Unit.WORKING),
        ),
        Regime("hipaa", "HIPAA", "45 CFR 164.524", Span(30, Unit.DAY), Span(30, Unit.DAY)),
        Regime("dpdp", "DPDP (India)", "DPDP Rules 2025, Rule 14", Span(90, Unit.DAY)),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Due:
    """`day`: the last day for the answer. `counted`: where counting ended before a day off moved it. `law`: the rule."""

    day: date
    counted: date
    span: Span
    law: str
    paused: int = 0

    @property
    def moved(self) -> bool:
        return self.day != self.counted


def is_working(day: date, holidays: Collection[date]) -> bool:
    return day.weekday() <= FRIDAY and day not in holidays


def next_working(day: date, holidays: Collection[date]) -> date:
    """The day itself when people work on it."""
    while not is_working(day, holidays):
        day += timedelta(days=1)
    return day


def add(start: date, span: Span, holidays: Collection[date]) -> date:
    """The last day of a period that begins after `start`."""
    if span.unit is Unit.MONTH:
        years, month = divmod(start.month - 1 + span.count, 12)
        year = start.year + years
        return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
    if span.unit is Unit.DAY:
        return start + timedelta(days=span.count)
    day, left = start, span.count
    while left:
        day += timedelta(days=1)
        left -= is_working(day, holidays)
    return day


def span_of(regime: Regime, kind: str, *, extended: bool) -> Span:
    """The period for a kind of request; an opt-out is never extended."""
    if kind == Kind.OPT_OUT and regime.opt_out is not None:
        return regime.opt_out
    return regime.answer.plus(regime.extension) if extended and regime.extension else regime.answer


def due(
    regime: Regime, kind: str, received: date, *, extended: bool = False, paused: int = 0,
    holidays: Collection[date] = (),
) -> Due:  # fmt: skip
    """When the answer is due. `paused`: whole days that the clock stood, counted where the regime lets it stand."""
    span = span_of(regime, kind, extended=extended)
    stood = paused if regime.pauses else 0
    counted = add(received, span, holidays) + timedelta(days=stood)
    day = next_working(counted, holidays) if regime.rolls else counted
    return Due(day, counted, span, f"{regime.title} {regime.law}", stood)


def acknowledgement(regime: Regime, received: date, holidays: Collection[date]) -> date | None:
    return add(received, regime.acknowledge, holidays) if regime.acknowledge else None


def may_extend(regime: Regime, kind: str, first: date, today: date, *, extended: bool) -> str:
    """ "" or why not: "none", "twice", "late". An extension is told before the first date, once."""
    if regime.extension is None or (kind == Kind.OPT_OUT and regime.opt_out is not None):
        return "none"
    if extended:
        return "twice"
    return "late" if today > first else ""


def days_stood(since: date, until: date) -> int:
    """Whole days from a challenge to its answer."""
    return max(0, (until - since).days)


def settled(regime: Regime, *, answer: int, extension: int, acknowledge: int, rolls: bool, pauses: bool) -> Regime:
    """A regime with other numbers in the same units; 0 for an extension or acknowledgement: none. Raises ValueError."""
    if not 1 <= answer <= 400 or not 0 <= extension <= 400 or not 0 <= acknowledge <= 400:
        raise ValueError("A period has 1 to 400 days or months.")
    unit = regime.answer.unit
    return replace(
        regime,
        answer=Span(answer, unit),
        extension=Span(extension, unit) if extension else None,
        acknowledge=Span(acknowledge, Unit.WORKING) if acknowledge else None,
        rolls=rolls,
        pauses=pauses,
    )
