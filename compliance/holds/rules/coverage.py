"""What a hold covers, in numbers: slices that keep records say how to count them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True)
class Coverage:
    """`count(hold)` is how many records of this sort the hold covers now."""

    name: str
    title: Any
    count: Callable[[UUID], int]


_coverages: dict[str, Coverage] = {}


def register(coverage: Coverage) -> None:
    _coverages[coverage.name] = coverage


def registered() -> list[Coverage]:
    return sorted(_coverages.values(), key=lambda one: one.name)
