"""The life of an approval: states, acts, and how fast one person may approve. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from panel.kernel.steps import follow

# How long an approval waits unless its kind or the asker says otherwise, and at most.
USUAL, LONGEST = timedelta(days=7), timedelta(days=30)
OPEN_AT_MOST = 50
"""Open approvals that one person or service may have asked for."""
MAX_WORDS = 500
DEPUTY_AT_MOST = timedelta(days=90)

# Fatigue (OWASP Agentic T10, overwhelming the human in the loop): from WARN_AT approvals within an hour the page says so
# and each further one waits PAUSE after the one before; STOP_AT end the hour.
HOUR, WARN_AT, STOP_AT, PAUSE = timedelta(hours=1), 10, 30, timedelta(seconds=30)


class State(StrEnum):
    OPEN = "open"
    PERFORMED = "performed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    OVERTAKEN = "overtaken"


STATE_WORDS = {
    State.OPEN: _("Waits"),
    State.PERFORMED: _("Approved and done"),
    State.REFUSED: _("Refused"),
    State.WITHDRAWN: _("Withdrawn"),
    State.EXPIRED: _("Never answered"),
    State.OVERTAKEN: _("Overtaken by a change"),
}


class Act(StrEnum):
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    OVERTAKE = "overtake"


# Everything that may happen; approving stays open until enough people have.
STEPS: dict[tuple[State, Act], State] = {
    (State.OPEN, Act.APPROVE): State.PERFORMED,
    (State.OPEN, Act.REFUSE): State.REFUSED,
    (State.OPEN, Act.WITHDRAW): State.WITHDRAWN,
    (State.OPEN, Act.EXPIRE): State.EXPIRED,
    (State.OPEN, Act.OVERTAKE): State.OVERTAKEN,
}
ENDS = {act: state for (_before, act), state in STEPS.items()}


def step(state: State, act: Act) -> State:
    """Where an act leads. Raises NotListedError."""
    return follow(STEPS, state, act)


def is_repeat(state: State, act: Act) -> bool:
    """Whether this state is what the act leads to: done before, it does nothing when the same person does it again."""
    return ENDS[act] == state


def state_at(state: str, expires_at: datetime, at: datetime) -> State:
    """An open one whose time is over has expired, whether or not somebody wrote it down yet."""
    return State.EXPIRED if state == State.OPEN and at >= expires_at else State(state)


def wait_for(earlier: Sequence[datetime], at: datetime) -> timedelta:
    """How long somebody who approved at these instants waits until the next approval: zero for now."""
    recent = sorted(one for one in earlier if one > at - HOUR)
    if len(recent) >= STOP_AT:
        return recent[-STOP_AT] + HOUR - at
    if len(recent) >= WARN_AT:
        return max(recent[-1] + PAUSE - at, timedelta(0))
    return timedelta(0)
