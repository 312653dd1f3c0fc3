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


_traffic: list[Callable[[dict[str, Any]], None]] = []


def register_traffic(part: Callable[[dict[str, Any]], None]) -> None:
    """`part` receives what stands in demo.json, once the gateway answers, and calls it like an application."""
    _traffic.append(part)


def drive(world: dict[str, Any]) -> None:
    for part in _traffic:
        part(world)
