"""Messages both ways, notes that the person never sees, and the document by which an agent shows a mandate."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.requests.models import Document, Message, Request
from compliance.requests.rules import documents, permits
from compliance.requests.rules.wishes import LONGEST
from compliance.requests.services import moving, notices
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.errors import Conflict, Invalid, Missing, TooMany

AN_HOUR = 20
_TABLE, _COLUMN = "requests_document", "sealed"


def _add(row: Request, way: str, text: str, actor: Actor, at: datetime) -> Message:
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Invalid(fields={"text": _("Write 1 to %(n)s characters.") % {"n": LONGEST}})
    one = Message(id=ids.new_id(), request=row, at=at, way=way, key_id=row.key_id, text=text)
    one.by_kind, one.by_id = actor.kind, actor.id
    try:
        one.save(force_insert=True)
    except KeyGone:
        raise Conflict(_("What was written here is erased, and nothing can be added.")) from None
    return one


@transaction.atomic
def from_person(*, actor: Actor, row: Request, text: str, at: datetime) -> Message:
    """What the person writes to us. Raises Invalid, TooMany."""
    hour = row.messages.filter(way="to_us", at__gt=at - timedelta(hours=1)).count()
    if hour >= AN_HOUR:
        raise TooMany(_("That is a lot at once. Write again in an hour."), retry_after=3600)
    made = _add(row, "to_us", text, actor, at)
    moving.tell(row, "heard", actor=actor, at=at)
    return made


@transaction.atomic
def to_person(*, actor: Actor, request: Request, text: str, at: datetime, letter: bool = True) -> Message:
    """What staff writes: it stands on the person's page, and a letter says so unless another one does. Raises Forbidden,
    Invalid."""
    access.require(actor, permits.HANDLE)
    row = moving.locked(request.id)
    made = _add(row, "to_them", text, actor, at)
    moving.tell(row, "written", actor=actor, at=at)
    if letter:
        notices.write(row, "message", actor=actor, at=at)
    return made


def keep_statement(row: Request, text: str, actor: Actor, at: datetime) -> Message:
    """What the person says is right, kept with their request for everybody who reads it. Inside the caller's transaction."""
    return _add(row, "to_them", text, actor, at)


@transaction.atomic
def note(*, actor: Actor, row: Request, text: str, at: datetime) -> Message:
    """For colleagues only. Raises Forbidden, Invalid."""
    access.require(actor, permits.ENTER)
    made = _add(row, "note", text, actor, at)
    moving.tell(row, "noted", actor=actor, at=at, shown=False)
    return made


def attach(*, row: Request, data: bytes, actor: Actor, at: datetime) -> Document:
    """The one document of a request, sealed under its key; what it is was checked. Inside the caller's transaction."""
    one = Document(request=row, kind=documents.kind_of(data), size=len(data), at=at)
    one.by_kind, one.by_id = actor.kind, actor.id
    one.sealed = keyring.seal(row.key_id, data, table=_TABLE, column=_COLUMN, row=row.id)
    one.save(force_insert=True)
    return one


@transaction.atomic
def read_document(*, actor: Actor, request: Request, at: datetime) -> tuple[Document, bytes]:
    """For officers; each reading stands in the journal. Raises Forbidden, Missing."""
    access.require(actor, permits.HANDLE)
    one = Document.objects.filter(request=request).first()
    if one is None:
        raise Missing(_("There is no document."))
    try:
        data = keyring.open_sealed(bytes(one.sealed), table=_TABLE, column=_COLUMN, row=request.id)
    except KeyGone:
        raise Missing(_("There is no document.")) from None
    moving.tell(request, "document_read", actor=actor, at=at, shown=False)
    return one, data
