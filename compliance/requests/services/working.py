"""What officers do with a request before it is carried out: take it, ask for proof, extend, deny, link."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.requests.models import Request
from compliance.requests.queries import clocks, reading
from compliance.requests.rules import deadlines, permits
from compliance.requests.rules.kinds import GROUND_NAMES, Ground
from compliance.requests.rules.states import OPEN, WITHDRAWABLE, Act, State
from compliance.requests.rules.wishes import LONGEST
from compliance.requests.services import asking, moving, notices, writing
from compliance.subjects.rules import Visitor
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Forbidden, Invalid

LEAST = 10


class NotExtendable(Conflict):
    code = "request_not_extendable"


def reason_of(text: str, name: str = "reason") -> str:
    text = text.strip()
    if not LEAST <= len(text) <= LONGEST:
        raise Invalid(fields={name: _("Say why, in at least %(n)s characters.") % {"n": LEAST}})
    return text


def take(*, actor: Actor, request: Request, at: datetime, assignee: UUID | None = None) -> Request:
    """Work on it, or give it to a colleague. Raises Forbidden, Invalid, NotPossible."""
    access.require(actor, permits.HANDLE)
    with moving.tried("take", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        who = assignee or actor.id
        if who is None or who not in dict(reading.officers(at)):
            raise Invalid(fields={"assignee": _("Choose somebody who works on requests.")})
        if row.state not in OPEN:
            raise moving.NotPossible(_("This request is closed."))
        row.assignee = who
        if row.state == State.VERIFIED:
            moving.move(row, Act.START, actor=actor, at=at)
        else:
            moving.save(row, at)
            moving.tell(row, "assigned", actor=actor, at=at, shown=False)
        return row


def challenge(*, actor: Actor, request: Request, doubt: str, address: str, at: datetime) -> Request:
    """Ask the person for proof by mail. With a `doubt` in words the clock stands until they answer, where the law allows.

    Raises Forbidden, Invalid, NotPossible, TooMany.
    """
    access.require(actor, permits.HANDLE)
    with moving.tried("challenge", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        if row.state not in {State.RECEIVED, State.VERIFYING}:
            raise moving.NotPossible(_("This person is proven already."))
        if not row.contact:
            raise Invalid(_("There is no address to ask at."))
        if doubt and not clocks.regime(row.regime).pauses:
            raise Invalid(fields={"doubt": _("Under this law the clock never stands.")})
        if doubt and row.paused_since is None:
            writing.note(actor=actor, row=row, text=reason_of(doubt, "doubt"), at=at)
            row.paused_since = at
        if not asking.mail_proof(row, address=address, at=at):
            raise Conflict(_("This address was written to several times within an hour. Try later."))
        if row.state == State.RECEIVED:
            return moving.move(row, Act.CHALLENGE, actor=actor, at=at)
        moving.save(row, at)
        moving.tell(row, "asked_again", actor=actor, at=at)
        return row


def recognise(*, actor: Actor, request: Request, identifier: str, checked: str, at: datetime) -> Request:
    """Staff knows who it is, and says how that was checked. Raises Forbidden, Invalid, NotPossible."""
    access.require(actor, permits.HANDLE)
    subject = reading.known_subject(identifier)
    if subject is None:
        raise Invalid(fields={"identifier": _("This names nobody, or more than one person.")})
    with moving.tried("recognise", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        writing.note(actor=actor, row=row, text=reason_of(checked, "checked"), at=at)
        return asking.prove(row, actor=actor, subject=subject.id, proof="staff", at=at)


def extend(*, actor: Actor, request: Request, reason: str, at: datetime) -> Request:
    """More time, once, told to the person with the reason before the first date. Raises Forbidden, Invalid, NotExtendable."""
    access.require(actor, permits.HANDLE)
    reason = reason_of(reason)
    with moving.tried("extend", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        if row.state not in {State.WORKING, State.AWAITING, State.PARTIAL}:
            raise moving.NotPossible(_("Only what is in work can be extended."))
        first, today = clocks.due(row, at, extended=False).day, clocks.local(at)
        why = deadlines.may_extend(
            clocks.regime(row.regime), row.kind, first, today, extended=row.extended_at is not None
        )
        if why:
            raise NotExtendable(_no_extension(why))
        row.extended_at = at
        moving.save(row, at)
        detail = {"due": row.due_on.isoformat(), "first": first.isoformat()}
        moving.tell(row, "extended", actor=actor, at=at, detail=detail)
        writing.to_person(actor=actor, request=row, text=reason, at=at, letter=False)
        if not notices.write(row, "extended", actor=actor, at=at, reason=reason):
            moving.tell(row, "unreached", actor=actor, at=at, shown=False)
        return row


def _no_extension(why: str) -> str:
    return {
        "none": _("This law knows no extension."),
        "twice": _("It was extended already. The law allows it once."),
        "late": _("The first date has passed. An extension had to be told before."),
    }[why]


def deny(*, actor: Actor, request: Request, ground: str, reason: str, at: datetime) -> Request:
    """Say no: with a ground of law, the reason, and where to complain. Raises Forbidden, Invalid, NotPossible."""
    access.require(actor, permits.HANDLE)
    if ground not in GROUND_NAMES:
        raise Invalid(fields={"ground": _("Choose the ground.")})
    reason = reason_of(reason)
    with moving.tried("deny", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        if not moving.may(row, Act.DENY):
            return row
        row.ground = ground
        writing.to_person(actor=actor, request=row, text=reason, at=at, letter=False)
        moving.move(row, Act.DENY, actor=actor, at=at, detail={"ground": ground})
        notices.write(row, "denied", actor=actor, at=at, ground=GROUND_NAMES[Ground(ground)], reason=reason)
        return row


def link(*, actor: Actor, request: Request, other: Request, at: datetime) -> Request:
    """Answer it together with an older one for the same person. Raises Forbidden, Conflict, NotPossible."""
    access.require(actor, permits.HANDLE)
    with moving.tried("link", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        same = other.kind == row.kind and other.id != row.id and other.state in OPEN
        people = {one.subject_id for one in (row, other)}
        if not same or len({str(reading.person(one).subjects[0]) for one in people if one}) != 1:
            raise Conflict(_("Choose an open request of the same person for the same."))
        return asking.link(row, other, actor=actor, at=at)


def withdraw(*, visitor: Visitor, request: Request, at: datetime) -> Request:
    """The person takes it back, until it is being done. Raises Forbidden, NotPossible. Again does nothing."""
    actor = visitor.actor
    with moving.tried("withdraw", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        if not reading.of_visitor(visitor).filter(id=row.id).exists():
            raise Forbidden(_("This is not a request of yours."))
        if row.state not in WITHDRAWABLE and row.state != State.WITHDRAWN:
            raise moving.NotPossible(_("It is too late to take this back."))
        return moving.move(row, Act.WITHDRAW, actor=actor, at=at)


def appeal(*, visitor: Visitor, request: Request, text: str, at: datetime) -> Request:
    """The person asks us to look at a denial again, once, with their reasons. Raises Forbidden, Invalid, NotPossible."""
    actor = visitor.actor
    with moving.tried("appeal", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        if not reading.of_visitor(visitor).filter(id=row.id).exists():
            raise Forbidden(_("This is not a request of yours."))
        if row.appealed_at is not None:
            raise Conflict(_("You asked us to look again already."))
        moving.may(row, Act.APPEAL)
        writing.from_person(actor=actor, row=row, text=text, at=at)
        # Somebody else looks at it: who denied it is not given it again.
        row.appealed_at, row.assignee, row.ground = at, None, ""
        return moving.move(row, Act.APPEAL, actor=actor, at=at)
