"""One message: a ticket to the stream of the gateway, for a chat of one's own; and what a person does with their chats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from assistants.catalog.rules.states import State
from assistants.chat.models import Chat, Note, Session, Turn
from assistants.chat.queries import own
from assistants.chat.queries.visits import Visit, gate
from assistants.chat.rules.chats import FORGET_AFTER, PER_DAY, PER_MINUTE, Way, subject_name
from assistants.chat.services import visiting
from assistants.chat.services.visiting import NotAgreed
from assistants.conversations.models import CallContent
from panel.journal import services as journal
from panel.kernel import ids, tickets
from panel.kernel.crypto import keyring
from panel.kernel.errors import Conflict, TooMany
from panel.kernel.registries import deletion
from panel.kernel.registries.deletion import Target

AUDIENCE = "chat"


class NotTold(Conflict):
    """Nobody is answered before they were told that an AI answers."""

    code = "chat_not_told"


class Paused(Conflict):
    code = "chat_paused"


@dataclass(frozen=True, slots=True)
class Pass:
    """A ticket for one message; `turn` is the id of the call that it opens."""

    ticket: str
    chat: UUID
    turn: UUID


def admit(*, visit: Visit, chat_id: UUID | None, languages: Sequence[str], at: datetime) -> Pass:
    """Let the person say one thing, in a chat of theirs or in a new one. Raises NotTold, NotAgreed, Paused, TooMany, Missing.

    The gateway asks for the consents again, at the moment of the call.
    """
    row, live = visit.session, visit.assistant.live_version
    if row is None or not visit.told:
        raise NotTold(_("Read first who answers here, and start the chat."))
    if not gate(visit, at, languages).settled:
        raise NotAgreed(_("You have not agreed to what the assistant needs, or took it back. Look at your choices."))
    if visit.assistant.state != State.LIVE or live is None:
        raise Paused(_("The assistant is paused by the people who run it. Try again later, or write to a person."))
    with transaction.atomic():
        locked = Session.objects.select_for_update().get(id=row.id)
        _require_pace(locked, at)
        chat = own.chat(visit, chat_id) if chat_id else _new(row, at)
        turn = Turn.objects.create(id=ids.new_id(at), chat=chat, at=at)
        Chat.objects.filter(id=chat.id).update(last_at=at)
        if locked.first_at is None:
            locked.first_at = timezone.now()
            locked.save(update_fields=["first_at"])
    key = keyring.secret(keyring.named(tickets.KEY_PURPOSE), tickets.KEY_LABEL)
    claims = tickets.Ticket(AUDIENCE, row.account or row.id, visit.assistant.id, _detail(visit, row, turn, live.digest))
    return Pass(tickets.sign(key, claims), chat.id, turn.id)


def _detail(visit: Visit, row: Session, turn: Turn, version: str) -> dict[str, str]:
    named = "" if visit.way is Way.ACCOUNT else subject_name(row.id.hex)
    return tickets.within(visit.actor, call=str(turn.id), subject=named, version=version)


def _new(row: Session, at: datetime) -> Chat:
    return Chat.objects.create(
        id=ids.new_id(at), assistant_id=row.assistant_id, subject_id=row.subject_id, began_at=at, last_at=at
    )


def _require_pace(row: Session, at: datetime) -> None:
    mine = Turn.objects.filter(chat__subject_id=row.subject_id, chat__assistant_id=row.assistant_id)
    for most, period, again in ((PER_MINUTE, timedelta(minutes=1), 30), (PER_DAY, timedelta(days=1), 3600)):
        if mine.filter(at__gt=at - period).count() >= most:
            raise TooMany(_("That was a lot at once. Wait a little, then go on."), retry_after=again)


def delete(*, visit: Visit, chat: Chat, at: datetime) -> None:
    """Destroy one chat: what was said in it is gone at once, an answer under way when it comes. Raises Held."""
    with deletion.attempt(actor=visit.doer, at=at), transaction.atomic():
        row = Chat.objects.select_for_update().filter(id=chat.id, gone_at__isnull=True).first()
        if row is None:
            return
        count = _destroy([row], at)
        detail = {"chat": str(row.id), "messages": count}
        journal.record("chat.chat.deleted", actor=visit.doer, obj=visit.assistant, detail=detail, at=at)


def delete_all(*, visit: Visit, at: datetime) -> None:
    """Destroy everything of this person in this chat; a browser without an account is a stranger afterwards. Raises Held."""
    if visit.session is None:
        return
    with deletion.attempt(actor=visit.doer, at=at), transaction.atomic():
        rows = list(own.chats(visit).select_for_update())
        count = _destroy(rows, at)
        deletion.require_free(*[_note_target(one) for one in own.notes(visit)])
        notes = own.notes(visit).delete()[0]
        detail = {"chats": len(rows), "messages": count, "notes": notes}
        journal.record("chat.person.forgotten", actor=visit.doer, obj=visit.assistant, detail=detail, at=at)
        if visit.way is not Way.ACCOUNT:
            visiting.end(session=visit.session.id)


def _destroy(rows: list[Chat], at: datetime) -> int:
    turns = list(Turn.objects.select_related("chat").filter(chat__in=rows))
    notes = list(Note.objects.filter(turn__in=turns))
    deletion.require_free(*[_target(one) for one in turns], *[_note_target(one) for one in notes])
    _remove_words([one.id for one in turns])
    Note.objects.filter(id__in=[one.id for one in notes]).delete()
    Chat.objects.filter(id__in=[one.id for one in rows]).update(gone_at=at)
    return len(turns)


def _target(turn: Turn) -> Target:
    chat = turn.chat
    return Target("call", turn.id, subjects=(chat.subject_id,), assistant=chat.assistant_id, day=ids.day_of(turn.id))


def _note_target(note: Note) -> Target:
    day = note.at.astimezone(UTC).date()
    return Target("note", note.id, subjects=(note.subject_id,), assistant=note.assistant_id, day=day)


def _remove_words(calls: list[UUID]) -> int:
    days = {ids.day_of(one) for one in calls}
    return CallContent.objects.filter(day__in=days, id__in=calls).delete()[0] if calls else 0


@transaction.atomic
def forget(*, at: datetime) -> int:
    """Destroy what came in after its chat was deleted, and forget chats that are long gone; what a hold keeps stays. Nothing
    while deleting is switched off. Safe to run again."""
    if deletion.is_stopped():
        return 0
    late = Turn.objects.select_related("chat").filter(chat__gone_at__isnull=False)[:5_000]
    targets = {one.id: _target(one) for one in late}
    kept = deletion.held(list(targets.values())) if targets else {}
    removed = _remove_words([key for key, target in targets.items() if target not in kept])
    Chat.objects.filter(gone_at__lt=at - FORGET_AFTER).delete()
    return removed
