"""Slots of a schedule: the instants at which a name is due. Whoever claims a slot in the table sends it; nobody else does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from panel.kernel.registries.jobs import Schedule

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A day that a crontab never meets (30 February) is looked for this long.
_DAYS = 366 * 5


def current(every: Schedule, at: datetime) -> datetime:
    """The newest slot that is not after `at`."""
    if isinstance(every, timedelta):
        return at - (at - _EPOCH) % every
    return next((one for one in _walk(every, at, -1) if one <= at), _EPOCH)


def following(every: Schedule, at: datetime) -> datetime:
    """The first slot after `at`."""
    if isinstance(every, timedelta):
        return current(every, at) + every
    return next((one for one in _walk(every, at, 1) if one > at), datetime.max.replace(tzinfo=UTC))


def _walk(every: Any, at: datetime, step: int) -> Iterator[datetime]:
    """The slots of a crontab (UTC; its sets are not in its types), from the day of `at` on, backwards or forwards."""
    times = sorted(((hour, minute) for hour in every.hour for minute in every.minute), reverse=step < 0)
    start = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for days in range(_DAYS):
        day = start + timedelta(days=days * step)
        # crontab counts Sunday as 0.
        met = day.month in every.month_of_year and day.day in every.day_of_month
        if met and day.isoweekday() % 7 in every.day_of_week:
            for hour, minute in times:
                yield day.replace(hour=hour, minute=minute)


def claim(name: str, slot: datetime) -> str:
    """Claim a slot in the caller's transaction: "claimed" for one caller, "first" when the name was never seen, else "".

    Slots that were missed while no beat ran are one: only the newest is claimed. A clock that was set back by more than an
    hour begins anew.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_scheduled (name, slot, outcome, error_code) VALUES (%s, %s, '', '')"
            " ON CONFLICT (name) DO UPDATE SET slot = EXCLUDED.slot WHERE kernel_scheduled.slot < EXCLUDED.slot"
            " OR kernel_scheduled.slot > EXCLUDED.slot + interval '1 hour' RETURNING xmax = 0",
            [name, slot],
        )
        row = cursor.fetchone()
    if row is None:
        return ""
    return "first" if row[0] else "claimed"
