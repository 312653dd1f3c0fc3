"""Days on which a recurring review begins. Pure."""

import calendar
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Every(IntEnum):
    """Months between two reviews."""

    MONTH = 1
    QUARTER = 3
    HALF_YEAR = 6
    YEAR = 12


EVERY_WORDS: dict[int, Any] = {
    Every.MONTH: _("Each month"),
    Every.QUARTER: _("Each quarter"),
    Every.HALF_YEAR: _("Each half year"),
    Every.YEAR: _("Each year"),
}


def slot(first: datetime, every: int, number: int) -> datetime:
    """The instant of the `number`th review (0 is the first): the same day of the month, the last day of a shorter one."""
    months = first.month - 1 + every * number
    year, month = first.year + months // 12, months % 12 + 1
    return first.replace(year=year, month=month, day=min(first.day, calendar.monthrange(year, month)[1]))


def due(first: datetime, every: int, begun: int, at: datetime) -> list[tuple[int, datetime]]:
    """Reviews whose time has come and of which `begun` have begun: (number, instant), oldest first. None is left out."""
    found, number = [], begun
    while (moment := slot(first, every, number)) <= at:
        found.append((number, moment))
        number += 1
    return found
