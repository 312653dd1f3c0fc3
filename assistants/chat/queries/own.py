"""A person's own chats, read back from the content of their calls."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from assistants.chat.models import Chat, Note, Turn
from assistants.chat.queries.visits import Visit
from assistants.conversations.models import Call, CallContent
from assistants.conversations.rules import SEALED_IN
from assistants.gateway import queries as gateway
from assistants.gateway.queries import Kept
from compliance.consent import queries as consent
from compliance.consent.models import Record
from compliance.subjects import queries as subjects
from panel.kernel import ids
from panel.kernel.crypto import keyring
from panel.kernel.crypto.keyring import KeyGone
from panel.kernel.errors import Missing

MOST_CHATS, MOST_TURNS, MOST_EXPORTED, MOST_RECORDS = 100, 100, 2_000, 50


@dataclass(frozen=True, slots=True)
class Said:
    """One turn. `question` and `answer` are "" when nothing of them is kept; `error` is a fault's code, "" when answered;
    `masked` are kinds of values that the AI did not see."""

    turn: Turn
    question: str
    answer: str
    error: str
    masked: list[str]


def chats(visit: Visit) -> QuerySet[Chat]:
    """Theirs with this assistant, newest first."""
    if visit.session is None:
        return Chat.objects.none()
    rows = Chat.objects.filter(subject_id=visit.session.subject_id, assistant=visit.assistant, gone_at__isnull=True)
    return rows.order_by("-last_at", "-id")


def listed(visit: Visit) -> list[Chat]:
    """With `count`, how many messages each has."""
    return list(chats(visit).annotate(count=Count("turns"))[:MOST_CHATS])


def chat(visit: Visit, chat_id: UUID) -> Chat:
    """Raises Missing, for a foreign one as for none."""
    found = chats(visit).filter(id=chat_id).first()
    if found is None:
        raise Missing(_("There is no such chat of yours."))
    return found


def turn(visit: Visit, turn_id: UUID) -> Turn:
    """Raises Missing."""
    found = Turn.objects.select_related("chat").filter(id=turn_id, chat__in=chats(visit)).first()
    if found is None:
        raise Missing(_("There is no such message of yours."))
    return found


def said(chat: Chat) -> list[Said]:
    """What was said, oldest first; calls that the worker has not kept yet are not there."""
    rows = list(Turn.objects.filter(chat=chat).order_by("-id")[:MOST_TURNS])
    return read(reversed(rows))


def read(turns: Iterable[Turn]) -> list[Said]:
    """Turns that became a call, with what is kept of them, in two queries."""
    wanted = list(turns)
    days = {ids.day_of(one.id) for one in wanted}
    keys = [one.id for one in wanted]
    calls = {one.id: one for one in Call.objects.filter(day__in=days, id__in=keys, source="chat")}
    words = {one.id: one for one in CallContent.objects.filter(day__in=days, id__in=keys)}
    return [_said(one, calls[one.id], words.get(one.id)) for one in wanted if one.id in calls]


def _said(turn: Turn, call: Call, row: CallContent | None) -> Said:
    found = _opened(row)
    messages = (found.get("request") or {}).get("messages") or []
    question = messages[-1].get("content") if messages else ""
    answer = next((one.get("content") for one in found.get("answer") or []), "")
    return Said(turn, _text(question), _text(answer), call.error, masked(call, len(messages)))


def _opened(row: CallContent | None) -> dict[str, Any]:
    if row is None:
        return {}
    try:
        plain = keyring.open_sealed(bytes(row.sealed), table=SEALED_IN[0], column=SEALED_IN[1], row=row.id)
    except KeyGone:
        return {}
    found: dict[str, Any] = orjson.loads(plain)
    return found


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def masked(call: Call, count: int) -> list[str]:
    place = f"/messages/{count - 1}/content"
    return sorted(
        {label for stage, _rule, action, where, _start, _end, _score, label in call.verdicts
         if action == "redact" and stage in {"pii", "secrets"} and (where == place or not count)}
    )  # fmt: skip


def notes(visit: Visit) -> QuerySet[Note]:
    """What they wrote to the owner, oldest first."""
    if visit.session is None:
        return Note.objects.none()
    return Note.objects.filter(subject_id=visit.session.subject_id, assistant=visit.assistant).order_by("id")


def records(visit: Visit) -> list[tuple[Record, str]]:
    """What they said yes and no to and how it was called, newest first: in this chat, and elsewhere where they proved to be
    the same person."""
    rows = consent.records_of(visit.subject)[:MOST_RECORDS] if visit.subject else []
    return [(one, consent.called(one)) for one in rows]


def record(visit: Visit, record_id: UUID) -> Record:
    """Raises Missing."""
    found = consent.record(visit.subject, record_id) if visit.subject else None
    if found is None:
        raise Missing(_("There is no such choice of yours."))
    return found


def kept(visit: Visit, at: datetime, languages: Iterable[str]) -> Kept | None:
    """What the assistant keeps and kept before, and when somebody read what they said; None for a stranger."""
    if visit.subject is None:
        return None
    return next(iter(gateway.kept_of(subjects.together(visit.subject), at, languages, visit.assistant.id)), None)


def exported(visit: Visit) -> dict[str, Any]:
    """Everything of this person in this chat, as JSON."""
    rows = list(chats(visit))
    turns = list(Turn.objects.filter(chat__in=rows).order_by("id")[:MOST_EXPORTED])
    words = {one.turn.id: one for one in read(turns)}
    return {
        "assistant": visit.assistant.slug,
        "subject": str(visit.subject) if visit.subject else None,
        "chats": [_chat(one, [turn for turn in turns if turn.chat_id == one.id], words) for one in rows],
        "messages_to_people": [_note(one) for one in notes(visit)],
        "cut_after": MOST_EXPORTED if len(turns) == MOST_EXPORTED else None,
    }


def _chat(one: Chat, turns: list[Turn], words: dict[UUID, Said]) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "began_at": one.began_at.isoformat(),
        "last_at": one.last_at.isoformat(),
        "messages": [_turn(turn, words.get(turn.id)) for turn in turns],
    }


def _turn(turn: Turn, said: Said | None) -> dict[str, Any]:
    found: dict[str, Any] = {"id": str(turn.id), "at": turn.at.isoformat(), "rating": turn.rating}
    if said is not None:
        found |= {"you": said.question, "assistant": said.answer, "outcome": said.error or "answered"}
        found["masked_before_the_ai"] = said.masked
    return found


def _note(one: Note) -> dict[str, Any]:
    try:
        words, reply = str(one.words), str(one.reply_to or "")
    except KeyGone:
        words, reply = "", ""
    return {"at": one.at.isoformat(), "kind": one.kind, "words": words, "reply_to": reply}
