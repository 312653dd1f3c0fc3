"""Answers that come in after their person was erased: a stream that ran on, a spool of a gateway that was cut off."""

from collections.abc import Sequence
from uuid import UUID

from assistants.conversations.models import Call
from compliance.subjects.services import erasing
from compliance.subjects.services.naming import Name, index_of


def found(names: Sequence[Name], rows: Sequence[Call]) -> set[UUID]:
    """Calls that began before their person was erased; they get the pseudonym."""
    gone = erasing.erased_before(names)
    calls = set()
    for name, row in zip(names, rows, strict=True) if gone else ():
        subject, at = gone.get((str(name.kind), index_of(name)), (None, None))
        if at is not None and row.at <= at:
            row.subject = subject
            calls.add(row.id)
    return calls
