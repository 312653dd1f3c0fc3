"""Asking: by a person on their own pages, by mail without an account, by staff for a letter or a call, by an application."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.requests.models import Request
from compliance.requests.queries import clocks, reading
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import ENTERED, FRESH, KIND_NAMES, UNPROVED, Kind, Source
from compliance.requests.rules.states import Act, State
from compliance.requests.rules.wishes import Wish, checked
from compliance.requests.services import moving, notices, writing
from compliance.subjects import queries as subjects
from compliance.subjects import rules as naming
from compliance.subjects.models import Subject
from compliance.subjects.rules import Visitor
from compliance.subjects.services import naming as subject_naming
from compliance.subjects.services import proving
from panel.kernel import ids
from panel.kernel.actors import ANONYMOUS, Actor
from panel.kernel.crypto import blind, keyring
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Forbidden, Invalid

OPEN_AT_MOST = 20


class TooManyOpen(Conflict):
    code = "request_too_many_open"


def _new(wish: Wish, source: str, received_at: datetime, at: datetime) -> Request:
    """A row, not saved: with its own key."""
    row = Request(id=ids.new_id(at), kind=wish.kind, source=source, state=State.RECEIVED, created_at=at)
    row.received_at, row.regime = received_at, wish.regime or clocks.default_regime()
    row.language, row.words, row.agent = wish.language[:12], wish.words.strip(), wish.agent.strip()
    row.key_id = keyring.create("request", owners=(row.id,))
    if row.agent:
        row.agent_contact, row.mandate = blind.normalise(wish.agent_contact), wish.mandate.strip()
    row.due_on = clocks.due(row, at).day
    return row


def _save(row: Request, actor: Actor, at: datetime, document: bytes = b"") -> Request:
    epochs.lock("requests.number")
    row.number = (Request.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    row.save(force_insert=True)
    if document:
        writing.attach(row=row, data=document, actor=actor, at=at)
    moving.tell(row, "received", actor=actor, at=at, detail={"source": row.source, "due": row.due_on.isoformat()})
    return row


def ask(*, actor: Actor, visitor: Visitor, wish: Wish, at: datetime) -> Request:
    """What a person asks on their own pages: proven by the session. The same again, while it is open, adds the words to it.

    Raises Invalid, TooManyOpen, and NeedsFreshFactor of an account where data would be disclosed, corrected or deleted.
    """
    wish = checked(wish)
    if visitor.account and wish.kind in FRESH:
        access.require(actor, permits.OWN)
    who = actor if visitor.account else visitor.actor
    with transaction.atomic():
        epochs.lock(f"requests:{visitor.subjects[0]}")
        found = reading.open_like(visitor.subjects, wish.kind)
        if found is not None:
            if wish.words.strip():
                writing.from_person(actor=who, row=found, text=wish.words, at=at)
            return found
        if Request.objects.open().of(list(visitor.subjects)).count() >= OPEN_AT_MOST:
            raise TooManyOpen(_("You have many open requests already. Write to us about one of them."))
        row = _new(wish, Source.ACCOUNT if visitor.account else Source.CENTRE, at, at)
        row.subject, row.proof = Subject.objects.get(id=visitor.subject), visitor.proof.value
        row.contact = _address(visitor)
        _save(row, who, at)
        moving.move(row, Act.PROVE, actor=who, at=at, detail={"proof": visitor.proof.value})
        notices.write(row, "proved", actor=who, at=at)
    return row


def _address(visitor: Visitor) -> str | None:
    rows = [row for row in subjects.identifiers(visitor.subject) if row.kind == naming.Kind.EMAIL]
    return subjects.opened(rows[0]) if rows else None


def ask_by_mail(*, email: str, address: str, wish: Wish, at: datetime) -> None:
    """Somebody without an account or an open session. Says nothing about what happened: a letter does, to that address.

    Raises Invalid, and TooMany for a network address that asks too often; too many for one address are dropped silently.
    """
    wish, wanted = checked(wish), blind.normalise(email)
    with transaction.atomic():
        row = _new(wish, Source.CENTRE, at, at)
        row.contact = wanted
        if wish.kind in UNPROVED:
            if not proving.allowed(email=wanted, address=address):
                return
            row.subject_id = subject_naming.subject_for(naming.Kind.EMAIL, wanted)
            _save(row, ANONYMOUS, at, wish.document)
            moving.move(row, Act.PROVE, actor=ANONYMOUS, at=at, detail={"proof": "none_needed"})
            notices.write(row, "received", actor=ANONYMOUS, at=at)
            return
        row.contact_index = subjects.index_of(naming.Kind.EMAIL, wanted)
        if mail_proof(row, address=address, at=at):
            _save(row, ANONYMOUS, at, wish.document)
            moving.move(row, Act.CHALLENGE, actor=ANONYMOUS, at=at)


def mail_proof(row: Request, *, address: str, at: datetime) -> bool:
    """A letter whose link opens the page that confirms the request; `address` is who made us send it."""
    context = {"kind": KIND_NAMES[Kind(row.kind)], "agent": reading.opened(row, "agent")}
    return proving.ask_link(
        email=reading.opened(row, "contact"), address=address, at=at, letter="request_proof", context=context,
        onward=f"/privacy/requests/{row.id}/", language=row.language,
    )  # fmt: skip


@transaction.atomic
def confirm(*, visitor: Visitor, request: Request, at: datetime) -> Request:
    """The person who reads the address says that they asked this. Again does nothing. Raises NotPossible, Forbidden."""
    row = moving.locked(request.id)
    if not reading.of_visitor(visitor).filter(id=row.id).exists():
        raise Forbidden(_("This is not a request of yours."))
    return prove(row, actor=visitor.actor, subject=visitor.subject, proof=visitor.proof.value, at=at)


def prove(row: Request, *, actor: Actor, subject: UUID, proof: str, at: datetime) -> Request:
    """Identity is proven: of a locked row. Restarts a clock that stood. A second one for the same is linked."""
    if not moving.may(row, Act.PROVE):
        return row
    row.subject_id, row.proof, row.contact_index = subject, proof, None
    if row.paused_since is not None:
        row.paused_days, row.paused_since = clocks.stood(row, at), None
    other = reading.open_like(subjects.together(subject), row.kind, but=row.id)
    moving.move(row, Act.PROVE, actor=actor, at=at, detail={"proof": proof})
    if other is not None:
        return link(row, other, actor=actor, at=at)
    notices.write(row, "proved", actor=actor, at=at)
    notices.tell_agent(row, "proved", actor=actor, at=at)
    return row


def link(row: Request, other: Request, *, actor: Actor, at: datetime) -> Request:
    """Answer a locked row with another one, which then is due as early as the earlier of both. Raises NotPossible."""
    row.duplicate_of = other
    moving.move(row, Act.LINK, actor=actor, at=at, detail={"with": other.code})
    if row.received_at < other.received_at:
        kept = moving.locked(other.id)
        kept.received_at = row.received_at
        moving.save(kept, at)
    return row


@dataclass(frozen=True)
class Entered:
    """A letter or a call. `identifier`: an exact name of the person; `checked`: how staff knows who it is, "" if unknown."""

    source: str
    received_at: datetime
    email: str = ""
    identifier: str = ""
    checked: str = ""


def enter(*, actor: Actor, wish: Wish, entered: Entered, at: datetime) -> Request:
    """What reached staff on another way; the clock runs from when it was received. Raises Forbidden, Invalid."""
    access.require(actor, permits.ENTER)
    wish = checked(wish)
    subject = reading.known_subject(entered.identifier) if entered.identifier else None
    if problems := _problems(wish, entered, subject, at):
        raise Invalid(fields=problems)
    with transaction.atomic():
        row = _new(wish, entered.source, entered.received_at, at)
        row.contact = blind.normalise(entered.email) if entered.email else None
        if row.contact:
            row.contact_index = subjects.index_of(naming.Kind.EMAIL, row.contact)
        _save(row, actor, at, wish.document)
        if subject is not None and entered.checked:
            writing.note(actor=actor, row=row, text=entered.checked, at=at)
            return prove(row, actor=actor, subject=subject.id, proof="staff", at=at)
    return row


def _problems(wish: Wish, entered: Entered, subject: Subject | None, at: datetime) -> dict[str, str]:
    found = {}
    if entered.source == Source.AGENT and not wish.agent.strip():
        found["agent"] = _("Say who asks for the person.")
    if entered.source not in (*ENTERED, Source.API):
        found["source"] = _("Say how it reached you.")
    if entered.received_at > at:
        found["received_at"] = _("This lies in the future.")
    if entered.identifier and subject is None:
        found["identifier"] = _("This names nobody, or more than one person.")
    if entered.checked and subject is None:
        found["checked"] = _("Say first who it is.")
    if not (entered.email or entered.identifier):
        found["email"] = _("Give an address to answer to, or say who it is.")
    return found
