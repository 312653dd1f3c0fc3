"""The front: who answers what, which headers pass, and what happens when somebody leaves."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from panel.ops.front.splitter import Gateway
from panel.ops.front.wire import Message
from tests.panel.ops.front_stage import Stage, _nothing, play


def test_each_path_has_one_owner(tmp_path: Path) -> None:
    async def talk(stage: Stage) -> None:
        for path in ("/v1/models", "/v1", "/stream/x"):
            assert (await stage.ask(path))[2] == b"gateway " + path.encode()
        assert (await stage.ask("/healthz"))[2] == b"ok\n"
        assert (await stage.ask("/v1x"))[2] == b"page"
        status, headers, _body, _sent = await stage.ask("/-/ready")
        assert (status, headers["x-content-type-options"]) == (404, "nosniff")
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert json.loads((await stage.ask("/readyz"))[2])["ready"] is True

    play(tmp_path, talk)


def test_a_client_cannot_pose_as_somebody_else(tmp_path: Path) -> None:
    forged = (
        (b"X-Forwarded-For", b"10.0.0.1"),
        (b"X_Forwarded_For", b"10.0.0.1"),
        (b"x-forwarded-proto", b"https"),
        (b"X-Forwarded-Host", b"evil.example"),
        (b"Forwarded", b"for=10.0.0.1"),
        (b"X-Real-IP", b"10.0.0.1"),
        (b"Connection", b"keep-alive, X-Secret-Hop"),
        (b"X-Secret-Hop", b"1"),
        (b"Cookie", b"session=1"),
    )

    async def talk(stage: Stage) -> None:
        await stage.ask("/page", headers=forged)
        seen = stage.seen[0]["headers"]
        assert [value for key, value in seen if key == "x-forwarded-for"] == ["203.0.113.9"]
        assert [value for key, value in seen if key == "x-forwarded-proto"] == ["http"]
        names = {key for key, _ in seen}
        assert names.isdisjoint({"x_forwarded_for", "x-forwarded-host", "forwarded", "x-real-ip", "x-secret-hop"})
        assert ("host", "panel.example") in seen
        assert ("cookie", "session=1") in seen

    play(tmp_path, talk)


def test_a_named_proxy_is_believed_and_only_its_own_word(tmp_path: Path) -> None:
    told = ((b"x-forwarded-for", b"10.6.6.6, 198.51.100.7, 203.0.113.9"), (b"x-forwarded-proto", b"https"))

    async def talk(stage: Stage) -> None:
        await stage.ask("/page", headers=told)
        seen = stage.seen[0]["headers"]
        assert ("x-forwarded-for", "198.51.100.7") in seen
        assert ("x-forwarded-proto", "https") in seen
        await stage.ask("/page", headers=told, peer="192.0.2.1")
        assert ("x-forwarded-for", "192.0.2.1") in stage.seen[1]["headers"]

    play(tmp_path, talk, proxies="203.0.113.0/24")


def test_the_address_arrives_as_it_was_written(tmp_path: Path) -> None:
    async def talk(stage: Stage) -> None:
        await stage.ask("/a%2Fb?x=%20y&x=2")
        assert stage.seen[0]["raw"] == "/a%2Fb?x=%20y&x=2"

    play(tmp_path, talk)


def test_answers_keep_their_cookies_and_lose_what_belongs_to_the_hop(tmp_path: Path) -> None:
    async def talk(stage: Stage) -> None:
        _, headers, _, sent = await stage.ask("/cookies")
        cookies = [value for key, value in sent[0]["headers"] if key == b"set-cookie"]
        assert cookies == [b"a=1", b"b=2"]
        _, headers, body, _ = await stage.ask("/page")
        assert "keep-alive" not in headers
        assert (headers["x-own"], body) == ("yes", b"page")

    play(tmp_path, talk)


@pytest.mark.parametrize("size", [0, 10, 65_000, 70_000, 150_000])
def test_bodies_arrive_whole(tmp_path: Path, size: int) -> None:
    async def talk(stage: Stage) -> None:
        parts = tuple(b"b" * min(20_000, size - at) for at in range(0, size, 20_000)) or (b"",)
        status, *_ = await stage.ask("/page", method="POST", parts=parts)
        assert (status, stage.seen[0]["size"]) == (200, size)
        assert ("content-length", str(size)) in stage.seen[0]["headers"]

    play(tmp_path, talk)


def test_a_body_over_the_limit_never_reaches_the_panel(tmp_path: Path) -> None:
    async def talk(stage: Stage) -> None:
        said = ((b"content-length", b"300000"),)
        assert (await stage.ask("/page", method="POST", headers=said))[0] == 413
        assert (await stage.ask("/page", method="POST", parts=(b"x" * 90_000,) * 3))[0] == 413
        assert stage.seen == []

    play(tmp_path, talk)


def test_a_large_answer_passes_whole(tmp_path: Path) -> None:
    async def talk(stage: Stage) -> None:
        status, _, body, sent = await stage.ask("/large")
        assert (status, len(body)) == (200, 300_000)
        assert len(sent) > 2

    play(tmp_path, talk)


def test_a_client_that_leaves_ends_the_panels_stream(tmp_path: Path) -> None:
    async def talk(stage: Stage) -> None:
        await stage.ask("/endless", leave=asyncio.Event())
        await asyncio.wait_for(stage.closed.wait(), 5)

    play(tmp_path, talk)


def test_a_panel_that_is_away_is_said_so(tmp_path: Path) -> None:
    async def talk(stage: Stage) -> None:
        status, headers, body, _ = await stage.ask("/page")
        assert (status, headers["retry-after"]) == (503, "3")
        assert b"being restarted" in body
        assert json.loads((await stage.ask("/readyz"))[2]) == {
            "ready": False,
            "checks": {"panel": False, "gateway": True},
        }

    play(tmp_path, talk, serving=False)


def test_metrics_are_for_this_machine_or_the_bearer(tmp_path: Path) -> None:
    bearer = ((b"authorization", b"Bearer t0ken"),)

    async def talk(stage: Stage) -> None:
        assert (await stage.ask("/metrics"))[0] == 403
        assert (await stage.ask("/metrics", peer="127.0.0.1"))[0] == 200
        assert (await stage.ask("/metrics", peer="127.0.0.1", headers=((b"x-forwarded-for", b"1.2.3.4"),)))[0] == 403
        assert (await stage.ask("/metrics", headers=bearer))[0] == 200
        assert (await stage.ask("/metrics", headers=((b"authorization", b"Bearer other"),)))[0] == 403

    play(tmp_path, talk, token="t0ken")


def test_pages_are_served_while_the_gateway_cannot_start(tmp_path: Path) -> None:
    tries: list[int] = []

    async def failing() -> None:
        tries.append(1)
        if len(tries) < 2:
            raise OSError("no database")

    async def talk(stage: Stage) -> None:
        stage.front.gateway = Gateway(stage._gateway, failing, _nothing, dict)
        stage.front._started = False
        starting = asyncio.create_task(stage.front._start())
        await asyncio.sleep(0.05)
        status, _, body, _ = await stage.ask("/v1/models")
        assert (status, json.loads(body)["error"]["code"]) == (503, "gateway_stopped")
        assert (await stage.ask("/page"))[0] == 200
        await asyncio.wait_for(starting, 5)
        assert (await stage.ask("/v1/models"))[0] == 200

    play(tmp_path, talk)


def test_a_request_that_breaks_off_is_the_clients_fault(tmp_path: Path) -> None:
    """The server tells of a broken chunk as of a client that left; unanswered it would become a 500."""

    async def talk(stage: Stage) -> None:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            sent.append(message)

        scope: dict[str, Any] = {
            "type": "http",
            "method": "POST",
            "path": "/page",
            "query_string": b"",
            "headers": [],
            "client": None,
        }
        await stage.front(scope, receive, send)
        assert (sent[0]["status"], stage.seen) == (400, [])

    play(tmp_path, talk)
