"""A provider in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from assistants.gateway.engine.upstreams import Upstreams
from assistants.providers.engine.upstream import Target

JSON = {"content-type": "application/json"}


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


def stream(*parts: Any) -> Callable[[], FakeReply]:
    return lambda: FakeReply(list(parts))


def whole(text: str = "hello", **more: Any) -> Callable[[], FakeReply]:
    return lambda: FakeReply([completion(text, **more)], headers=JSON)
