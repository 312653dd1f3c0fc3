"""Kinds of jobs: filled by `@job` (panel.kernel.jobs) when the task modules are read; no table is touched here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from celery.schedules import crontab

Schedule = timedelta | crontab
# A short task ends within this; what takes longer is declared `long=True`.
SHORT = timedelta(minutes=10)


@dataclass(frozen=True)
class Kind:
    """`long`: every run is a row (kernel.Job). `limit`: longest time of one attempt. `tries`: attempts in a row without a
    new checkpoint, before it counts as failed. `body` takes a Run first when long."""

    name: str
    title: str
    every: Schedule | None
    long: bool
    limit: timedelta
    tries: int
    body: Callable[..., None]


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Raises RuntimeError for a second task of the name."""
    if kind.name in _kinds:
        raise RuntimeError(f"Two tasks want the job name {kind.name!r}.")
    _kinds[kind.name] = kind


def registered() -> dict[str, Kind]:
    return dict(_kinds)


def kind(name: str) -> Kind:
    """Raises LookupError for a name that no task has."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"No task has the job name {name!r}.") from None


def scheduled() -> list[Kind]:
    return [one for _, one in sorted(_kinds.items()) if one.every is not None]
