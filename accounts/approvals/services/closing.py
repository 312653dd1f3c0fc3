"""Steps of an approval: each is one of the listed ones, under a lock, told to the journal and to who asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.approvals.models import Approval
from accounts.approvals.queries import reading
from accounts.approvals.rules.states import ENDS, STATE_WORDS, Act, State, is_repeat, step
from accounts.approvals.services import notices
from accounts.people import queries as people
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, NeedsFreshFactor, Refusal

EVENTS = {act: f"approvals.request.{state.value}" for act, state in ENDS.items()}


class NotPossible(Conflict):
    """It is over already, in another way."""

    code = "approval_not_possible"


@contextmanager
def tried(act: Act, actor: Actor, approval: Approval, at: datetime) -> Iterator[None]:
    """Journal an attempt that was refused, after what it changed was rolled back. Asking for a factor is no refusal."""
    try:
        yield
    except NeedsFreshFactor:
        raise
    except Refusal as refusal:
        with transaction.atomic():
            detail = {"act": act.value, "why": refusal.code, "kind": approval.kind}
            journal.record("approvals.request.denied", actor=actor, obj=approval, detail=detail, at=at)
        raise


def require_open(row: Approval, act: Act, at: datetime, *, same: bool) -> bool:
    """True when the act may go on; False for a repeat by the same actor (`same`), which does nothing. Raises NotPossible."""
    state = reading.state_of(row, at)
    if state == State.OPEN:
        return True
    if same and is_repeat(state, act):
        return False
    if state == State.EXPIRED:
        raise NotPossible(_("Nobody answered this in time. It can be asked for again."))
    who = people.name(row.closed_by_id) if row.closed_by_id else ""
    word = str(STATE_WORDS[state])
    raise NotPossible(
        _("This is over: %(state)s, by %(who)s.") % {"state": word, "who": who}
        if who
        else _("This is over: %(state)s.") % {"state": word}
    )


def close(row: Approval, act: Act, *, actor: Actor, at: datetime, answer: str = "", tell: bool = True) -> Approval:
    """The last step of a locked row, saved, journalled and told."""
    row.state = step(State(row.state), act)
    row.closed_at = at
    if answer:
        row.answer = answer
    row.closed_by_kind, row.closed_by_id = actor.kind, actor.id
    row.save()
    detail = {"kind": row.kind, "digest": row.digest}
    personal = [journal.About(row.asker_id, {"answer": answer})] if answer and row.asker_id else []
    journal.record(EVENTS[act], actor=actor, obj=row, detail=detail, personal=personal, at=at)
    if tell:
        notices.closed(actor, row, at)
    return row
