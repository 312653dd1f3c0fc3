"""A front before a panel process that tells what it saw; clients are played in memory."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from panel.ops.front.handover import Handover
from panel.ops.front.splitter import Gateway, Splitter
from panel.ops.front.wire import Message, Receive, Scope, Send, reply

Talk = Callable[["Stage"], Awaitable[None]]


class Stage:
    """A front with a panel process that tells what it saw."""

    def __init__(self, socket: Path, proxies: str = "", token: str = "") -> None:
        self.seen: list[dict[str, Any]] = []
        self.closed = asyncio.Event()
        self.socket = socket
        self.handover = Handover(str(socket), limit=200_000, proxies=proxies)
        self.front = Splitter(Gateway(self._gateway, _nothing, _nothing, dict), self.handover, metrics_token=token)
        self.front._started = True

    async def _gateway(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await reply(send, 200, b"gateway " + scope["path"].encode())

    async def _panel(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        headers = [(key.lower(), value) for key, value in request.headers.items()]
        self.seen.append({"method": request.method, "raw": request.raw_path, "headers": headers, "size": len(body)})
        if request.path == "/large":
            return web.Response(body=b"x" * 300_000)
        if request.path == "/cookies":
            answer = web.Response(text="two")
            answer.headers.add("Set-Cookie", "a=1")
            answer.headers.add("Set-Cookie", "b=2")
            return answer
        if request.path == "/endless":
            return await self._endless(request)
        if request.path == "/-/ready":
            return web.json_response({"database": True, "valkey": True})
        return web.Response(text="page", headers={"Keep-Alive": "5", "X-Own": "yes"})

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while True:
                await answer.write(b"tick\n")
                await asyncio.sleep(0.02)
        except (ConnectionError, asyncio.CancelledError):
            self.closed.set()
            raise

    async def ask(
        self,
        path: str,
        *,
        method: str = "GET",
        headers: tuple[tuple[bytes, bytes], ...] = (),
        parts: tuple[bytes, ...] = (b"",),
        peer: str = "203.0.113.9",
        leave: asyncio.Event | None = None,
    ) -> tuple[int, dict[str, str], bytes, list[Message]]:
        sent: list[Message] = []
        waiting = list(parts)

        async def receive() -> Message:
            if waiting:
                part = waiting.pop(0)
                return {"type": "http.request", "body": part, "more_body": bool(waiting)}
            await (leave or asyncio.Event()).wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)
            if leave is not None and message["type"] == "http.response.body":
                leave.set()

        target, _, query = path.partition("?")
        scope = {
            "type": "http",
            "method": method,
            "path": target.replace("%2F", "/"),
            "raw_path": target.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"panel.example"), *headers],
            "client": (peer, 4000),
            "scheme": "http",
        }
        await asyncio.wait_for(self.front(scope, receive, send), 10)
        status = sent[0]["status"] if sent else 0
        found = {key.decode(): value.decode() for key, value in (sent[0]["headers"] if sent else [])}
        return status, found, b"".join(one.get("body", b"") for one in sent[1:]), sent


async def _nothing() -> None:
    return None


def play(tmp_path: Path, talk: Talk, *, proxies: str = "", token: str = "", serving: bool = True) -> None:
    async def run() -> None:
        stage = Stage(tmp_path / "s", proxies, token)
        server = web.Application(client_max_size=10_000_000)
        server.router.add_route("*", "/{rest:.*}", stage._panel)
        runner = web.AppRunner(server, handler_cancellation=True)
        await runner.setup()
        if serving:
            await web.UnixSite(runner, str(stage.socket)).start()
        try:
            await talk(stage)
        finally:
            await stage.handover.close()
            await runner.cleanup()

    asyncio.run(run())
