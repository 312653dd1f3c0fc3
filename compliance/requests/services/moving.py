"""Steps of a request: each a listed one, under a lock, told to the journal and to the timeline."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from compliance.requests.models import Event, Request
from compliance.requests.queries import clocks
from compliance.requests.rules.states import OPEN, STATE_NAMES, Act, State, is_repeat, step
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Missing, NeedsFreshFactor, Refusal
from panel.kernel.steps import NotListedError


class NotPossible(Conflict):
    """The step is not one that leads on from where the request is."""

    code = "request_not_possible"


@contextmanager
def tried(what: str, actor: Actor, row: Request, at: datetime) -> Iterator[None]:
    """An attempt that was refused is journalled and changes nothing. Asking for a factor is no refusal."""
    try:
        yield
    except NeedsFreshFactor:
        raise
    except Refusal as refusal:
        with transaction.atomic():
            detail = {"act": what, "why": refusal.code}
            journal.record("requests.request.refused", actor=actor, obj=row, detail=detail, at=at)
        raise


def locked(request_id: UUID) -> Request:
    """The row, which nobody else changes until the transaction ends. Raises Missing."""
    row = Request.objects.select_for_update().filter(id=request_id).first()
    if row is None:
        raise Missing(_("There is no such request."))
    return row


def may(row: Request, act: Act) -> bool:
    """Whether a locked row goes on (True) or was there already (False: do nothing). Raises NotPossible."""
    if is_repeat(State(row.state), act):
        return False
    try:
        step(State(row.state), act)
    except NotListedError:
        name = str(STATE_NAMES[State(row.state)])
        raise NotPossible(_("This is not possible now. The request is: %(state)s.") % {"state": name}) from None
    return True


def move(
    row: Request, act: Act, *, actor: Actor, at: datetime, detail: Mapping[str, Any] | None = None, shown: bool = True
) -> Request:
    """The step of a locked row, saved with whatever else was set on it. Raises NotPossible."""
    if not may(row, act):
        return row
    row.state = step(State(row.state), act)
    row.closed_at = None if row.state in OPEN else at
    save(row, at)
    tell(row, row.state, actor=actor, at=at, detail=detail, shown=shown)
    return row


def save(row: Request, at: datetime) -> None:
    """Write a locked row, with the date that follows from it."""
    row.due_on = clocks.due(row, at).day
    row.revision += 1
    row.save()


def tell(
    row: Request, what: str, *, actor: Actor, at: datetime, detail: Mapping[str, Any] | None = None, shown: bool = True
) -> None:
    """One line of the timeline and one of the journal."""
    said = dict(detail or {})
    Event.objects.create(
        id=ids.new_id(), request=row, at=at, what=what, detail=said, shown=shown, by_kind=actor.kind, by_id=actor.id
    )
    subject = {"subject": str(row.subject_id)} if row.subject_id else {}
    about = {"kind": row.kind, "state": row.state, **subject, **said}
    journal.record(f"requests.request.{what}", actor=actor, obj=row, detail=about, at=at)
