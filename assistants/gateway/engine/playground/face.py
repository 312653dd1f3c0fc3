"""The playground's side of a call: the guarded OpenAI stream becomes typed events that a page can show."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import orjson

from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.playground.findings import Stages
from assistants.gateway.engine.wire import Message, Send, begin_events, part
from panel.ui import prose

_TEXTS = ("content", "refusal", "reasoning_content", "reasoning")


def event(kind: str, value: dict[str, Any]) -> bytes:
    return b"event: " + kind.encode() + b"\ndata: " + orjson.dumps(value) + b"\n\n"


class Face:
    """Stands where a client's `send` stands on the road of /v1: whatever passes here has passed the guard.

    Events: `stage`, `token` (text of a channel), `done` (safe HTML, totals, trace), `error` (code, sentence, the same).
    """

    def __init__(self, call: Call, stages: Stages, send: Send) -> None:
        self._call, self._stages, self._send = call, stages, send
        self._said: list[str] = []
        self._ended = False

    async def inspected(self) -> None:
        """The way in is judged; tell before the provider is asked."""
        await self._begin()
        await part(self._send, self._new_stages())

    async def send(self, message: Message) -> None:
        """What the road sends: the head was sent long ago, a body is whole events."""
        if message["type"] != "http.response.body":
            return None
        out = bytearray()
        for data in _events(message["body"]):
            if data == b"[DONE]":
                return await self._end("done", {}, bytes(out))
            value = orjson.loads(data)
            if "error" in value:
                told = {"code": value["error"]["code"], "sentence": value["error"]["message"]}
                return await self._end("error", told, bytes(out))
            for channel, text in _texts(value):
                self._said.append(text if channel == "content" else "")
                if self._shown(channel):
                    out += event("token", {"channel": channel, "text": text})
        if out:
            await part(self._send, bytes(out))
        return None

    async def fail(self, error: ApiError) -> None:
        """The call ended before an answer began; its record is written."""
        if error.code != "client_closed":
            await self._begin()
            await self._end("error", {"code": error.code, "sentence": error.sentence}, b"")

    async def _begin(self) -> None:
        if not self._call.started:
            self._call.started = True
            await begin_events(self._send, self._call.headers)

    def _new_stages(self) -> bytes:
        return b"".join(event("stage", stage) for stage in self._stages.new())

    async def _end(self, kind: str, told: dict[str, Any], before: bytes) -> None:
        if self._ended:
            return
        self._ended = True
        html = await asyncio.to_thread(prose.safe_html, "".join(self._said))
        value = self._value(told, html)
        await part(self._send, before + self._new_stages() + event(kind, value), more=False)

    def _shown(self, channel: str) -> bool:  # noqa: ARG002 - a face may show less
        return True

    def _value(self, told: dict[str, Any], html: str) -> dict[str, Any]:
        return {**told, "html": html, "totals": self._totals(), "trace": str(self._call.id)}

    def _totals(self) -> dict[str, Any]:
        call = self._call
        first = call.marks.get("first")
        return {
            "ms": (time.perf_counter() - call.began) * 1000,
            "first_ms": None if first is None else first * 1000,
            "tokens_in": call.tokens_in,
            "tokens_out": call.tokens_out,
            "estimated": call.estimated,
            "sent": "upstream" in call.marks,
        }


def _events(body: bytes) -> Iterator[bytes]:
    for one in body.split(b"\n\n"):
        if one.startswith(b"data: "):
            yield one[6:]


def _texts(chunk: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(channel, text) of every text in a chunk's deltas, the name of a tool and its arguments too."""
    for choice in chunk.get("choices") or ():
        delta = choice.get("delta") or {}
        for name in _TEXTS:
            if isinstance(delta.get(name), str) and delta[name]:
                yield ("content" if name == "content" else "aside"), delta[name]
        calls = [one.get("function") or {} for one in delta.get("tool_calls") or () if isinstance(one, dict)]
        for function in [*calls, delta.get("function_call") or {}]:
            for channel, text in (("tool", function.get("name")), ("arguments", function.get("arguments"))):
                if isinstance(text, str) and text:
                    yield channel, text
