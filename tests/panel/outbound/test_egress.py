"""What is really dialled, over real sockets."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from panel.outbound.guard.egress import Egress
from panel.outbound.guard.errors import EgressError
from panel.outbound.guard.probe import probe, read

PUBLIC = "93.184.216.34"


class Names:
    """A resolver that gives another answer each time it is asked."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str, port: int) -> list[str]:
        del host, port
        self.asked += 1
        return self.answers[min(self.asked, len(self.answers)) - 1]


class Recorder(Egress):
    """Notes whom it would dial and does not."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dialled: list[str] = []

    def _socket(self, info: Any) -> socket.socket:
        super()._socket(info).close()
        self.dialled.append(info[4][0])
        raise OSError("not dialled in a test")


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    return asyncio.run(work())  # type: ignore[arg-type]


async def serve(handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> tuple[web.AppRunner, int]:
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, runner.addresses[0][1]


def with_server(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]], work: Callable[[int], Awaitable[Any]]
) -> Any:
    async def both() -> Any:
        runner, port = await serve(handler)
        try:
            return await work(port)
        finally:
            await runner.cleanup()

    return run(both)


async def hello(request: web.Request) -> web.Response:
    return web.json_response(
        {"host": request.host, "headers": {key.lower(): value for key, value in request.headers.items()}}
    )


def refused_code(egress: Egress, url: str) -> Callable[[], Awaitable[str]]:
    async def work() -> str:
        try:
            await egress.request("GET", url)
        except EgressError as error:
            return error.code
        finally:
            await egress.close()
        return "ok"

    return work


@pytest.mark.parametrize(
    "answer",
    [
        ["127.0.0.1"],
        [PUBLIC, "127.0.0.1"],
        ["::1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::7f00:1"],
        ["169.254.169.254"],
        ["fe80::1%2"],
    ],
)
def test_a_name_with_one_special_address_is_refused(answer: list[str]) -> None:
    async def work() -> str:
        return await refused_code(Recorder(lookup=Names(answer)), "https://name.test/")()

    assert run(work) == "refused_address"


def test_a_name_that_changes_its_mind_is_asked_once_and_pinned() -> None:
    async def work() -> tuple[int, list[str], str]:
        names = Names([PUBLIC], ["127.0.0.1"])
        egress = Recorder(lookup=names)
        code = await refused_code(egress, "https://rebind.test/")()
        return names.asked, egress.dialled, code

    assert run(work) == (1, [PUBLIC], "unreachable")


def test_the_second_request_is_judged_anew() -> None:
    async def work() -> list[str]:
        egress, codes = Recorder(lookup=Names([PUBLIC], ["127.0.0.1"])), []
        for _ in range(2):
            try:
                await egress.request("GET", "https://rebind.test/")
            except EgressError as error:
                codes.append(error.code)
        await egress.close()
        return codes

    assert run(work) == ["unreachable", "refused_address"]


def test_an_allowed_private_host_is_reached_under_its_name() -> None:
    async def work(port: int) -> tuple[dict[str, Any], str]:
        allowed = {("llm.internal", port)}
        egress = Egress(lambda: allowed, lookup=Names(["127.0.0.1"]))
        response = await egress.request("GET", f"http://llm.internal:{port}/v1/models?x=%2F")
        body = await response.json()
        assert str(response.url).endswith("/v1/models?x=%2F")
        allowed.clear()
        try:
            await egress.request("GET", f"https://llm.internal:{port}/")
        except EgressError as error:
            return body, error.code
        finally:
            await egress.close()
        return body, "ok"

    body, code = with_server(hello, work)
    assert body["host"].startswith("llm.internal:")
    assert body["headers"]["accept-encoding"] == "identity"
    assert code == "refused_address", "a line kept open does not outlive the permission"


def test_another_port_of_an_allowed_host_is_not_allowed() -> None:
    async def work(port: int) -> str:
        return await refused_code(
            Egress(lambda: {("llm.internal", port + 1)}, lookup=Names(["127.0.0.1"])), f"https://llm.internal:{port}/"
        )()

    assert with_server(hello, work) == "refused_address"


def test_a_redirect_is_an_answer_and_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")

    async def away(request: web.Request) -> web.Response:
        del request
        return web.Response(status=302, headers={"Location": "http://169.254.169.254/", "Set-Cookie": "a=b"})

    async def work(port: int) -> int:
        egress = Egress(lambda: {("127.0.0.1", port)})
        response = await egress.request("GET", f"http://127.0.0.1:{port}/")
        response.close()
        await egress.close()
        return response.status

    assert with_server(away, work) == 302


def test_a_large_answer_and_a_slow_one_end_in_a_sentence() -> None:
    async def large(request: web.Request) -> web.Response:
        if request.path == "/slow":
            await asyncio.sleep(1)
        return web.Response(body=b"x" * 5000)

    async def work(port: int) -> list[str]:
        codes = []
        for path in ("large", "slow"):
            url = f"http://127.0.0.1:{port}/{path}"
            try:
                await asyncio.to_thread(probe, "GET", url, allowed={("127.0.0.1", port)}, timeout=0.4, max_bytes=1000)
            except EgressError as error:
                codes.append(error.code)
        fetched = await asyncio.to_thread(probe, "GET", f"http://127.0.0.1:{port}/ok", allowed={("127.0.0.1", port)})
        return [*codes, str(fetched.status), str(len(fetched.body))]

    assert with_server(large, work) == ["too_large", "timeout", "200", "5000"]


def test_an_answer_that_breaks_off_is_said_to() -> None:
    async def broken(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"half")
        assert request.transport is not None
        request.transport.close()
        return response

    async def work(port: int) -> str:
        egress = Egress(lambda: {("127.0.0.1", port)})
        response = await egress.request("GET", f"http://127.0.0.1:{port}/")
        try:
            await read(response, 1000)
        except EgressError as error:
            return error.code
        finally:
            await egress.close()
        return "ok"

    assert with_server(broken, work) == "cut"


def test_a_name_without_an_address_and_a_closed_port_have_their_own_words() -> None:
    async def nowhere(host: str, port: int) -> list[str]:
        raise OSError(f"{host}:{port}")

    async def work() -> list[str]:
        closed = Egress(lambda: {("127.0.0.1", 1)})
        return [
            await refused_code(Egress(lookup=nowhere), "https://nowhere.test/")(),
            await refused_code(closed, "http://127.0.0.1:1/")(),
        ]

    assert run(work) == ["unresolvable", "unreachable"]
