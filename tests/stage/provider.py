"""An OpenAI-shaped provider on a real loopback socket: it says what a test scripts and remembers what it received."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Reply:
    """What the provider answers. `pieces` is the number of characters in a delta, `pace` seconds between deltas."""

    text: str = ""
    pieces: int = 8
    pace: float = 0.0
    status: int = 200
    error: dict[str, Any] | None = None
    tool_calls: list[dict[str, Any]] = field(default_factory=list)
    finish: str = "stop"
    wait: float = 0.0
    break_after: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)


def last_text(body: dict[str, Any]) -> str:
    content = next((m.get("content") for m in reversed(body.get("messages", [])) if m.get("role") == "user"), "")
    if isinstance(content, list):
        return " ".join(part.get("text", "") for part in content if part.get("type") == "text")
    return content or ""


def echo(body: dict[str, Any]) -> Reply:
    return Reply(text=f"You said: {last_text(body)}")


@dataclass
class MockProvider:
    """Set `script` (body -> Reply) or `reply`; read `bodies`, `headers`, `cancelled`, `finished`."""

    url: str = ""
    key: str = "sk-mock-provider-0123456789abcdefghij"
    script: Callable[[dict[str, Any]], Reply] = echo
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    cancelled: int = 0
    finished: int = 0

    def reply(self, text: str = "", **options: Any) -> None:
        answer = Reply(text, **options)
        self.script = lambda _: answer

    def reset(self) -> None:
        self.script = echo
        self.bodies.clear()
        self.headers.clear()
        self.cancelled = self.finished = 0

    def wait_cancelled(self, count: int = 1, seconds: float = 5) -> bool:
        """Whether `count` callers left before their answer was complete, within the time."""
        until = time.monotonic() + seconds
        while self.cancelled < count and time.monotonic() < until:
            time.sleep(0.01)
        return self.cancelled >= count

    # -- the server's side

    async def models(self, _: web.Request) -> web.Response:
        listed = [{"id": name, "object": "model", "owned_by": "mock"} for name in ("mock-small", "mock-large")]
        return web.json_response({"object": "list", "data": listed})

    async def chat(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.key}":
            error = {
                "message": "Incorrect API key provided",
                "type": "invalid_request_error",
                "code": "invalid_api_key",
            }
            return web.json_response({"error": error}, status=401)
        body = await request.json()
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        try:
            answer = await self._answer(request, body, self.script(body))
        except (asyncio.CancelledError, ConnectionError):
            self.cancelled += 1
            raise
        self.finished += 1
        return answer

    async def _answer(self, request: web.Request, body: dict[str, Any], reply: Reply) -> web.StreamResponse:
        await asyncio.sleep(reply.wait)
        if reply.status != 200:
            error = reply.error or {"message": "scripted failure", "type": "server_error", "code": None}
            return web.json_response({"error": error}, status=reply.status)
        if not body.get("stream"):
            await asyncio.sleep(reply.pace * (len(reply.text) // reply.pieces))
            return web.json_response(whole(body, reply))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        async for event in events(body, reply):
            if event is None:
                if request.transport:
                    request.transport.abort()
                raise ConnectionResetError
            await response.write(b"data: " + event + b"\n\n")
        return response


def _head(body: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"id": "chatcmpl-mock", "object": kind, "created": 1700000000, "model": body.get("model", "mock-small")}


USAGE = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}


def whole(body: dict[str, Any], reply: Reply) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": reply.text or None}
    if reply.tool_calls:
        message["tool_calls"] = reply.tool_calls
    choices = [{"index": n, "message": message, "finish_reason": reply.finish} for n in range(body.get("n") or 1)]
    return {**_head(body, "chat.completion"), "choices": choices, "usage": USAGE, **reply.extra}


def _deltas(reply: Reply) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    for start in range(0, len(reply.text), reply.pieces):
        yield {"content": reply.text[start : start + reply.pieces]}
    for index, call in enumerate(reply.tool_calls):
        name, arguments = call["function"]["name"], call["function"]["arguments"]
        first = {"index": index, "id": call["id"], "type": "function", "function": {"name": name, "arguments": ""}}
        yield {"tool_calls": [first]}
        for start in range(0, len(arguments), reply.pieces):
            piece = arguments[start : start + reply.pieces]
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


async def events(body: dict[str, Any], reply: Reply) -> AsyncIterator[bytes | None]:
    """The data of each server-sent event; None asks to break the connection there."""
    head = _head(body, "chat.completion.chunk")
    for sent, delta in enumerate(_deltas(reply), 1):
        for index in range(body.get("n") or 1):
            yield json.dumps({**head, "choices": [{"index": index, "delta": delta, "finish_reason": None}]}).encode()
        if reply.break_after is not None and sent > reply.break_after:
            yield None
        await asyncio.sleep(reply.pace)
    for index in range(body.get("n") or 1):
        yield json.dumps({**head, "choices": [{"index": index, "delta": {}, "finish_reason": reply.finish}]}).encode()
    if (body.get("stream_options") or {}).get("include_usage"):
        yield json.dumps({**head, "choices": [], "usage": USAGE}).encode()
    yield b"[DONE]"


@contextmanager
def running() -> Iterator[MockProvider]:
    """A provider on a free loopback port, in its own thread."""
    provider = MockProvider()
    ready, loop = threading.Event(), asyncio.new_event_loop()
    runner_box: list[web.AppRunner] = []

    async def start() -> None:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_get("/v1/models", provider.models)
        app.router.add_post("/v1/chat/completions", provider.chat)
        runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        runner_box.append(runner)
        provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
        ready.set()

    def work() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner_box[0].cleanup())
        loop.close()

    thread = threading.Thread(target=work, name="mock-provider", daemon=True)
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("The mock provider did not start.")
    try:
        yield provider
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
