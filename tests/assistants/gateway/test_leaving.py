"""Calls that end early: the client left, the assistant was paused, the key revoked."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from tests.assistants.gateway.gate import ask, opened, run
from tests.assistants.gateway.provider import FakeReply, chunk


class TestLeaving:
    @pytest.mark.parametrize("streamed", [True, False])
    def test_a_client_that_leaves_ends_the_providers_work(self, tmp_path: Path, streamed: bool) -> None:
        reply = FakeReply([chunk({"content": "a "}), 30.0], headers={"content-type": "text/event-stream"})

        async def body() -> None:
            async with opened(tmp_path, reply) as gate:
                await asyncio.wait_for(gate.call(ask(stream=streamed), leave_after=0.05), 2)
                assert reply.cancelled
                assert reply.closed
                (record,) = gate.records()
                assert (record["error"], record["status"]) == ("client_closed", 499)

        run(body)

    @pytest.mark.parametrize("streamed", [True, False])
    def test_pausing_the_assistant_ends_calls_under_way_and_refuses_new_ones(
        self, tmp_path: Path, streamed: bool
    ) -> None:
        script = lambda: FakeReply([chunk({"content": "a "}), 30.0])  # noqa: E731

        async def body() -> None:
            async with opened(tmp_path, script) as gate:
                call = asyncio.create_task(gate.call(ask(stream=streamed)))
                await asyncio.sleep(0.05)
                gate.change(state="paused")
                answer = await asyncio.wait_for(call, 1)
                error = answer.events[-1]["error"] if streamed else answer.error
                assert error["code"] == "assistant_paused"
                assert "[DONE]" not in answer.events
                refused = await gate.call(ask())
                assert (refused.status, refused.error["code"]) == (503, "assistant_paused")
                assert refused.headers["retry-after"] == "30"
                assert [record["error"] for record in gate.records()] == ["assistant_paused"] * 2

        run(body)

    def test_a_revoked_key_ends_its_calls(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, lambda: FakeReply([chunk({"content": "a "}), 30.0])) as gate:
                call = asyncio.create_task(gate.call(ask(stream=True)))
                await asyncio.sleep(0.05)
                keys = {digest: replace(key, active=False) for digest, key in gate.snapshot.keys.items()}
                gate.say(replace(gate.snapshot, keys=keys))
                answer = await asyncio.wait_for(call, 1)
                assert answer.events[-1]["error"]["code"] == "invalid_api_key"

        run(body)
