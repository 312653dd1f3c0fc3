"""States and limits of invitations, and what a file of people may hold. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

DAYS = (1, 3, 7, 14, 30)
USUAL_DAYS = 3
ROWS, FILE_BYTES = 1000, 1024 * 1024
OPEN_OF_MANAGER = 50
"""Open invitations that a manager of teams may have; administrators have no such limit."""
LONGEST_VISIT = 366
"""Days that a guest may stay at most."""
GUEST = "guest"


class State(StrEnum):
    WAITS = "waits"
    JOINED = "joined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


STATE_WORDS = {
    State.WAITS: _("Waits"),
    State.JOINED: _("Joined"),
    State.EXPIRED: _("Ended unused"),
    State.WITHDRAWN: _("Withdrawn"),
}


def state_of(withdrawn: datetime | None, account: str, expires_at: datetime, at: datetime) -> State:
    """`account` is the state of the account. `at` and `expires_at` in real time, as one-time links live."""
    if withdrawn is not None:
        return State.WITHDRAWN
    if account != "invited":
        return State.JOINED
    return State.WAITS if at < expires_at else State.EXPIRED


@dataclass(frozen=True)
class Line:
    """A row of a file as it stands there; `number` is its line."""

    number: int
    name: str
    email: str
    role: str
    team: str


# What a spreadsheet would run when somebody opens a list with this name in it.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
