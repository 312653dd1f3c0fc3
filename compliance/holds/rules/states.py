"""The life of a legal hold. Pure; the database refuses every other step too (migration 0001).

A hold that covers the whole organisation waits as a draft until a second person approves it; any other is active at once.
Releasing takes two people and a day: between the approval and the end everybody who may place holds can call it off.
"""

from datetime import timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from panel.kernel.steps import follow

COOLING = timedelta(hours=24)


class State(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    COOLING = "cooling"
    RELEASED = "released"
    DISCARDED = "discarded"


class Act(StrEnum):
    PLACE = "place"
    DISCARD = "discard"
    APPROVE_RELEASE = "approve_release"
    KEEP = "keep"
    RELEASE = "release"


EFFECTIVE = frozenset({State.ACTIVE, State.COOLING})
STEPS: dict[tuple[State, Act], State] = {
    (State.DRAFT, Act.PLACE): State.ACTIVE,
    (State.DRAFT, Act.DISCARD): State.DISCARDED,
    (State.ACTIVE, Act.APPROVE_RELEASE): State.COOLING,
    (State.COOLING, Act.KEEP): State.ACTIVE,
    (State.COOLING, Act.RELEASE): State.RELEASED,
}
_REPEATS = {
    (State.ACTIVE, Act.PLACE),
    (State.DISCARDED, Act.DISCARD),
    (State.COOLING, Act.APPROVE_RELEASE),
    (State.ACTIVE, Act.KEEP),
    (State.RELEASED, Act.RELEASE),
}
WORDS = {
    State.DRAFT: _("Waits for approval"),
    State.ACTIVE: _("Active"),
    State.COOLING: _("Being released"),
    State.RELEASED: _("Released"),
    State.DISCARDED: _("Discarded"),
}


def is_repeat(state: State, act: Act) -> bool:
    return (state, act) in _REPEATS


def step(state: State, act: Act) -> State:
    """Raises NotListedError."""
    return follow(STEPS, state, act)
