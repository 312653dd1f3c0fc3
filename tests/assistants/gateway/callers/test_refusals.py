"""Every failure is an error object, and what cannot be recorded is not answered."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from assistants.providers.engine.upstream import UpstreamError
from tests.assistants.gateway.gate import CHAT, TOKEN, ask, opened, run, sent, snapshot
from tests.assistants.gateway.provider import JSON, FakeReply, completion, whole


class TestRefusal:
    @pytest.mark.parametrize(
        ("change", "status", "code"),
        [
            ({"body": b"{"}, 400, "invalid_json"),
            ({"body": b"[1]"}, 400, "invalid_json"),
            ({"body": b"[" * 1_500}, 400, "invalid_json"),
            ({"body": {"messages": []}}, 400, "missing_required_parameter"),
            ({"body": {"model": "helper"}}, 400, "missing_required_parameter"),
            ({"body": {"model": "helper", "messages": []}}, 400, "invalid_value"),
            ({"body": {"model": "helper", "messages": ["x"]}}, 400, "invalid_value"),
            ({"body": {"model": "helper", "messages": [{"role": [], "content": "x"}]}}, 400, "invalid_value"),
            ({"body": {"model": "helper", "messages": [{"role": {}, "content": "x"}]}}, 400, "invalid_value"),
            ({"body": ask(max_tokens=-1)}, 400, "invalid_value"),
            ({"body": ask(max_tokens=1e9)}, 400, "invalid_value"),
            ({"body": ask(max_completion_tokens=True)}, 400, "invalid_value"),
            ({"body": ask(n=0)}, 400, "invalid_value"),
            ({"body": ask(stream="yes")}, 400, "invalid_value"),
            ({"body": ask(stream_options=3)}, 400, "invalid_value"),
            ({"body": {**ask(), "model": "foreign"}}, 404, "model_not_found"),
            ({"body": {**ask(), "model": "nothing"}}, 404, "model_not_found"),
            ({"body": ask("x" * 3000)}, 413, "request_too_large"),
            ({"body": ask(), "headers": {"content-type": "text/plain"}}, 415, "unsupported_media_type"),
            ({"body": ask(), "method": "GET"}, 405, "method_not_allowed"),
            ({"body": ask(), "path": "/v1/embeddings"}, 404, "unknown_url"),
            ({"body": ask(), "token": TOKEN[:-1] + ("y" if TOKEN[-1] == "x" else "x")}, 401, "invalid_api_key"),
            ({"body": ask(), "token": "sk-other"}, 401, "invalid_api_key"),
            ({"body": ask(), "token": "", "headers": {"authorization": ""}}, 401, "missing_api_key"),
            ({"body": ask(), "query": b"api_key=" + TOKEN.encode()}, 401, "api_key_in_url"),
        ],
    )
    def test_every_failure_is_an_error_object(
        self, tmp_path: Path, change: dict[str, Any], status: int, code: str
    ) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole(), body_limit=2000) as gate:
                answer = await gate.call(change.pop("body"), **change)
                assert (answer.status, answer.error["code"]) == (status, code)
                assert set(answer.error) == {"message", "type", "param", "code"}
                assert answer.headers["x-request-id"].startswith("req_")
                assert answer.headers["content-security-policy"].startswith("default-src 'none'")
                assert not sent(gate)

        run(body)

    @pytest.mark.parametrize(
        ("status", "ours", "code"),
        [
            (400, 400, "provider_rejected"),
            (401, 502, "provider_refused"),
            (404, 502, "provider_refused"),
            (422, 422, "provider_rejected"),
            (429, 429, "provider_rate_limited"),
            (500, 502, "provider_failed"),
            (503, 503, "provider_failed"),
        ],
    )
    def test_a_providers_refusal_is_told_without_its_words(
        self, tmp_path: Path, status: int, ours: int, code: str
    ) -> None:
        said = b'{"error":{"message":"Incorrect key sk-live-123","param":"temperature"}}'
        reply = lambda: FakeReply([said], status=status, headers={"retry-after": "7"})  # noqa: E731

        async def body() -> None:
            async with opened(tmp_path, reply) as gate:
                answer = await gate.call(ask())
                assert (answer.status, answer.error["code"]) == (ours, code)
                assert b"sk-live" not in answer.body
                if status in {429, 503}:
                    assert answer.headers["retry-after"] == "7"
                assert gate.records()[0]["upstream_status"] == status

        run(body)

    def test_a_provider_that_cannot_be_reached_is_asked_once_more(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, UpstreamError("unreachable", ""), whole()) as gate:
                assert (await gate.call(ask())).status == 200
                assert len(sent(gate)) == 2

        run(body)

    def test_callers_without_a_key_are_counted_not_listed(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole()) as gate:
                for _ in range(25):
                    await gate.call(ask(), token="sk-wrong")
                assert not gate.records()
                ((_, record),) = gate.service.refusals.due(everything=True)
                assert (record["count"], record["error"], record["final"]) == (25, "invalid_api_key", True)
                assert "192.0.2.1" not in str(record)

        run(body)


class TestFailingClosed:
    def test_nothing_is_asked_when_nothing_can_be_recorded(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole(), spool_min_free=1 << 60) as gate:
                answer = await gate.call(ask())
                assert (answer.status, answer.error["code"]) == (503, "record_unavailable")
                assert not sent(gate)

        run(body)

    def test_an_old_snapshot_is_not_served_from(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole(), lease=0.05) as gate:
                assert (await gate.call(ask())).status == 200
                await asyncio.sleep(0.06)
                answer = await gate.call(ask())
                assert (answer.status, answer.error["code"]) == (503, "snapshot_stale")

        run(body)

    def test_a_stop_refuses_everything(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole()) as gate:
                gate.service.feed.stopped = True
                assert (await gate.call(ask(), path=CHAT)).error["code"] == "gateway_stopped"

        run(body)

    def test_more_calls_than_the_worker_takes_are_sent_away(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, lambda: FakeReply([0.2, completion()], headers=JSON), calls=2) as gate:
                answers = await asyncio.gather(*[gate.call(ask()) for _ in range(5)])
                assert sorted(one.status for one in answers) == [200, 200, 503, 503, 503]

        run(body)

    def test_an_assistant_without_its_policy_is_refused(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole(), at=snapshot(policies={})) as gate:
                assert (await gate.call(ask())).error["code"] == "assistant_unavailable"

        run(body)
