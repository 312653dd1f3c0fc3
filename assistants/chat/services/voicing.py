"""What a person tells the owner of an assistant: a message to a person, a thumb and words on an answer."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from assistants.chat.models import Note, Turn
from assistants.chat.queries.visits import Visit
from assistants.chat.rules import permits
from assistants.chat.rules.chats import NOTES_PER_ASSISTANT, NOTES_PER_HOUR, REPLY_MOST, WORDS_MOST, NoteKind
from assistants.chat.services import visiting
from assistants.conversations.services.keeping import content_key
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid, TooMany
from panel.outbound import services as outbound

HOUR = timedelta(hours=1)


def contact(*, visit: Visit, words: str, reply_to: str, at: datetime) -> Visit:
    """Leave a message for a person: stored for the owner, who gets a letter that one is there, without its words. Needs no
    consent, since no AI reads it. Returns the visit, with its session. Raises Invalid, TooMany."""
    words, reply_to = _worded(words, least=1), reply_to.strip()
    if len(reply_to) > REPLY_MOST:
        raise Invalid(fields={"reply_to": _("At most %(most)s characters.") % {"most": REPLY_MOST}})
    visit = visiting.begin(visit=visit, at=at)
    with transaction.atomic():
        row = _write(visit, NoteKind.CONTACT, words, at, reply_to=reply_to)
        _tell_owner(visit, row, at)
    return visit


def rate(*, visit: Visit, turn: Turn, rating: int, words: str, at: datetime) -> None:
    """Say that an answer was good (1) or bad (-1), perhaps in words. Again replaces the thumb. Raises Invalid, TooMany."""
    if rating not in {1, -1}:
        raise Invalid(fields={"rating": _("Good or bad.")})
    words = _worded(words, least=0)
    with transaction.atomic():
        Turn.objects.filter(id=turn.id).update(rating=rating)
        if words:
            _write(visit, NoteKind.FEEDBACK, words, at, turn=turn)


@transaction.atomic
def finish(*, actor: Actor, note: Note, at: datetime) -> None:
    """Somebody took care of it. Again is a no-op. Raises Forbidden."""
    access.require(actor, permits.READ, note.assistant)
    if Note.objects.filter(id=note.id, done_at__isnull=True).update(done_at=at):
        journal.record("chat.note.finished", actor=actor, obj=note.assistant, detail={"note": str(note.id)}, at=at)


def _worded(words: str, *, least: int) -> str:
    words = words.replace("\r\n", "\n").strip()
    if not least <= len(words) <= WORDS_MOST:
        raise Invalid(fields={"words": _("Write 1 to %(most)s characters.") % {"most": WORDS_MOST}})
    return words


def _write(
    visit: Visit, kind: NoteKind, words: str, at: datetime, *, reply_to: str = "", turn: Turn | None = None
) -> Note:
    subject = visit.subject
    if subject is None:
        raise Invalid(_("Start the chat first."))
    recent = Note.objects.filter(assistant=visit.assistant, at__gt=at - HOUR)
    if recent.filter(subject_id=subject).count() >= NOTES_PER_HOUR or recent.count() >= NOTES_PER_ASSISTANT:
        raise TooMany(_("That was a lot at once. Try again in an hour."), retry_after=3600)
    row = Note(id=ids.new_id(at), assistant=visit.assistant, subject_id=subject, kind=kind.value, turn=turn, at=at)
    row.key_id = content_key(subject=subject, assistant=visit.assistant.id)
    row.words, row.reply_to = words, reply_to or None
    row.save(force_insert=True)
    detail = {"note": str(row.id), "kind": kind.value}
    journal.record("chat.note.written", actor=visit.doer, obj=visit.assistant, detail=detail, at=at)
    return row


def _tell_owner(visit: Visit, row: Note, at: datetime) -> None:
    owner: UUID | None = visit.assistant.owner_id
    if owner is not None:
        link = f"{settings.BASE_URL}/assistants/{visit.assistant.id}/chat/notes/"
        context = {"assistant": visit.assistant.name, "link": link}
        outbound.send_mail(
            actor=visit.doer, template="chat_note", to=owner, context=context, at=at, once=f"chat-{row.id}"
        )
