"""How much assistants are used: a slice above knows the calls and registers the one question that counts them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

DAYS = 7


@dataclass(frozen=True, slots=True)
class Week:
    """The last 7 days (UTC), today included: calls a day, oldest first, how many were blocked, when the last one began."""

    days: list[int]
    blocked: int = 0
    last: datetime | None = None

    @property
    def calls(self) -> int:
        return sum(self.days)


Count = Callable[[Sequence[UUID], datetime], dict[UUID, Week]]
_counts: list[Count] = []


def register(count: Count) -> None:
    _counts[:] = [count]


def weeks(assistants: Sequence[UUID], at: datetime) -> dict[UUID, Week]:
    """Of each of these (a page of a list), from one question; no entry means no call."""
    return _counts[0](assistants, at) if _counts and assistants else {}
