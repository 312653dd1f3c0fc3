"""Tables of states: where an act leads. A step that no table lists is refused. Pure."""

from collections.abc import Mapping
from typing import TypeVar

S = TypeVar("S")
A = TypeVar("A")


class NotListedError(ValueError):
    """This act is not possible in this state."""


def follow(steps: Mapping[tuple[S, A], S], state: S, act: A) -> S:
    """Raises NotListedError."""
    try:
        return steps[state, act]
    except KeyError:
        raise NotListedError(f"{act} does not lead on from {state}") from None
