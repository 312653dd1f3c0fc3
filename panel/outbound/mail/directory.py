"""Who a person is to the mail: the floor that knows people registers how to find an address."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, repr=False)
class Recipient:
    """`address` as the person gave it; `language` as they want to be spoken to, `time_zone` as they read a clock."""

    address: str
    name: str
    language: str = "en"
    time_zone: str = "UTC"


@dataclass
class _State:
    find: Callable[[UUID], Recipient | None]
    wardens: Callable[[], list[UUID]]


_state = _State(lambda person: None, list)  # noqa: ARG005


def register(find: Callable[[UUID], Recipient | None]) -> None:
    """`find` answers None for somebody who has no address or whose account is closed."""
    _state.find = find


def register_wardens(wardens: Callable[[], list[UUID]]) -> None:
    """`wardens` are the persons who hear of alarms."""
    _state.wardens = wardens


def find(person: UUID) -> Recipient | None:
    return _state.find(person)


def wardens() -> list[UUID]:
    return _state.wardens()
