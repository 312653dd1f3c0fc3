"""The life of an assistant.

draft -> live on the first publication; live <-> paused; everything but archived -> archived; archived -> paused (or
draft when nothing was ever published), so that coming back never starts traffic by itself.
A publication or a roll-back of a paused assistant changes its version and leaves it paused.
"""

import enum


class State(enum.StrEnum):
    DRAFT = "draft"
    LIVE = "live"
    PAUSED = "paused"
    ARCHIVED = "archived"


class Move(enum.StrEnum):
    PUBLISH = "publish"
    PAUSE = "pause"
    RESUME = "resume"
    ARCHIVE = "archive"
    RESTORE = "restore"


_NEXT: dict[tuple[State, Move], State] = {
    (State.DRAFT, Move.PUBLISH): State.LIVE,
    (State.LIVE, Move.PUBLISH): State.LIVE,
    (State.PAUSED, Move.PUBLISH): State.PAUSED,
    (State.LIVE, Move.PAUSE): State.PAUSED,
    (State.PAUSED, Move.RESUME): State.LIVE,
    (State.DRAFT, Move.ARCHIVE): State.ARCHIVED,
    (State.LIVE, Move.ARCHIVE): State.ARCHIVED,
    (State.PAUSED, Move.ARCHIVE): State.ARCHIVED,
}


def after(state: str, move: Move, *, published: bool) -> State | None:
    """The state that `move` leads to; None when it is not possible from `state`."""
    if (state, move) == (State.ARCHIVED, Move.RESTORE):
        return State.PAUSED if published else State.DRAFT
    return _NEXT.get((State(state), move))


def answers(state: str) -> bool:
    """Whether calls are answered in this state."""
    return state == State.LIVE
