"""The inbox: everything that waits for somebody's answer, from whichever slice it comes.

inbox.register(inbox.Source("elevation", items=tasks.inbox, count=queries.count_waiting))
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Item:
    """`title` is what is asked, `where` about what, `who` asks; `ends_at`: until when an answer counts."""

    pk: UUID
    title: str
    where: str
    who: str
    asked_at: datetime
    ends_at: datetime
    url: str


@dataclass(frozen=True)
class Source:
    """Each callable gets (actor, at). `count` is one indexed query: it runs for each page with the menu."""

    name: str
    items: Callable[[Any, datetime], list[Item]]
    count: Callable[[Any, datetime], int]


_sources: dict[str, Source] = {}


def register(source: Source) -> None:
    _sources[source.name] = source


def items(actor: Any, at: datetime) -> list[Item]:
    """What ends first stands first."""
    found = [item for source in _sources.values() for item in source.items(actor, at)]
    return sorted(found, key=lambda item: item.ends_at)


def count(actor: Any, at: datetime) -> int:
    return sum(source.count(actor, at) for source in _sources.values())
