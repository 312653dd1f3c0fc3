"""A gateway without database and sockets: a snapshot by hand, a provider in memory, a client that speaks ASGI."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import orjson

from accounts.credentials.engine import tokens
from assistants.gateway.engine import app as gateway
from assistants.gateway.engine.config import Config
from assistants.gateway.engine.ledger import frames, segments
from assistants.gateway.engine.service import Service
from assistants.gateway.engine.state.snapshot import Assistant, Key, Snapshot, Version
from assistants.guard.engine.policy import Policy
from assistants.providers.engine.upstream import Target
from panel.kernel import ids
from tests.assistants.gateway.provider import FakeUpstream, FakeUpstreams

PEPPER, SUBJECTS, TICKETS = b"p" * 32, b"s" * 32, b"t" * 32
PROVIDER, POLICY = ids.new_id(), ids.new_id()
TOKEN = tokens.generate("gateway")[1]
CHAT = "/v1/chat/completions"


@dataclass
class Answer:
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    complete: bool = False

    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        return dict(self.json()["error"])

    @property
    def events(self) -> list[Any]:
        lines = [line[6:] for line in self.body.decode().split("\n\n") if line.startswith("data: ")]
        return [line if line == "[DONE]" else json.loads(line) for line in lines]

    def text(self, index: int = 0) -> str:
        found = [one for event in self.events if isinstance(event, dict) for one in event.get("choices", [])]
        return "".join(one["delta"].get("content") or "" for one in found if one["index"] == index)


class Gate:
    def __init__(self, service: Service) -> None:
        self.service = service

    def say(self, snapshot: Snapshot) -> None:
        """What the feed does when the database has something new."""
        self.service.feed.snapshot = snapshot
        self.service._changed(snapshot)

    @property
    def snapshot(self) -> Snapshot:
        return self.service.snapshot

    def change(self, slug: str = "helper", **changes: Any) -> None:
        one = replace(self.snapshot.assistants[slug], **changes)
        others = {**self.snapshot.assistants, slug: one}
        self.say(replace(self.snapshot, assistants=others, by_id={found.id: found for found in others.values()}))

    async def call(
        self,
        body: Any = None,
        *,
        path: str = CHAT,
        method: str = "POST",
        token: str = TOKEN,
        headers: Mapping[str, str] | None = None,
        query: bytes = b"",
        leave: Callable[[Answer], bool] | None = None,
        leave_after: float | None = None,
    ) -> Answer:
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        sent = {"content-type": "application/json", "authorization": f"Bearer {token}", **(headers or {})}
        scope = {
            "type": "http",
            "path": path,
            "method": method,
            "query_string": query,
            "client": ("192.0.2.1", 5),
            "headers": [(name.encode(), value.encode()) for name, value in sent.items() if value],
        }
        answer, gone = Answer(), asyncio.Event()
        waiting: Iterator[dict[str, Any]] = iter([{"type": "http.request", "body": raw, "more_body": False}])

        async def receive() -> dict[str, Any]:
            for message in waiting:
                return message
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            await asyncio.sleep(0)
            if message["type"] == "http.response.start":
                answer.status = message["status"]
                answer.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                answer.body += message["body"]
                answer.complete = not message["more_body"]
            if leave is not None and leave(answer):
                gone.set()

        if leave_after is not None:
            asyncio.get_running_loop().call_later(leave_after, gone.set)
        await gateway.app(scope, receive, send)
        return answer

    def spooled(self) -> bytes:
        return b"".join(path.read_bytes() for path in self.service.config.spool.glob(f"*{segments.ENDING}"))

    def records(self) -> list[dict[str, Any]]:
        """Everything in the spool so far."""
        found = []
        for path in sorted(self.service.config.spool.glob(f"*{segments.ENDING}")):
            found += [orjson.loads(payload) for _, payload in frames.decode(path.read_bytes())]
        return found


def version(**changes: Any) -> Version:
    return replace(
        Version(id=ids.new_id(), number=1, provider=PROVIDER, policy=POLICY, model="provider-model"), **changes
    )


def snapshot(*, preset: str = "balanced", **changes: Any) -> Snapshot:
    helper = Assistant(ids.new_id(), "helper", "live", version(system_prompt="Be brief."), created=1700000000)
    foreign = Assistant(ids.new_id(), "foreign", "live", version())
    key = Key(ids.new_id(), frozenset({"chat", "models"}), {helper.id: math.inf})
    found = Snapshot(
        epoch=1,
        assistants={"helper": helper, "foreign": foreign},
        by_id={helper.id: helper, foreign.id: foreign},
        keys={tokens.digest(PEPPER, TOKEN): key},
        targets={PROVIDER: Target("openai", "https://provider.example")},
        policies={POLICY: Policy.preset(preset)},
        pepper=PEPPER,
        subject_key=SUBJECTS,
        ticket_key=TICKETS,
    )
    return replace(found, **changes)


@asynccontextmanager
async def opened(folder: Path, *script: Any, at: Snapshot | None = None, **settings: Any) -> AsyncIterator[Gate]:
    """A running gateway over `script`; its provider is `gate.service.upstreams.upstream`."""
    config = replace(Config(folder, "postgresql:///nowhere", "", spool_min_free=0), **settings)
    service = Service(config, FakeUpstreams(FakeUpstream(*script)))
    service.spool.start(asyncio.get_running_loop())
    service.feed.snapshot = at or snapshot()
    service.feed.lease.renew()
    before, gateway._service = gateway._service, service
    try:
        yield Gate(service)
    finally:
        gateway._service = before
        await asyncio.to_thread(service.spool.close)


def ask(text: str = "hi", **more: Any) -> dict[str, Any]:
    return {"model": "helper", "messages": [{"role": "user", "content": text}], **more}


def run(body: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(body())


def sent(gate: Gate) -> list[dict[str, Any]]:
    """What the provider was asked, in order."""
    found: list[dict[str, Any]] = gate.service.upstreams.upstream.asked  # type: ignore[attr-defined]
    return found
