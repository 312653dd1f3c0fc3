"""Hand a request over the panel process's unix socket, and its answer back."""

import asyncio
import logging
import tempfile
from typing import IO, Any

import aiohttp
import yarl

from panel.ops.front.wire import Message, Receive, Scope, Send, answer_headers, header, networks, reply, request_headers

log = logging.getLogger("panel.front")
IN_MEMORY = 1024 * 1024
IN_ONE_PIECE = 64 * 1024
# A client that sends nothing for this long while it owes us a body is let go.
BODY_PAUSE_SECONDS = 30.0
AWAY = b"The panel is starting or being restarted. Try again in a few seconds.\n"
BROKEN = b"The panel broke off its answer. Try again.\n"


class TooLargeError(Exception):
    """The body is larger than the panel takes."""


class GoneError(Exception):
    """The client left before its request was complete."""


class Handover:
    """The way to the panel process. `limit` is the largest body in bytes; `proxies` whose X-Forwarded-* count."""

    def __init__(self, socket: str, *, limit: int, proxies: str = "") -> None:
        self.socket, self.limit, self.proxies = socket, limit, networks(proxies)
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession:
        if self._session is None:
            # A fresh connection each time: on a unix socket it costs nothing, and none is ever stale after a restart.
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(self.socket, limit=0, force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body whole before the panel's thread is taken, then answer until the client leaves."""
        with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            try:
                size = await self._read(scope, receive, body)
            except TooLargeError:
                await reply(
                    send, 413, b"This is more than the panel takes.\n", b"text/plain", (b"connection", b"close")
                )
                return
            except TimeoutError:
                await reply(send, 408, b"The request did not arrive.\n", b"text/plain", (b"connection", b"close"))
                return
            except GoneError:
                # Mostly nobody is there to read it; a client that broke the framing is, and must not see a fault of ours.
                await reply(send, 400, b"The request broke off.\n", b"text/plain", (b"connection", b"close"))
                return
            await _until_gone(self._pass_on(scope, body, size, send), receive)

    async def _read(self, scope: Scope, receive: Receive, body: IO[bytes]) -> int:
        announced = header(scope, b"content-length")
        if announced.isdigit() and int(announced) > self.limit:
            raise TooLargeError
        size, more = 0, True
        while more:
            message: Message = await asyncio.wait_for(_once(receive), BODY_PAUSE_SECONDS)
            if message["type"] == "http.disconnect":
                raise GoneError
            part = message.get("body", b"")
            size += len(part)
            if size > self.limit:
                raise TooLargeError
            body.write(part)
            more = bool(message.get("more_body"))
        body.seek(0)
        return size

    async def _pass_on(self, scope: Scope, body: IO[bytes], size: int, send: Send) -> None:
        begun = False
        try:
            async with self.session.request(
                scope["method"],
                _address(scope),
                headers=request_headers(scope, self.proxies, size),
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
                data=body if size > IN_ONE_PIECE else body.read() or None,
                allow_redirects=False,
            ) as answer:
                begun = True
                await _send_back(answer, send)
        except aiohttp.ClientConnectorError:
            await reply(send, 503, AWAY, b"text/plain; charset=utf-8", (b"retry-after", b"3"))
        except (aiohttp.ClientError, OSError) as error:
            log.warning("The panel broke off: %s", type(error).__name__)
            if begun:
                raise  # the client must see a broken answer, not a short one
            await reply(send, 502, BROKEN)


async def _once(receive: Receive) -> Message:
    return await receive()


def _address(scope: Scope) -> yarl.URL:
    """The address as it was written: a decoded %2F would be another one."""
    raw = scope.get("raw_path") or scope["path"].encode()
    query = scope.get("query_string", b"")
    return yarl.URL("http://panel" + (raw + (b"?" + query if query else b"")).decode("latin-1"), encoded=True)


async def _send_back(answer: aiohttp.ClientResponse, send: Send) -> None:
    await send({"type": "http.response.start", "status": answer.status, "headers": answer_headers(answer.raw_headers)})
    if answer.content_length is not None and answer.content_length < IN_ONE_PIECE:
        await send({"type": "http.response.body", "body": await answer.read()})
        return
    async for part in answer.content.iter_any():
        await send({"type": "http.response.body", "body": part, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _until_gone(work: Any, receive: Receive) -> None:
    """Do the work, and break it off when the client leaves."""
    answering = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({answering, leaving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        leaving.cancel()
        if not answering.done():
            answering.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    try:
        await answering
    except asyncio.CancelledError:
        if not leaving.done() or leaving.cancelled():
            raise


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
