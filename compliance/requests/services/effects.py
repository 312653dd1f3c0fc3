"""What an opt-out, an objection and a restriction change: choices are taken back, processing stops, at the gateway at once."""

from collections.abc import Callable, Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.consent import queries as consents
from compliance.consent.models import Purpose
from compliance.consent.rules.purposes import Basis, Words
from compliance.consent.rules.states import Act as Choice
from compliance.consent.services import choosing, restricting
from compliance.requests.models import Request
from compliance.requests.queries import reading
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import Kind
from compliance.requests.rules.states import Act, State
from compliance.requests.services import moving, notices, writing
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid

SIMPLE = frozenset({Kind.RESTRICTION, Kind.OBJECTION, Kind.OPT_OUT})
Effect = Callable[[Actor, UUID, Request, datetime, Collection[UUID] | None], int]


def carry_out(
    *, actor: Actor, request: Request, words: str, at: datetime, purposes: Collection[UUID] | None = None
) -> Request:
    """Do what needs no second person, and tell them. Of an objection `purposes` are those for which it is upheld, None for all
    that can be objected to. Raises Forbidden, Invalid, NotPossible.

    The effects come first, each in its own transaction and again without harm, because they return only when the gateway
    follows; then the request is answered.
    """
    access.require(actor, permits.HANDLE)
    with moving.tried("carry_out", actor, request, at):
        row = reading.get(request.id)
        if row is None or row.kind not in SIMPLE or row.subject_id is None:
            raise moving.NotPossible(_("This request is carried out in another way."))
        if row.state == State.FULFILLED:
            return row
        if row.state != State.WORKING:
            raise moving.NotPossible(_("Take the request first."))
        if purposes is not None and not purposes and contested(row):
            raise Invalid(fields={"purposes": _("Choose what it is upheld for, or deny the objection.")})
        done = _EFFECTS[Kind(row.kind)](actor, row.subject_id, row, at, purposes)
        return _answered(actor, row, words, done, at)


@transaction.atomic
def _answered(actor: Actor, found: Request, words: str, done: int, at: datetime) -> Request:
    row = moving.locked(found.id)
    if words.strip():
        writing.to_person(actor=actor, request=row, text=words, at=at, letter=False)
    moving.move(row, Act.EXECUTE, actor=actor, at=at, detail={"choices": done})
    moving.move(row, Act.FINISH, actor=actor, at=at)
    notices.write(row, "done", actor=actor, at=at)
    return row


@transaction.atomic
def lift(*, actor: Actor, request: Request, words: str, at: datetime) -> None:
    """Let a restriction end, with the words that tell the person before (GDPR Art. 18(3)). Raises Forbidden, Invalid,
    NotPossible."""
    access.require(actor, permits.HANDLE)
    if not is_restricting(request):
        raise moving.NotPossible(_("Nothing is restricted because of this request."))
    writing.to_person(actor=actor, request=request, text=words, at=at)
    if request.subject_id is not None:
        restricting.lift(actor=actor, subject=request.subject_id, at=at)


def is_restricting(request: Request) -> bool:
    """Whether it was a request for restriction that was carried out and still holds."""
    done = request.kind == Kind.RESTRICTION and request.state == State.FULFILLED
    return done and request.subject_id is not None and consents.restriction(request.subject_id) is not None


def contested(row: Request) -> list[tuple[Purpose, Words]]:
    """What this objection can end, with its words; nothing for another kind of request."""
    if row.kind != Kind.OBJECTION or row.subject_id is None:
        return []
    return consents.objectable(row.subject_id)


def _opt_out(
    actor: Actor, subject: UUID, row: Request, at: datetime, only: Collection[UUID] | None  # noqa: ARG001 - one face
) -> int:  # fmt: skip
    """Purposes of sharing are withdrawn, said yes to or not, asked about or not."""
    return len(choosing.signal(subject=subject, actor=actor, at=at))


def _objection(actor: Actor, subject: UUID, row: Request, at: datetime, only: Collection[UUID] | None) -> int:
    """What is processed without asking ends for them, and every yes is taken back: all of it and any sharing, or just what
    was upheld."""
    met = [purpose for purpose, _words in contested(row) if only is None or purpose.id in only]
    for purpose in met:
        act = Choice.WITHDRAW if purpose.basis == Basis.CONSENT else Choice.OBJECT
        choosing.record(
            actor=actor, subject=subject, purpose=purpose, act=act, at=at,
            language=min(consents.version_now(purpose).digests), source=f"Request {row.code}",
        )  # fmt: skip
    return len(met) + (_opt_out(actor, subject, row, at, only) if only is None else 0)


def _restriction(
    actor: Actor, subject: UUID, row: Request, at: datetime, only: Collection[UUID] | None  # noqa: ARG001 - one face
) -> int:  # fmt: skip
    """Nothing is processed about them any more: the gateway refuses every call."""
    restricting.restrict(actor=actor, subject=subject, at=at)
    return 0


_EFFECTS: dict[Kind, Effect] = {
    Kind.OPT_OUT: _opt_out,
    Kind.OBJECTION: _objection,
    Kind.RESTRICTION: _restriction,
}
