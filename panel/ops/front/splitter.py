"""The gateway process's ASGI application: lifespan, health, and who answers what."""

import asyncio
import contextlib
import hmac
import ipaddress
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from panel.ops.front import paths
from panel.ops.front.handover import Handover
from panel.ops.front.wire import App, Receive, Scope, Send, forwarded, header, origin, reply

log = logging.getLogger("panel.front")
AGAIN_SECONDS = 1.0
ASK_SECONDS = 5.0
# As long as this, calls are answered without word from the database ; then they are refused.
LEASE_SECONDS = 60.0
JSON = b"application/json"
PROMETHEUS = b"text/plain; version=0.0.4; charset=utf-8"
_NOT_YET = json.dumps(
    {"error": {"message": "The gateway is starting.", "type": "server_error", "param": None, "code": "gateway_stopped"}}
).encode()


@dataclass(frozen=True)
class Gateway:
    """What the gateway's engine gives: an application for its paths, a life, and what it says of itself."""

    app: App
    startup: Callable[[], Awaitable[None]]
    shutdown: Callable[[], Awaitable[None]]
    health: Callable[[], dict[str, Any]]


@dataclass
class Splitter:
    """`metrics_token` opens the metrics to others than this machine; empty: to nobody else."""

    gateway: Gateway
    panel: Handover
    metrics_token: str = ""
    _starting: "asyncio.Task[None] | None" = field(default=None, init=False)
    _started: bool = field(default=False, init=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope["path"]
        if paths.is_gateway(path):
            if self._started:
                scope["client"], scope["scheme"] = self._origin(scope)
                await self.gateway.app(scope, receive, send)
            else:
                await reply(send, 503, _NOT_YET, JSON, (b"retry-after", b"2"))
        elif path == paths.HEALTH:
            await reply(send, 200, b"ok\n")
        elif path == paths.READY:
            await self._ready(send)
        elif path == paths.METRICS:
            await self._metrics(scope, send)
        elif path.startswith(paths.INNER):
            await reply(send, 404, b"Not found.\n")
        else:
            await self.panel.app(scope, receive, send)

    def _origin(self, scope: Scope) -> tuple[tuple[str, int], str]:
        address, scheme = origin(scope, self.panel.proxies)
        return (address, 0), scheme

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._starting = asyncio.create_task(self._start())
                # Give it the chance to be complete before the first request.
                await asyncio.wait({self._starting}, timeout=5)
                await send({"type": "lifespan.startup.complete"})
            elif message["type"] == "lifespan.shutdown":
                await self._end()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _start(self) -> None:
        """Pages must be served while the gateway cannot: it is tried until it starts."""
        while not self._started:
            try:
                await self.gateway.startup()
                self._started = True
            except Exception as error:  # noqa: BLE001 - whatever keeps it from starting, the next second may be better
                log.error("The gateway did not start: %s", type(error).__name__)  # noqa: TRY400 - values may be secret
                with contextlib.suppress(Exception):
                    await self.gateway.shutdown()
                await asyncio.sleep(AGAIN_SECONDS)

    async def _end(self) -> None:
        if self._starting:
            self._starting.cancel()
        if self._started:
            await self.gateway.shutdown()
        await self.panel.close()

    async def _ask(self, what: str) -> tuple[int, bytes]:
        try:
            async with self.panel.session.get(
                f"http://localhost{paths.INNER}{what}", timeout=aiohttp.ClientTimeout(total=ASK_SECONDS)
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, OSError):
            return 503, b""

    async def _ready(self, send: Send) -> None:
        """Whether this process may be sent requests: its own parts and the panel's, each by name."""
        status, body = await self._ask("ready")
        checks: dict[str, Any] = {"panel": status == 200}
        with contextlib.suppress(ValueError):
            checks |= json.loads(body)
        own = self.gateway.health() if self._started else {}
        checks["gateway"] = (
            self._started and own.get("spool_ready") is not False and own.get("snapshot_age_seconds", 0) < LEASE_SECONDS
        )
        ready = all(value is not False for value in checks.values())
        await reply(send, 200 if ready else 503, json.dumps({"ready": ready, "checks": checks}).encode(), JSON)

    async def _metrics(self, scope: Scope, send: Send) -> None:
        if not self._may_measure(scope):
            await reply(send, 403, b"Metrics are for this machine, or for the bearer of PANEL_METRICS_TOKEN.\n")
            return
        status, body = await self._ask("metrics")
        lines = [b"# TYPE panel_process_up gauge", f'panel_process_up{{process="panel"}} {int(status == 200)}'.encode()]
        own = self.gateway.health() if self._started else {}
        for name, value in sorted(own.items()):
            if isinstance(value, int | float):
                lines += [
                    f"# TYPE panel_gateway_{name} gauge".encode(),
                    f"panel_gateway_{name} {float(value):g}".encode(),
                ]
        text = b"\n".join(lines) + b"\n" + (body if status == 200 else b"")
        await reply(send, 200, text, PROMETHEUS)

    def _may_measure(self, scope: Scope) -> bool:
        given = header(scope, b"authorization").removeprefix("Bearer ")
        if self.metrics_token and hmac.compare_digest(given.encode(), self.metrics_token.encode()):
            return True
        try:
            peer = ipaddress.ip_address(str((scope.get("client") or ("", 0))[0]))
        except ValueError:
            return False
        # What a proxy on this machine passes on is not from this machine.
        return peer.is_loopback and not forwarded(scope)
