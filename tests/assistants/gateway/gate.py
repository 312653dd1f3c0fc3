"""A gateway without database and sockets: a snapshot by hand, a provider in memory, a client that speaks ASGI."""

import asyncio
import json
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
from assistants.gateway.engine.upstreams import Upstreams
from assistants.guard.engine.policy import Policy
from assistants.providers.engine.upstream import Target
from panel.kernel import ids

PEPPER, SUBJECTS = b"p" * 32, b"s" * 32
PROVIDER, POLICY = ids.new_id(), ids.new_id()
TOKEN = tokens.generate("gateway")[1]
JSON = {"content-type": "application/json"}
CHAT = "/v1/chat/completions"


def chunk(delta: dict[str, Any] | None = None, *, index: int = 0, reason: str | None = None, **more: Any) -> bytes:
    choice = {"index": index, "delta": delta or {}, "finish_reason": reason}
    value = {
        "id": "up-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "secret-model",
        "choices": [choice],
    }
    return b"data: " + orjson.dumps({**value, **more}) + b"\n\n"


def completion(text: str = "hello", **more: Any) -> bytes:
    message = {"role": "assistant", "content": text}
    choices = [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}]
    usage = {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5}
    return orjson.dumps(
        {"id": "up-1", "object": "chat.completion", "model": "m", "choices": choices, "usage": usage, **more}
    )


@dataclass
class FakeReply:
    """`parts` are bytes to give, numbers to sleep, or exceptions to raise."""

    parts: list[Any]
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "text/event-stream"})
    closed: bool = False
    cancelled: bool = False

    async def read(self) -> bytes:
        return b"".join([part async for part in self.chunks()])

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            for part in self.parts:
                if isinstance(part, Exception):
                    raise part
                if isinstance(part, bytes):
                    yield part
                else:
                    await asyncio.sleep(part)
        except asyncio.CancelledError:
            self.cancelled = True
            raise

    async def close(self) -> None:
        self.closed = True


class FakeUpstream:
    """Answers by `script`, a reply or an exception at a time, the last one for ever; remembers what it was sent."""

    def __init__(self, *script: Any) -> None:
        self.script = list(script)
        self.asked: list[dict[str, Any]] = []

    async def post(self, path: str, body: bytes, **_: Any) -> Any:
        assert path == "chat/completions"
        self.asked.append(orjson.loads(body))
        found = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(found, Exception):
            raise found
        return found() if callable(found) else found

    async def get(self, path: str) -> Any:
        raise NotImplementedError

    async def close(self) -> None:
        return


class FakeUpstreams(Upstreams):
    def __init__(self, upstream: FakeUpstream) -> None:
        super().__init__()
        self.upstream = upstream

    def of(self, _: Target) -> Any:
        return self.upstream


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
    key = Key(ids.new_id(), frozenset({"chat", "models:read"}), frozenset({helper.id}))
    found = Snapshot(
        epoch=1,
        assistants={"helper": helper, "foreign": foreign},
        by_id={helper.id: helper, foreign.id: foreign},
        keys={tokens.digest(PEPPER, TOKEN): key},
        targets={PROVIDER: Target("openai", "https://provider.example")},
        policies={POLICY: Policy.preset(preset)},
        pepper=PEPPER,
        subject_key=SUBJECTS,
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


def stream(*parts: Any) -> Callable[[], FakeReply]:
    return lambda: FakeReply(list(parts))


def whole(text: str = "hello", **more: Any) -> Callable[[], FakeReply]:
    return lambda: FakeReply([completion(text, **more)], headers=JSON)


def sent(gate: Gate) -> list[dict[str, Any]]:
    """What the provider was asked, in order."""
    found: list[dict[str, Any]] = gate.service.upstreams.upstream.asked  # type: ignore[attr-defined]
    return found
