"""Demo data: slices add theirs; the demo command runs them in order."""

from collections.abc import Callable
from typing import Any

_parts: list[tuple[int, Callable[[dict[str, Any]], None]]] = []


def register(order: int, part: Callable[[dict[str, Any]], None]) -> None:
    """`part` receives the shared world (a dict that becomes demo.json) and adds to it."""
    _parts.append((order, part))


def build(world: dict[str, Any]) -> dict[str, Any]:
    for _, part in sorted(_parts, key=lambda pair: pair[0]):
        part(world)
    return world
