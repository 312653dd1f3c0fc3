"""Kinds and states of users."""

import re
from enum import StrEnum

# Controls, what turns the direction of writing around (Unicode TR 36, 2.5), and what stands for bytes that were no text.
_UNREADABLE = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffd]")


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


def is_readable(name: str) -> bool:
    return _UNREADABLE.search(name) is None
