"""POST /stream/jobs: the page of a long job is told that there is something new, and asks the panel for it itself.

The stream carries no content, so it needs no guard and no record. A page that gets none asks each two seconds all the same.
"""

import asyncio
import time
from uuid import UUID

from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.playground.entry import ticket_of
from assistants.gateway.engine.service import Service
from assistants.gateway.engine.state.rows import Row
from assistants.gateway.engine.wire import Receive, Scope, Send, begin_events, part, read_body
from panel.kernel.tickets import Ticket

ROUTE = "/stream/jobs"
AUDIENCE = "jobs"
LOOK_SECONDS = 0.5
# A page that is still open then opens another stream.
LIFE_SECONDS = 600.0
QUIET_SECONDS = 15.0
MOST = 50
CHANGED, QUIET = b"event: changed\ndata: {}\n\n", b": still here\n\n"
_open = {"streams": 0}


async def serve(service: Service, call: Call, scope: Scope, receive: Receive, send: Send) -> None:
    """Raises ApiError as long as nothing was sent. It is no call: nothing of it stands among the traces."""
    ticket = ticket_of(service, scope, AUDIENCE)
    await read_body(scope, receive, limit=1000, seconds=service.config.body_seconds)
    if _open["streams"] >= MOST:
        raise ApiError("overloaded")
    _open["streams"] += 1
    gone = asyncio.create_task(_left(receive))
    try:
        call.started = True
        await begin_events(send, call.headers)
        await _tell(service, send, gone, ticket)
        await part(send, b"", more=False)
    finally:
        _open["streams"] -= 1
        gone.cancel()


async def _tell(service: Service, send: Send, gone: "asyncio.Task[None]", ticket: Ticket) -> None:
    until, told, last = time.monotonic() + LIFE_SECONDS, time.monotonic(), None
    while time.monotonic() < until and not gone.done() and ticket.session not in service.snapshot.ended_sessions:
        row = await _look(service, ticket.object_id)
        if row != last:
            await part(send, CHANGED)
            told, last = time.monotonic(), row
        elif time.monotonic() - told > QUIET_SECONDS:
            await part(send, QUIET)
            told = time.monotonic()
        if row is None or row[0]:
            return
        await asyncio.wait([gone], timeout=LOOK_SECONDS)


async def _look(service: Service, job_id: UUID) -> Row | None:
    try:
        service.require_service()
        return await service.feed.job(job_id)
    except ApiError:
        return None


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
