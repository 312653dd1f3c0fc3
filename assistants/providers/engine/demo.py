"""The built-in provider: offline, deterministic and clearly no AI. It echoes, and leaks when told to, so that guards show.

What it does depends on the last message of the user:
`leak email | card | iban | phone | secret | image | instructions | all`, `echo <text>`, `count <n>`, `call tool`, `fail <status>`,
`break off`, `wait <seconds>`. The model name sets the pace of a stream: `demo` at once, `demo-slow` 30 ms a piece,
`demo-bytes` one character a piece.
"""

import asyncio
import json
import re
import zlib
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from assistants.providers.engine import demo_texts as texts
from assistants.providers.engine.upstream import Reply, UpstreamError
from panel.kernel import clock

MODELS: Final = ("demo", "demo-slow", "demo-bytes")
_PIECE: Final = re.compile(r"\s?\S{1,5}|\s", re.DOTALL)
_PACE: Final = 0.03  # seconds between two pieces of demo-slow


class Demo:
    """An Upstream that needs no line. Nothing it is told leaves the process."""

    async def post(self, path: str, body: bytes, *, headers: Mapping[str, str] | None = None) -> Reply:
        del headers
        if path != "chat/completions":
            return _error(404, f"The demo provider has no {path}.")
        try:
            asked = json.loads(body)
        except ValueError:
            return _error(400, "The body is no JSON.")
        plan = texts.plan(asked)
        if plan.wait:
            await asyncio.sleep(plan.wait)
        if plan.status != 200:
            return _error(plan.status, "The demo provider was told to fail.")
        stream = asked.get("stream") is True
        return _Stream(asked, plan) if stream else DemoReply(200, _whole(asked, plan))

    async def get(self, path: str) -> Reply:
        if path != "models":
            return _error(404, f"The demo provider has no {path}.")
        data = [{"id": name, "object": "model", "created": 0, "owned_by": "demo"} for name in MODELS]
        return DemoReply(200, {"object": "list", "data": data})


class DemoReply:
    """An answer that is there as a whole."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        self.status = status
        self.headers: Mapping[str, str] = {"Content-Type": "application/json"}
        if status == 429:
            self.headers = {**self.headers, "Retry-After": "7"}
        self._body = json.dumps(body, ensure_ascii=False).encode()

    async def read(self) -> bytes:
        return self._body

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self._body

    async def close(self) -> None:
        """Nothing is held."""


class _Stream:
    """Server-sent events, one at a time."""

    def __init__(self, asked: dict[str, Any], plan: texts.Plan) -> None:
        self.status = 200
        self.headers: Mapping[str, str] = {"Content-Type": "text/event-stream; charset=utf-8"}
        self._asked = asked
        self._plan = plan
        self._closed = False

    async def read(self) -> bytes:
        return b"".join([part async for part in self.chunks()])

    async def close(self) -> None:
        self._closed = True

    async def chunks(self) -> AsyncIterator[bytes]:
        pace = _PACE if str(self._asked.get("model", "")).endswith("-slow") else 0.0
        events = self._events()
        for number, event in enumerate(events):
            if self._closed:
                return
            if self._plan.breaks and number == len(events) // 2:
                raise UpstreamError("cut", "The demo provider was told to break off.")
            await asyncio.sleep(pace)
            yield b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"
        yield b"data: [DONE]\n\n"

    def _events(self) -> list[dict[str, Any]]:
        found = []
        for index in range(_choices(self._asked)):
            deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}, *self._deltas()]
            found += [_event(self._asked, index, delta, None) for delta in deltas]
            found.append(_event(self._asked, index, {}, self._plan.finish))
        if (self._asked.get("stream_options") or {}).get("include_usage"):
            found = [{**event, "usage": None} for event in found]
            found.append(
                {**_head(self._asked, "chat.completion.chunk"), "choices": [], "usage": _usage(self._asked, self._plan)}
            )
        return found

    def _deltas(self) -> list[dict[str, Any]]:
        single = str(self._asked.get("model", "")).endswith("-bytes")
        if not self._plan.tool:
            return [{"content": piece} for piece in _pieces(self._plan.text, single)]
        call = {
            "index": 0,
            "id": "call_demo_1",
            "type": "function",
            "function": {"name": self._plan.tool, "arguments": ""},
        }
        pieces = _pieces(self._plan.text, single)
        return [
            {"tool_calls": [call]},
            *({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]} for piece in pieces),
        ]


def _pieces(text: str, single: bool) -> list[str]:
    return list(text) if single else _PIECE.findall(text)


def _whole(asked: dict[str, Any], plan: texts.Plan) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": plan.text, "refusal": None}
    if plan.tool:
        call = {"id": "call_demo_1", "type": "function", "function": {"name": plan.tool, "arguments": plan.text}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
    choices = [
        {"index": index, "message": message, "finish_reason": plan.finish, "logprobs": None}
        for index in range(_choices(asked))
    ]
    return {**_head(asked, "chat.completion"), "choices": choices, "usage": _usage(asked, plan)}


def _head(asked: dict[str, Any], kind: str) -> dict[str, Any]:
    number = zlib.crc32(json.dumps(asked.get("messages"), sort_keys=True).encode())
    created = int(clock.now().timestamp())
    return {
        "id": f"chatcmpl-demo-{number:08x}",
        "object": kind,
        "created": created,
        "model": asked.get("model", "demo"),
    }


def _event(asked: dict[str, Any], index: int, delta: dict[str, Any], finish: str | None) -> dict[str, Any]:
    choice = {"index": index, "delta": delta, "finish_reason": finish, "logprobs": None}
    return {**_head(asked, "chat.completion.chunk"), "choices": [choice]}


def _usage(asked: dict[str, Any], plan: texts.Plan) -> dict[str, int]:
    """Words stand for tokens."""
    prompt = sum(
        len(texts.said(message).split()) for message in asked.get("messages") or [] if isinstance(message, dict)
    )
    answer = len(plan.text.split()) * _choices(asked)
    return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}


def _choices(asked: dict[str, Any]) -> int:
    wanted = asked.get("n")
    return min(wanted, 8) if isinstance(wanted, int) and wanted > 0 else 1


def _error(status: int, message: str) -> DemoReply:
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return DemoReply(status, {"error": {"message": message, "type": kind, "param": None, "code": None}})
