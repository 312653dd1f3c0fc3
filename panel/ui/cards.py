"""Cards of the front page. A slice says what needs somebody, how things are, and whether all is well."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from panel.kernel.actors import Actor
from panel.ui.menu import Text, allowed


@dataclass(frozen=True)
class Task:
    """Something that needs a person. `urgency` orders the list (0 first); `tone` is "", "warn" or "danger" and only
    for what is overdue or runs against a legal clock."""

    title: str
    sentence: str
    url: str = ""
    verb: Text = ""
    icon: str = "circle-alert"
    urgency: int = 50
    tone: str = ""
    when: str = ""
    when_detail: str = ""


@dataclass(frozen=True)
class Figure:
    """A number that says whether things are as usual."""

    label: Text
    value: str
    share: str = ""
    note: str = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True)
class Check:
    """One line of "Is all well?"."""

    name: Text
    well: bool
    sentence: str
    meta: str = ""
    url: str = ""


@dataclass(frozen=True)
class Act:
    """A button in the head of the page; one of them at most is "primary". `may` asks more than the permit's door: whether
    there is something that this person may do it to."""

    label: Text
    url_name: str
    icon: str
    tone: str = "plain"
    query: str = ""
    permit: Any = None
    order: int = 50
    may: Callable[[Actor], bool] | None = None


@dataclass(frozen=True)
class Notice:
    """A part of its own at the top of the page, while there is reason for it."""

    template: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """A part that loads by itself, so that a slow one holds up none: `values(actor, at)` None shows nothing. It stands in
    the main column, or at the side."""

    name: str
    title: Text
    template: str
    values: Callable[[Actor, datetime], dict[str, Any] | None]
    permit: Any = None
    side: bool = False
    order: int = 50


@dataclass(frozen=True)
class Source:
    """What a slice plugs in: each callable gets (actor, at) and answers within a few indexed queries. `parts` answers
    several of them from one question."""

    name: str
    permit: Any = None
    order: int = 50
    tasks: Callable[[Actor, datetime], list[Task]] | None = None
    figures: Callable[[Actor, datetime], list[Figure]] | None = None
    checks: Callable[[Actor, datetime], list[Check]] | None = None
    notice: Callable[[Actor, datetime], Notice | None] | None = None
    parts: "Callable[[Actor, datetime], Board] | None" = None


@dataclass
class Board:
    tasks: list[Task] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    checks: list[Check] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def add(self, other: "Board") -> None:
        self.tasks += other.tasks
        self.figures += other.figures
        self.checks += other.checks
        self.notices += other.notices


_sources: dict[str, Source] = {}
_panels: dict[str, Panel] = {}
_acts: dict[str, Act] = {}


def register(source: Source) -> None:
    _sources[source.name] = source


def register_panel(panel: Panel) -> None:
    _panels[panel.name] = panel


def register_act(act: Act) -> None:
    _acts[act.url_name + act.query] = act


def acts(actor: Actor) -> list[Act]:
    """Those that the actor may do, in order."""
    found = [one for one in _acts.values() if allowed(actor, one.permit) and (one.may is None or one.may(actor))]
    return sorted(found, key=lambda one: one.order)


def panels(actor: Actor) -> list[Panel]:
    """Those that the actor's permits show, in order."""
    found = [one for one in _panels.values() if allowed(actor, one.permit)]
    return sorted(found, key=lambda one: (one.order, one.name))


def board(actor: Actor, at: datetime) -> Board:
    """Everything the actor's permits show, tasks sorted by urgency."""
    found = Board()
    for source in sorted(_sources.values(), key=lambda one: (one.order, one.name)):
        if not allowed(actor, source.permit):
            continue
        if source.parts:
            found.add(source.parts(actor, at))
        found.tasks += source.tasks(actor, at) if source.tasks else []
        found.figures += source.figures(actor, at) if source.figures else []
        found.checks += source.checks(actor, at) if source.checks else []
        notice = source.notice(actor, at) if source.notice else None
        found.notices += [notice] if notice else []
    found.tasks.sort(key=lambda task: task.urgency)
    return found
