"""Steps of the first run: slices register them, the set-up page walks through them under one link."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


class Enrolment(Protocol):
    """What a step works on: a one-time link and the person who is made with it, locked while a form is handled."""

    @property
    def kind(self) -> str:
        """ "setup", "join" or "recover"."""

    @property
    def link(self) -> UUID: ...
    @property
    def person(self) -> UUID | None: ...
    @property
    def stage(self) -> str: ...

    def move(self, stage: str, person: UUID | None = None) -> None:
        """Go on to another step; `person` once, when they are made."""

    def finish(self) -> None:
        """The link has done its work and is gone."""


@dataclass(frozen=True)
class Step:
    """`show(request, enrolment)` answers with a page, or None when the enrolment moved on. `part_of` names the step
    under which the stepper shows this one."""

    name: str
    title: Any
    note: Any
    order: int
    show: Callable[[Any, Enrolment], Any]
    part_of: str = ""


@dataclass(frozen=True)
class Place:
    """Where a signed-in administrator stands: the stepper, and the addresses beside this step (`back` may be "")."""

    number: int
    rail: list[dict[str, Any]]
    back: str
    next: str


@dataclass(frozen=True)
class FirstStep:
    """What follows the set-up. `show(request, place)` answers; `done(actor, at)` asks what exists, keeps nothing."""

    name: str
    title: Any
    note: Any
    order: int
    show: Callable[[Any, Place], Any]
    done: Callable[[Any, Any], bool]


_steps: dict[str, Step] = {}
_first: dict[str, FirstStep] = {}


def register(step: Step) -> None:
    _steps[step.name] = step


def steps() -> list[Step]:
    return sorted(_steps.values(), key=lambda step: step.order)


def register_first(step: FirstStep) -> None:
    _first[step.name] = step


def first_steps() -> list[FirstStep]:
    return sorted(_first.values(), key=lambda step: step.order)


@dataclass(frozen=True)
class Chore:
    """A line of the checklist that follows the set-up and stays on the front page until it is done or put away.

    `url_name` is where it is done; `done(actor, at)` asks what exists, with one indexed query; `permit` hides the line
    from whoever may not do it.
    """

    name: str
    title: Any
    sentence: Any
    url_name: str
    order: int
    done: Callable[[Any, Any], bool]
    permit: Any = None


_chores: dict[str, Chore] = {}


def register_chore(chore: Chore) -> None:
    _chores[chore.name] = chore


def chores() -> list[Chore]:
    return sorted(_chores.values(), key=lambda chore: chore.order)


def rail(past: list[Step], stage: str) -> list[dict[str, Any]]:
    """The stepper's lines for steps of which `stage` is the present one; "" when all are behind."""
    at = next((one.part_of or one.name for one in past if one.name == stage), "")
    lines: list[dict[str, Any]] = []
    state = "done"
    for one in past:
        if one.part_of:
            continue
        state = "now" if one.name == at else "ahead" if state in ("now", "ahead") else "done"
        lines.append({"label": one.title, "meta": one.note, "state": state, "number": len(lines) + 1})
    return lines
