"""What was said in a call, for who revealed it: each text with the findings of the guards marked in it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assistants.conversations.models import Call
from assistants.conversations.queries import Content
from assistants.guard import queries as guard
from assistants.guard.engine.verdicts import Verdict
from assistants.guard.queries import Piece

ROLES: dict[str, tuple[str, str | Promise]] = {
    "user": ("user", gettext_lazy("Person")),
    "assistant": ("bot", gettext_lazy("Assistant, earlier")),
    "system": ("settings-2", gettext_lazy("Instructions of the client")),
    "developer": ("settings-2", gettext_lazy("Instructions of the client")),
    "tool": ("wrench", gettext_lazy("Answer of a tool")),
}


@dataclass(frozen=True)
class Said:
    icon: str
    who: str | Promise
    pieces: list[Piece]


def said(call: Call, content: Content) -> list[Said]:
    """Every text in order. In the answer nothing is marked once something was masked: places count in what the provider
    said, and only what was released is stored."""
    numbered = [(number, Verdict(*verdict)) for number, verdict in enumerate(call.verdicts, 1)]
    changed = any(one.action == "redact" for _number, one in numbered)
    found = []
    for role, where, text in _texts(content.request):
        marks = [pair for pair in numbered if pair[1].where == where and pair[1].action != "allow"]
        icon, who = ROLES.get(role, ROLES["user"])
        found.append(Said(icon, who, guard.pieces(text, marks)))
    for index, text in _answers(content.answer):
        where = f"/choices/{index}/message/content"
        marks = [] if changed else [pair for pair in numbered if pair[1].where == where and pair[1].end <= len(text)]
        who = _("Answer, cut after %(n)s characters") % {"n": len(text)} if call.action == "block" else _("Answer")
        found.append(Said("bot", who, guard.pieces(text, marks)))
    return found


def last_message(content: Content) -> str:
    """What the person asked last, to ask it again in the playground."""
    texts = [text for role, _where, text in _texts(content.request) if role == "user"]
    return texts[-1] if texts else ""


def _texts(request: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(role, JSON pointer, text) of everything that a client sent."""
    for number, message in enumerate(request.get("messages") or []):
        if not isinstance(message, dict):
            continue
        role, where = str(message.get("role", "")), f"/messages/{number}/content"
        content = message.get("content")
        if isinstance(content, str):
            yield role, where, content
        for place, part in enumerate(content if isinstance(content, list) else []):
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                yield role, f"{where}/{place}/text", part["text"]
            else:
                yield role, "", _("Something that is no text")
        for calls in message.get("tool_calls") or []:
            yield "tool", "", json.dumps(calls, ensure_ascii=False)


def _answers(choices: list[dict[str, Any]]) -> Iterator[tuple[int, str]]:
    """(index, text) of what was released: a stream stores its text, a whole answer its choices."""
    for place, choice in enumerate(choices):
        message = choice.get("message")
        text = message.get("content") if isinstance(message, dict) else choice.get("content")
        if isinstance(text, str) and text:
            yield int(choice.get("index") or place), text
