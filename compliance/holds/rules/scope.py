"""What a hold covers: lines, each of one kind; a record is held when one line covers it. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from django.utils.translation import gettext_lazy as _

LINES_AT_MOST = 200
TITLE_LIMIT, REASON_LIMIT = 200, 2000
REFERENCE = r"[A-Za-z0-9][A-Za-z0-9 ./_-]{0,39}"


class Kind(StrEnum):
    SUBJECT = "subject"
    ASSISTANT = "assistant"
    CONVERSATION = "conversation"
    FILE = "file"
    PERIOD = "period"
    ORGANISATION = "organisation"


KIND_NAMES = {
    Kind.SUBJECT: _("A person"),
    Kind.ASSISTANT: _("An assistant"),
    Kind.CONVERSATION: _("A conversation"),
    Kind.FILE: _("A file"),
    Kind.PERIOD: _("A period"),
    Kind.ORGANISATION: _("The whole organisation"),
}


@dataclass(frozen=True)
class Line:
    """`value` is the id of a subject, assistant, conversation or file. The days (UTC, both included) narrow any kind;
    a period has nothing else, an organisation may have none."""

    kind: Kind
    value: UUID | None = None
    from_day: date | None = None
    to_day: date | None = None

    @property
    def columns(self) -> dict[str, UUID | date | None]:
        """As the database compares it: an empty column covers everything."""
        return {
            "subject": self.value if self.kind is Kind.SUBJECT else None,
            "assistant": self.value if self.kind is Kind.ASSISTANT else None,
            "item": self.value if self.kind in {Kind.CONVERSATION, Kind.FILE} else None,
            "from_day": self.from_day,
            "to_day": self.to_day,
        }


def problem(line: Line) -> tuple[str, str]:
    """(field, sentence) of what is wrong with a line; ("", "") when nothing is."""
    named = line.kind not in {Kind.PERIOD, Kind.ORGANISATION}
    if named and line.value is None:
        return "value", str(_("Say which one."))
    if not named and line.value is not None:
        return "value", str(_("This kind names nothing."))
    if line.kind is Kind.PERIOD and (line.from_day is None or line.to_day is None):
        return "from_day", str(_("A period has a first and a last day."))
    if line.from_day and line.to_day and line.to_day < line.from_day:
        return "to_day", str(_("The last day is not before the first one."))
    return "", ""


def covers(line: Line, *, subjects: Iterable[UUID], assistant: UUID | None, item: UUID, day: date | None) -> bool:
    """What the database decides by `panel_holds`; kept here to be tested against it."""
    if line.kind is Kind.SUBJECT and line.value not in set(subjects):
        return False
    if line.kind is Kind.ASSISTANT and assistant is not None and assistant != line.value:
        return False
    if line.kind in {Kind.CONVERSATION, Kind.FILE} and item != line.value:
        return False
    if day is None:
        return True
    return not (line.from_day and day < line.from_day) and not (line.to_day and day > line.to_day)


def needs_two(lines: Sequence[Line]) -> bool:
    """A hold on everything stops every deletion there is: two people place it."""
    return any(line.kind is Kind.ORGANISATION for line in lines)
