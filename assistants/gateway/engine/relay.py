"""A provider's stream becomes the client's: every text passes the guard, the end waits for the record."""

import re
from typing import Any

import orjson

from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError, Blocked
from assistants.gateway.engine.events import Events, TooLong
from assistants.guard.engine.stream import OutputGuard

_CHUNK = frozenset({"id", "object", "created", "model", "choices", "usage"})
_CHOICE = frozenset({"index", "delta", "finish_reason", "logprobs"})
_REASON = re.compile(r"[a-z_]{1,32}")
# Channels of texts outside a delta get numbers that no choice of a provider has.
_TOP = -1
_BESIDE = -1000
DONE = b"data: [DONE]\n\n"


def event(value: Any) -> bytes:
    return b"data: " + orjson.dumps(value) + b"\n\n"


class Relay:
    """Feeds on the provider's bytes, gives what may be sent now. `tail` is held until the record is safe."""

    def __init__(
        self, call: Call, guard: OutputGuard, *, model: str, usage: bool, choices: int, probabilities: bool
    ) -> None:
        self.guard = guard
        self.tail = bytearray()
        self.done = False
        self.tokens: tuple[int, int] | None = None
        self.characters = 0
        self.released: dict[int, list[str]] = {}
        self._call = call
        self._events = Events()
        self._usage = usage
        self._expected = choices
        self._probabilities = probabilities
        self._seen: set[int] = set()
        self._finished: set[int] = set()
        self._beside: set[int] = set()
        self._head = {
            "id": f"chatcmpl-{call.id.hex}",
            "object": "chat.completion.chunk",
            "created": int(call.at.timestamp()),
            "model": model,
        }

    @property
    def complete(self) -> bool:
        """The provider said that it is at the end."""
        return self.done or (bool(self._seen) and self._finished >= self._seen)

    @property
    def open_choices(self) -> list[int]:
        return sorted(self._seen - self._finished) or ([] if self._seen else [0])

    def feed(self, chunk: bytes) -> bytes:
        """Raises ApiError when the provider's stream is no stream of chunks, Blocked when the guard stops it."""
        out = bytearray()
        try:
            for data in self._events.feed(chunk):
                self._event(data, out)
        except TooLong:
            raise ApiError("provider_invalid") from None
        return bytes(out)

    def end(self) -> bytes:
        """After the last byte: what was still on its way."""
        out = bytearray()
        for data in self._events.end():
            self._event(data, out)
        for number in sorted(self._seen - self._finished) if self.done else ():
            self._flush(number, out)
        for number in sorted(self._beside):
            rest = self.guard.flush_delta(number)
            self._stop_if_blocked()
            if rest:
                self._send(
                    {**rest, "choices": []} if number == _TOP else self._choice(_BESIDE - number, {}, **rest), out
                )
        return bytes(out)

    def _event(self, data: bytes, out: bytearray) -> None:
        if data == b"[DONE]" or self.done:
            self.done = True
            return
        try:
            chunk = orjson.loads(data)
        except orjson.JSONDecodeError:
            raise ApiError("provider_invalid") from None
        if not isinstance(chunk, dict) or chunk.get("error"):
            raise ApiError("provider_failed" if isinstance(chunk, dict) else "provider_invalid")
        extra = self._others(chunk, _CHUNK, _TOP)
        for choice in chunk.get("choices") or ():
            self._take(choice, extra, out)
            extra = {}
        usage = chunk.get("usage")
        if isinstance(usage, dict):
            self._count(usage)
            if self._usage:
                self.tail += event({**self._head, **extra, "choices": [], "usage": usage})
        elif extra:
            self._send({**extra, "choices": []}, out)

    def _count(self, usage: dict[str, Any]) -> None:
        found = usage.get("prompt_tokens"), usage.get("completion_tokens")
        self.tokens = tuple(value if isinstance(value, int) else 0 for value in found)  # type: ignore[assignment]

    def _take(self, choice: Any, extra: dict[str, Any], out: bytearray) -> None:
        number = choice.get("index", 0) if isinstance(choice, dict) else None
        delta = (choice.get("delta") or {}) if isinstance(choice, dict) else None
        if not isinstance(number, int) or not 0 <= number < 128 or not isinstance(delta, dict):
            raise ApiError("provider_invalid")
        if number in self._finished:
            return
        self._seen.add(number)
        beside = self._others(choice, _CHOICE, _BESIDE - number)
        if self._probabilities and choice.get("logprobs") is not None:
            beside["logprobs"] = choice["logprobs"]
        reason = choice.get("finish_reason")
        if delta or beside or not reason:
            guarded = self.guard.feed_delta(number, delta)
            self._stop_if_blocked()
            if beside or extra or _says(guarded) or not _says(delta):
                self._release(number, guarded)
                self._send({**extra, **self._choice(number, guarded, **beside)}, out)
        if reason:
            self._finish(number, reason, out)

    def _finish(self, number: int, reason: Any, out: bytearray) -> None:
        self._flush(number, out)
        self._finished.add(number)
        word = reason if isinstance(reason, str) and _REASON.fullmatch(reason) else "stop"
        last = len(self._finished) >= max(self._expected, len(self._seen))
        self._send(self._choice(number, {}, finish_reason=word), self.tail if last else out)

    def _flush(self, number: int, out: bytearray) -> None:
        rest = self.guard.flush_delta(number)
        self._stop_if_blocked()
        if rest:
            self._release(number, rest)
            self._send(self._choice(number, rest), out)

    def _others(self, value: dict[str, Any], known: frozenset[str], channel: int) -> dict[str, Any]:
        """Members that the format does not know, guarded like a delta."""
        if value.keys() <= known:
            return {}
        rest = {name: member for name, member in value.items() if name not in known and member is not None}
        if not rest:
            return {}
        self._beside.add(channel)
        guarded = self.guard.feed_delta(channel, rest)
        self._stop_if_blocked()
        return {name: member for name, member in guarded.items() if name not in known}

    def _choice(self, number: int, delta: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"choices": [{"index": number, "delta": delta, "logprobs": None, "finish_reason": None, **more}]}

    def _send(self, chunk: dict[str, Any], out: bytearray) -> None:
        out += event({**self._head, **chunk})

    def _release(self, number: int, delta: dict[str, Any]) -> None:
        content = delta.get("content")
        if isinstance(content, str) and content:
            self._call.mark("first")
            self.characters += len(content)
            if self._call.request is not None:
                self.released.setdefault(number, []).append(content)
        elif delta.keys() - {"role", "content"}:
            self._call.mark("first")

    def _stop_if_blocked(self) -> None:
        if self.guard.blocked is not None:
            raise Blocked

    def stopped(self, error: ApiError) -> bytes:
        """The end of a stream that does not end well: no [DONE], so that no client takes it for whole."""
        out = bytearray()
        if error.code == "answer_blocked":
            for number in self.open_choices:
                self._send(self._choice(number, {}, finish_reason="content_filter"), out)
        return bytes(out + event(error.as_dict()))


def _says(delta: dict[str, Any]) -> bool:
    """There is something in it: a role, a text, an id; empty strings and empty lists are nothing."""
    return any(_says(one) if isinstance(one, dict) else _some(one) for one in delta.values())


def _some(value: Any) -> bool:
    if isinstance(value, list):
        return any(_says(one) if isinstance(one, dict) else bool(one) for one in value)
    return bool(value)
