"""Alarms: a condition that a person must hear of. Raising one twice keeps one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Alarm:
    """`key` names the condition ("partitions.missing"); `sentence` says what is wrong and what to do."""

    key: str
    severity: Literal["note", "warning", "critical"]
    sentence: str


_probes: dict[str, Callable[[], Alarm | None]] = {}


def register(key: str, probe: Callable[[], Alarm | None]) -> None:
    """`probe` is cheap, runs in the worker and returns the alarm while its condition holds."""
    _probes[key] = probe


def current() -> list[Alarm]:
    """Every condition that holds now."""
    return [alarm for probe in _probes.values() if (alarm := probe()) is not None]
