"""ASGI at the wire: bounded bodies in, small answers out."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from assistants.gateway.engine.errors import ApiError

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

JSON = (b"content-type", b"application/json")
EVENTS = (b"content-type", b"text/event-stream; charset=utf-8")
# An answer belongs to one caller: no cache may keep it, no proxy may collect it.
# Opened in a browser it is text and nothing more.
PRIVATE = [
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
]


class ClientGone(Exception):  # noqa: N818 - what happened, not a fault
    """The client left before its request was complete."""


def header(scope: Scope, name: bytes) -> bytes:
    """The one value of a header, b"" without one; two different ones are refused, since two readers would differ."""
    found = [value for key, value in scope["headers"] if key == name]
    if len(found) > 1:
        raise ApiError("invalid_value", f"The header {name.decode()} stands twice.")
    return found[0] if found else b""


async def read_body(scope: Scope, receive: Receive, *, limit: int, seconds: float) -> bytes:
    """The whole body. Raises ApiError (request_too_large, request_timeout) and ClientGone."""
    length = header(scope, b"content-length")
    if length.isdigit() and int(length) > limit:
        raise ApiError("request_too_large")
    try:
        async with asyncio.timeout(seconds):
            return await _collect(receive, limit)
    except TimeoutError:
        raise ApiError("request_timeout") from None


async def _collect(receive: Receive, limit: int) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientGone
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise ApiError("request_too_large")
        parts.append(part)
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


async def answer(send: Send, status: int, body: bytes, headers: Headers) -> None:
    """A whole JSON answer."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [JSON, length, *PRIVATE, *headers]})
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def begin_events(send: Send, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [EVENTS, *PRIVATE, *headers]})


async def part(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
