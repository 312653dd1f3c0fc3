"""POST /stream/playground: somebody tries an assistant in the panel. The same road as /v1, another door and another face."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from assistants.catalog.rules.content import ParameterError, clean_parameters
from assistants.gateway.engine import chat, request
from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError, where
from assistants.gateway.engine.playground.face import Face
from assistants.gateway.engine.playground.findings import Stages
from assistants.gateway.engine.service import Service
from assistants.gateway.engine.state.snapshot import DRAFT, LIVE, PAUSED, Assistant, Version
from assistants.gateway.engine.wire import Receive, Scope, Send, header, read_body
from panel.kernel import tickets
from panel.kernel.tickets import Ticket, TicketError

log = logging.getLogger("panel.gateway")
ROUTE = "/stream/playground"
AUDIENCE = "playground"
_ROLES = frozenset({"user", "assistant"})


async def serve(service: Service, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
    """Raises ApiError as long as nothing was sent; afterwards the stream itself says how it ended."""
    ticket = admit(service, call, scope)
    raw = await read_body(scope, receive, limit=service.config.body_limit, seconds=service.config.body_seconds)
    call.bytes_in, call.stream = len(raw), True
    given = request.parse(scope, raw)
    messages = conversation(given)
    chosen = await choose(service, call, ticket)
    assert call.assistant is not None  # noqa: S101 - chosen above
    body = {
        **parameters(given),
        "model": call.assistant.slug,
        "messages": messages,
        "stream": True,
    }
    face = Face(call, Stages(call, chosen[1], messages), send)
    await tell(service, call, body, receive, face, chosen)


async def tell(
    service: Service, call: Call, body: dict[str, Any], receive: Receive, face: Face, chosen: chat.Chosen
) -> None:
    """The road of every call, told by a face. Raises ApiError as long as nothing was sent."""
    call.inspected = face.inspected
    try:
        await chat.serve(service, call, body, receive, face.send, chosen)
    except ApiError as error:
        if not call.started:
            raise
        await face.fail(await _recorded(service, call, error))
    except Exception as error:  # noqa: BLE001 - the stream has begun: only it can still say so
        log.error("Call %s failed: %s", call.request_id, where(error))  # noqa: TRY400 - a traceback may quote a prompt
        await face.fail(await _recorded(service, call, ApiError("internal_error")))


def admit(service: Service, call: Call, scope: Scope) -> Ticket:
    """Who tries what. Raises ApiError."""
    ticket = ticket_of(service, scope, AUDIENCE)
    call.source, call.person, call.session = AUDIENCE, ticket.actor_id, ticket.session
    return ticket


def ticket_of(service: Service, scope: Scope, audience: str) -> Ticket:
    """The ticket in the request's header. Raises ApiError: it is unknown, old, for another stream, or was used."""
    key, text = service.snapshot.ticket_key, header(scope, b"x-stream-ticket").decode("ascii", "replace")
    if not key:
        raise ApiError("snapshot_stale")
    try:
        ticket = tickets.verify(key, text, audience)
    except TicketError:
        raise ApiError("invalid_ticket") from None
    if ticket.session in service.snapshot.ended_sessions:
        raise ApiError("invalid_ticket", "The session of this ticket has ended. Sign in again.")
    try:
        fresh = service.nonces.spend(ticket)
    except OSError:
        raise ApiError("record_unavailable") from None
    if not fresh:
        raise ApiError("invalid_ticket", "This ticket was used. Ask the page for a new one.")
    return ticket


def conversation(given: Mapping[str, Any]) -> list[dict[str, str]]:
    """The turns so far, the person's new one last; nothing but roles and texts. Raises ApiError."""
    found = given.get("messages")
    if not isinstance(found, list) or not found or not all(isinstance(one, dict) for one in found):
        raise ApiError("invalid_value", "'messages' is a list of at least one message.", param="messages")
    turns = [{"role": one.get("role"), "content": one.get("content")} for one in found]
    if not all(isinstance(said, str) for turn in turns for said in turn.values()) or not all(
        turn["role"] in _ROLES for turn in turns
    ):
        raise ApiError("invalid_value", "A message is a text of 'user' or 'assistant'.", param="messages")
    if turns[-1]["role"] != "user":
        raise ApiError("invalid_value", "The last message is the person's.", param="messages")
    return turns


def parameters(given: Mapping[str, Any]) -> dict[str, int | float]:
    """What this try changes. Raises ApiError."""
    raw = given.get("parameters") or {}
    try:
        return clean_parameters(raw if isinstance(raw, dict) else {"parameters": raw})
    except ParameterError as error:
        raise ApiError("invalid_value", "A parameter has a value that cannot be used.", param=error.name) from None


async def choose(service: Service, call: Call, ticket: Ticket) -> chat.Chosen:
    """The version that the ticket names, by its content: what is live, or a trial. Raises ApiError."""
    snapshot = service.snapshot
    found = snapshot.by_id.get(ticket.object_id)
    if found is None or found.state not in {DRAFT, LIVE, PAUSED}:
        raise ApiError("model_not_found")
    call.assistant = found
    if found.state == PAUSED:
        raise ApiError("assistant_paused")
    version = await _version(service, call, found, ticket)
    # Nobody else sees this copy: the snapshot, and with it /v1, knows no trial.
    call.assistant = replace(found, version=version)
    policy, target = snapshot.policy_of(version), snapshot.targets.get(version.provider)
    if policy is None or target is None:
        raise ApiError("assistant_unavailable")
    return version, policy, target


async def _version(service: Service, call: Call, found: Assistant, ticket: Ticket) -> Version:
    digest = ticket.detail.get("version", "")
    call.trial = ticket.detail.get("target") == "draft"
    if call.trial:
        version = await service.feed.trial(found.id, digest)
    else:
        version = found.version if found.state == LIVE else None
    if version is None or version.digest != digest:
        raise ApiError("version_changed")
    return version


async def _recorded(service: Service, call: Call, error: ApiError) -> ApiError:
    call.error, call.status = error.code, error.status
    if call.recorded:
        return error
    try:
        await service.record(call)
    except ApiError as unwritten:
        return unwritten
    return error
