"""What can be journalled: every event has a name, a title and a retention class, registered in its slice's hooks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise

from panel.journal.rules.leaf import EVENT_NAME

Retention = Literal["security", "privacy", "operation"]


class UnknownEventError(LookupError):
    """Nobody registered this event: a fault in the calling slice."""


@dataclass(frozen=True)
class Event:
    """`name` is stable ("vault.secret.rotated"); `title` is what a list shows, translated; `retention` its class."""

    name: str
    title: str | Promise
    retention: Retention = "security"


_events: dict[str, Event] = {}


def register(name: str, title: str | Promise, *, retention: Retention = "security") -> None:
    """Make an event known. Raises ValueError for a malformed name or a second meaning of a known one."""
    if not EVENT_NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no event name: two to four lower-case words joined by dots.")
    event = Event(name, title, retention)
    if _events.get(name, event) != event:
        raise ValueError(f"{name} is registered twice with different titles.")
    _events[name] = event


def known(name: str) -> Event:
    """The registered event. Raises UnknownEventError."""
    try:
        return _events[name]
    except KeyError:
        raise UnknownEventError(f"The event {name!r} is not registered in any hooks.py.") from None


def registered() -> Mapping[str, Event]:
    return dict(sorted(_events.items()))


def title(name: str) -> str:
    """The title for people; the name itself when an older version wrote it."""
    event = _events.get(name)
    return str(event.title) if event else name
