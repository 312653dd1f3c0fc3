"""Kinds and states of users."""

from enum import StrEnum


class Kind(StrEnum):
    """A person signs in; a service only holds API keys."""

    PERSON = "person"
    SERVICE = "service"


class State(StrEnum):
    """Only an active user may do anything; an invited one has no password or second factor yet."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    COMFORTABLE = "comfortable"
    COMPACT = "compact"


# Which state a user may enter from which.
STEPS: dict[State, frozenset[State]] = {
    State.INVITED: frozenset({State.ACTIVE, State.DISABLED}),
    State.ACTIVE: frozenset({State.DISABLED}),
    State.DISABLED: frozenset({State.ACTIVE, State.INVITED}),
}


def may_step(before: str, after: str) -> bool:
    return State(after) in STEPS[State(before)]
