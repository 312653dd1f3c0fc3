"""A published assistant with a chat, a visitor's browser, and calls as the worker would have kept them."""

from typing import Any
from uuid import UUID

import orjson
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from assistants.catalog.models import Assistant
from assistants.catalog.services import purposes
from assistants.chat.models import Chat, Session, Setting, Turn
from assistants.chat.services import setting
from assistants.chat.services.setting import Wanted
from assistants.conversations.models import Call, CallContent
from assistants.conversations.rules import DEFAULT_CLASS, SEALED_IN
from assistants.conversations.services.keeping import content_key
from panel.kernel import clock, ids, tickets
from panel.kernel.crypto import keyring
from panel.kernel.db import partitions
from tests.assistants.catalog.stage import CONSOLE, live

SLUG = "it-desk"


def make_chat(slug: str = SLUG, **wanted: Any) -> Setting:
    """Open to everybody, unless `wanted` says otherwise."""
    return set_up(live(slug), **wanted)


def set_up(assistant: Assistant, **wanted: Any) -> Setting:
    given = {"active": True, "anyone": True, **wanted}
    return setting.settle(actor=CONSOLE, assistant=assistant, wanted=Wanted(**given), at=clock.now())


def keep_words(assistant: Assistant) -> None:
    purposes.keep_content(actor=CONSOLE, assistant=assistant, wanted=True, at=clock.now())


def at(name: str, *args: object, slug: str = SLUG) -> str:
    return reverse(f"chat:{name}", args=[slug, *args])


def text(response: Any) -> str:
    return str(response.content.decode())


def come_in(client: Client, slug: str = SLUG, **yes: str) -> HttpResponse:
    """Through the gate, with what the page offers; `yes` names purposes that are switched on."""
    shown = client.get(at("opening", slug=slug)).context["gate"]
    sent = {f"yes-{name}": value for name, value in yes.items()}
    for one in shown.asked:
        name, choice = one.choice.purpose.slug, one.choice
        sent |= {
            f"language-{name}": choice.language,
            f"words-{name}": choice.digest,
            f"notice-{name}": choice.notice_digest,
        }
    return client.post(at("opening", slug=slug), sent)  # type: ignore[return-value]


def ask(client: Client, chat: UUID | str | None = None, slug: str = SLUG) -> Any:
    body = {"chat": str(chat) if chat else None}
    return client.post(at("tickets", slug=slug), body, content_type="application/json")


def claims(ticket: str) -> tickets.Ticket:
    key = keyring.secret(keyring.named(tickets.KEY_PURPOSE), tickets.KEY_LABEL)
    return tickets.verify(key, ticket, "chat")


def session() -> Session:
    return Session.objects.order_by("-id")[0]


def happened(turn: Turn, question: str = "", answer: str = "", **more: Any) -> Call:
    """The call of a turn, with its words when there are any."""
    chat = turn.chat
    partitions.ensure(ids.day_of(turn.id), ids.day_of(turn.id))
    call = Call.objects.create(
        day=ids.day_of(turn.id), id=turn.id, at=turn.at, route="/stream/chat", source="chat",
        assistant=chat.assistant_id, subject=chat.subject_id, status=200, stored=DEFAULT_CLASS if question else "", **more,
    )  # fmt: skip
    if question:
        plain = {"request": {"messages": [{"role": "user", "content": question}]}, "answer": [{"content": answer}]}
        key = content_key(subject=chat.subject_id, assistant=chat.assistant_id)
        sealed = keyring.seal(key, orjson.dumps(plain), table=SEALED_IN[0], column=SEALED_IN[1], row=turn.id)
        CallContent.objects.create(
            retention=DEFAULT_CLASS, day=call.day, id=turn.id, assistant=chat.assistant_id, subject=chat.subject_id,
            sealed=sealed,
        )  # fmt: skip
    return call


def said(client: Client, question: str = "", answer: str = "", **more: Any) -> Turn:
    """A message in a new chat, answered."""
    given = ask(client).json()
    turn = Turn.objects.select_related("chat").get(id=given["turn"])
    happened(turn, question, answer, **more)
    return turn


def chats() -> list[Chat]:
    return list(Chat.objects.filter(gone_at__isnull=True).order_by("id"))
