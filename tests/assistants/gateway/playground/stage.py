"""The playground at the gateway's door: tickets, and its typed events read back."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from assistants.gateway.engine.playground.entry import AUDIENCE, ROUTE
from assistants.gateway.engine.relay import DONE
from assistants.gateway.engine.state.snapshot import Version
from panel.kernel import ids, tickets
from tests.assistants.gateway.gate import Answer, Gate
from tests.assistants.gateway.provider import FakeReply, chunk, stream

PERSON = ids.new_id()


def talk(*texts: str) -> Callable[[], FakeReply]:
    return stream(*[chunk({"content": text}) for text in texts], chunk(reason="stop"), DONE)


def ticket(gate: Gate, *, slug: str = "helper", audience: str = AUDIENCE, **detail: str) -> str:
    """For what is live, unless `detail` says otherwise."""
    one = gate.snapshot.assistants[slug]
    live = one.version.digest if one.version else ""
    claims = tickets.Ticket(audience, PERSON, one.id, {"target": "live", "version": live, **detail})
    return tickets.sign(gate.snapshot.ticket_key, claims)


async def try_out(gate: Gate, text: Any = "hi", *, sent: str | None = None, **more: Any) -> Answer:
    """`text` is what the person says, or a whole conversation."""
    messages = [{"role": "user", "content": text}] if isinstance(text, str) else text
    keep = {name: more.pop(name) for name in ("leave", "leave_after") if name in more}
    headers = {"x-stream-ticket": ticket(gate) if sent is None else sent}
    return await gate.call({"messages": messages, **more}, path=ROUTE, token="", headers=headers, **keep)


def told(answer: Answer) -> list[tuple[str, dict[str, Any]]]:
    """(event, data) in order."""
    found = []
    for block in answer.body.decode().split("\n\n"):
        kind, _, data = block.partition("\n")
        if kind:
            found.append((kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def stages(answer: Answer) -> dict[str, dict[str, Any]]:
    return {data["name"]: data for kind, data in told(answer) if kind == "stage"}


def said(answer: Answer) -> str:
    """Everything that the page can put together, channel by channel."""
    channels: dict[str, str] = {}
    for kind, data in told(answer):
        if kind == "token":
            channels[data["channel"]] = channels.get(data["channel"], "") + data["text"]
    return "\n".join(channels.values())


def end(answer: Answer) -> tuple[str, dict[str, Any]]:
    return told(answer)[-1]


def hold_trial(gate: Gate, version: Version) -> None:
    """What the gateway's one read finds in the database."""

    async def trial(assistant: UUID, digest: str) -> Version | None:
        here = assistant == gate.snapshot.assistants["helper"].id
        return version if here and digest == version.digest else None

    gate.service.feed.trial = trial  # type: ignore[method-assign]
