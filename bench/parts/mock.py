"""A provider that costs almost nothing: fixed bytes, JSON or a stream of 64 chunks, on granian like the gateway."""

import json
from typing import Any

TEXT = (
    "The harbour of Malmö was dug in 1775 and grew with the railway. Today ferries, grain and cars pass through it, and the "
    "old docks have become houses, a university and a tower that turns. Visitors walk along the canal, eat by the water "
    "and take the bridge to the other shore, which is 12 minutes away. Ask me for opening hours, or for a map of the way."
)
WORDS = [f"{word} " for word in (TEXT + " " + TEXT).split()][:64]

HEAD = {"id": "chatcmpl-mock", "created": 1700000000, "model": "mock"}
USAGE = {"prompt_tokens": 12, "completion_tokens": 64, "total_tokens": 76}


def _chunk(delta: dict[str, str], reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    value = {**HEAD, "object": "chat.completion.chunk", "choices": [choice]}
    return b"data: " + json.dumps(value).encode() + b"\n\n"


WHOLE = json.dumps(
    {
        **HEAD,
        "object": "chat.completion",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}],
        "usage": USAGE,
    }
).encode()
LAST = {**HEAD, "object": "chat.completion.chunk", "choices": [], "usage": USAGE}
CHUNKS = [
    _chunk({"role": "assistant", "content": ""}),
    *[_chunk({"content": word}) for word in WORDS],
    _chunk({}, "stop") + b"data: " + json.dumps(LAST).encode() + b"\n\ndata: [DONE]\n\n",
]
JSON = [(b"content-type", b"application/json"), (b"content-length", str(len(WHOLE)).encode())]
EVENTS = [(b"content-type", b"text/event-stream")]


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    streamed = b'"stream":true' in body or b'"stream": true' in body
    await send({"type": "http.response.start", "status": 200, "headers": EVENTS if streamed else JSON})
    if streamed:
        for chunk in CHUNKS:
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b"" if streamed else WHOLE, "more_body": False})
