"""What a signed report is: a slice registers a kind with one question, whose table becomes every file of the bundle. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import Permit, Role

TAKE = Permit(
    "reports.take",
    _("Ask for signed reports and take them out"),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.PRIVACY_OFFICER}),
)
"""Beside it each kind asks for the permit of what it is about."""
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
PARTS = {
    "pdf": ("report.pdf", "application/pdf"),
    "html": ("report.html", "text/html; charset=utf-8"),
    "csv": ("rows.csv", "text/csv; charset=utf-8"),
    "json": ("report.json", "application/json"),
}


@dataclass(frozen=True)
class Asked:
    """`until` is the instant that the report is about, or the end of its period; `since` the period's begin, None for
    everything before. `at` is now."""

    since: datetime | None
    until: datetime
    at: datetime


@dataclass(frozen=True)
class Table:
    """`columns` are the names of every row's cells, `printed` those that PDF and HTML show, with titles. `numbers` maps the
    title of a section to its (term, number) lines; the files take every number from here. No names of people that the kind's
    permit does not show."""

    columns: Sequence[str]
    printed: Sequence[tuple[str, str]]
    rows: list[dict[str, Any]]
    numbers: Mapping[str, Sequence[tuple[str, Any]]]
    method: Sequence[str]
    noun: str = "Rows"


@dataclass(frozen=True)
class Kind:
    """`name` is also the bundle's kind. `period`: it is about what happened between two instants, not about one."""

    name: str
    title: str | Promise
    sentence: str | Promise
    permit: Permit
    table: Callable[[Asked], Table]
    period: bool = True

    @property
    def word(self) -> str:
        """What stands in a file's name."""
        return self.name.replace(".", "-").replace("_", "-")


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """In hooks. Raises ValueError for a second meaning of a name."""
    if _kinds.setdefault(kind.name, kind) != kind:
        raise ValueError(f"{kind.name} is registered twice.")


def registered() -> Mapping[str, Kind]:
    return dict(sorted(_kinds.items()))


def stamp(at: datetime | None) -> str:
    """UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""


def safe(value: Any) -> str:
    """The text of a CSV cell that no spreadsheet runs as a formula (OWASP, CSV injection)."""
    text = "" if value is None else ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
