"""POST /stream/chat: somebody talks to an assistant on its chat page. The same road as /v1, told in few and plain events."""

from typing import Any
from uuid import UUID

from assistants.gateway.engine import request
from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.playground.entry import choose, conversation, tell, ticket_of
from assistants.gateway.engine.playground.face import Face, event
from assistants.gateway.engine.playground.findings import Stages
from assistants.gateway.engine.service import Service
from assistants.gateway.engine.wire import Receive, Scope, Send, part, read_body
from assistants.guard.engine.policy import Policy

ROUTE = "/stream/chat"
AUDIENCE = "chat"
_NAMED = frozenset({"pii", "secrets"})


async def serve(service: Service, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
    """Raises ApiError as long as nothing was sent; afterwards the stream itself says how it ended."""
    ticket = ticket_of(service, scope, AUDIENCE)
    call.source, call.session = AUDIENCE, ticket.session
    try:
        # The page knows the call by this id before it begins; a ticket is good once, so the id is used once.
        call.id = UUID(ticket.detail["call"])
    except (KeyError, ValueError):
        raise ApiError("invalid_ticket") from None
    call.subject = ticket.detail.get("subject", "")
    if not call.subject:
        call.person = ticket.actor_id
    raw = await read_body(scope, receive, limit=service.config.body_limit, seconds=service.config.body_seconds)
    call.bytes_in, call.stream = len(raw), True
    messages = conversation(request.parse(scope, raw))
    chosen = await choose(service, call, ticket)
    assert call.assistant is not None  # noqa: S101 - chosen above
    body = {"model": call.assistant.slug, "messages": messages, "stream": True}
    await tell(service, call, body, receive, Voice(call, chosen[1], messages, send), chosen)


class Voice(Face):
    """What an end user hears of a call. Events: `masked` (kinds that the AI did not see), `token`, `done` (safe HTML),
    `error` (code, safe HTML so far). Nothing says which guard looked, how, or by what score."""

    def __init__(self, call: Call, policy: Policy, messages: list[dict[str, str]], send: Send) -> None:
        super().__init__(call, Stages(call, policy, messages), send)
        self._place = f"/messages/{len(messages) - 1}/content"

    async def inspected(self) -> None:
        await self._begin()
        found = {
            verdict.label
            for verdict in self._call.verdicts
            if verdict.action == "redact" and verdict.stage in _NAMED and verdict.where == self._place
        }
        if found:
            await part(self._send, event("masked", {"kinds": sorted(found)}))

    def _new_stages(self) -> bytes:
        return b""

    def _shown(self, channel: str) -> bool:
        return channel == "content"

    def _value(self, told: dict[str, Any], html: str) -> dict[str, Any]:
        return {"html": html, **({"code": told["code"]} if told else {})}
