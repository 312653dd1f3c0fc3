"""Regimes and holidays as they stand, and the dates that follow from them."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from compliance.requests.models import Clock, Holiday, Request
from compliance.requests.rules import deadlines
from compliance.requests.rules.deadlines import DEFAULTS, Due, Regime
from panel.kernel.registries import settings

ZONE, REGIME, COMPLAINT = "requests.zone", "requests.regime", "requests.complaint"


def regimes() -> dict[str, Regime]:
    """Every regime, with what the organisation changed."""
    changed = {one.name: one for one in Clock.objects.all()}
    return {name: _of(regime, changed.get(name)) for name, regime in DEFAULTS.items()}


def regime(name: str) -> Regime:
    return regimes().get(name) or DEFAULTS["gdpr"]


def _of(regime: Regime, row: Clock | None) -> Regime:
    if row is None:
        return regime
    return deadlines.settled(
        regime, answer=row.answer, extension=row.extension, acknowledge=row.acknowledge, rolls=row.rolls,
        pauses=row.pauses,
    )  # fmt: skip


def holidays() -> frozenset[date]:
    return frozenset(Holiday.objects.values_list("day", flat=True))


def days_off() -> list[Holiday]:
    return list(Holiday.objects.order_by("day"))


def local(at: datetime) -> date:
    """The day of an instant where the organisation is."""
    return at.astimezone(ZoneInfo(str(settings.value(ZONE)))).date()


def stood(row: Request, at: datetime) -> int:
    """Whole days that the clock stood, up to now when it stands."""
    open_days = deadlines.days_stood(local(row.paused_since), local(at)) if row.paused_since else 0
    return row.paused_days + open_days


def due(row: Request, at: datetime, *, extended: bool | None = None, off: Collection[date] | None = None) -> Due:
    """When the answer is due, and why. `extended` asks for the date with (or without) an extension."""
    return deadlines.due(
        regime(row.regime), row.kind, local(row.received_at),
        extended=row.extended_at is not None if extended is None else extended,
        paused=stood(row, at), holidays=holidays() if off is None else off,
    )  # fmt: skip


def days_left(row: Request, at: datetime) -> int:
    """Negative: so many days late."""
    return (row.due_on - local(at)).days


def default_regime() -> str:
    return str(settings.value(REGIME))


def complaint() -> str:
    """Where people complain, in the organisation's words."""
    found: Any = settings.value(COMPLAINT)
    return str(found)
