"""Turns as pages show them."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from assistants.chat.queries.own import Said
from assistants.chat.rules import words
from assistants.chat.rules.chats import KEPT_TURNS
from assistants.chat.services.talking import Pass
from assistants.chat.services.waiting import Heard

WORDS = {
    "you": _("You"),
    "masked": _("{kinds} masked, the AI did not see it"),
    "good": _("Good answer"),
    "bad": _("Not a good answer"),
    "copy": _("Copy"),
    "copied": _("Copied"),
    "thanks": _("Thank you. That helps."),
    "mistake": _("Is that a mistake?"),
    "tell": _("Tell us"),
    "choices": _("Your choices"),
    "person": _("Write to a person"),
    "again": _("Try again"),
    "sending": _("Sent."),
    "ready": _("Answer complete."),
    "file_wrong": words.FILE_WRONG,
    "file_not_text": words.FILE_NOT_TEXT,
    "too_long": _("This is too long. Send less at once."),
}
Line = dict[str, Any]


def line(one: Said) -> Line:
    """A kept turn. Without its words only that there was one."""
    problem = words.told(one.error) if one.error else None
    return {
        "id": one.turn.id,
        "at": one.turn.at,
        "rating": one.turn.rating,
        "question": one.question,
        "answer": one.answer,
        "masked": words.masked(one.masked),
        "problem": problem,
        "mistake": bool(one.error) and words.mistake(one.error),
    }


def turns(found: list[Said]) -> list[dict[str, str]]:
    """What the next message is said after: questions that were answered."""
    kept: list[dict[str, str]] = []
    for one in found:
        if one.question and one.answer and not one.error:
            kept += [{"role": "user", "content": one.question}, {"role": "assistant", "content": one.answer}]
    return kept


def carried(given: Any) -> list[dict[str, str]]:
    """Turns that a page without scripts brought back; anything else is nothing."""
    if not isinstance(given, list):
        return []
    found = [
        {"role": one["role"], "content": one["content"]}
        for one in given
        if isinstance(one, dict) and one.get("role") in ("user", "assistant") and isinstance(one.get("content"), str)
    ]
    return found if sum(len(one["content"]) for one in found) <= KEPT_TURNS else []


def read(before: list[dict[str, str]]) -> list[Line]:
    return [{"question": one["content"]} if one["role"] == "user" else {"answer": one["content"]} for one in before]


def heard(text: str, one: Heard, admitted: Pass | None) -> list[Line]:
    """The newest turn of a page without scripts."""
    found: Line = {"question": text, "masked": words.masked(one.masked), "answer": one.text}
    if one.code:
        found |= {"problem": words.told(one.code), "mistake": words.mistake(one.code)}
    return [found | ({"id": admitted.turn} if admitted else {})]


def chat_of(given: Any) -> UUID | None:
    """Raises ValueError and TypeError."""
    if not isinstance(given, dict):
        raise TypeError("no object")
    wanted = given.get("chat")
    if wanted is None:
        return None
    if not isinstance(wanted, str):
        raise TypeError("no id")
    return UUID(wanted)
