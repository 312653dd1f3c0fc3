"""A stream: in order, guarded, ended well or not at all."""

from pathlib import Path
from typing import Any

import pytest

from assistants.gateway.engine.relay import DONE
from assistants.providers.engine.upstream import UpstreamError
from tests.assistants.gateway.gate import ask, opened, run, sent
from tests.assistants.gateway.provider import chunk, stream, whole


class TestStream:
    def test_text_arrives_in_order_and_the_end_is_said(self, tmp_path: Path) -> None:
        parts = [chunk({"role": "assistant", "content": ""}), *[chunk({"content": f"w{i} "}) for i in range(40)]]

        async def body() -> None:
            async with opened(tmp_path, stream(*parts, chunk(reason="stop"), DONE)) as gate:
                answer = await gate.call(ask(stream=True))
                assert answer.text() == "".join(f"w{i} " for i in range(40))
                assert answer.events[-1] == "[DONE]"
                assert answer.events[-2]["choices"][0]["finish_reason"] == "stop"
                assert {event["model"] for event in answer.events[:-1]} == {"helper"}
                (record,) = gate.records()
                assert record["tokens"][2] is True

        run(body)

    def test_usage_is_asked_for_and_kept_from_a_client_that_did_not_ask(self, tmp_path: Path) -> None:
        usage = {"prompt_tokens": 7, "completion_tokens": 8}
        last = b'data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":8}}\n\n'
        script = stream(chunk({"content": "x"}), chunk(reason="stop"), last, DONE)

        async def body() -> None:
            async with opened(tmp_path, script) as gate:
                without = await gate.call(ask(stream=True))
                wanted = await gate.call(ask(stream=True, stream_options={"include_usage": True}))
                assert sent(gate)[0]["stream_options"] == {"include_usage": True}
                assert not any(event != "[DONE]" and event.get("usage") for event in without.events)
                assert wanted.events[-2]["usage"] == usage
                assert wanted.events[-2]["choices"] == []
                assert [record["tokens"] for record in gate.records()] == [[7, 8, False]] * 2

        run(body)

    def test_any_cut_of_the_providers_bytes_gives_the_same(self, tmp_path: Path) -> None:
        data = b"".join(
            [chunk({"content": "grüß "}), b": ping\r\n\r\n", chunk({"content": "dich"}), chunk(reason="stop"), DONE]
        )
        bytes_ = [data[i : i + 1] for i in range(len(data))]

        async def body() -> None:
            async with opened(tmp_path, stream(*bytes_)) as gate:
                answer = await gate.call(ask(stream=True))
                assert answer.text() == "grüß dich"
                assert answer.events[-1] == "[DONE]"

        run(body)

    @pytest.mark.parametrize("end", [[], [UpstreamError("cut", "broke")]])
    def test_a_stream_that_breaks_off_ends_with_an_error_and_no_done(self, tmp_path: Path, end: list[Any]) -> None:
        async def body() -> None:
            async with opened(tmp_path, stream(chunk({"content": "half "}), *end)) as gate:
                answer = await gate.call(ask(stream=True))
                assert answer.events[-1]["error"]["code"] == "provider_cut"
                assert "[DONE]" not in answer.events
                (record,) = gate.records()
                assert (record["error"], record["status"]) == ("provider_cut", 502)

        run(body)

    def test_choices_are_guarded_and_finished_each_for_itself(self, tmp_path: Path) -> None:
        parts = [chunk({"content": f"{index}{step} "}, index=index) for step in range(5) for index in (0, 1)]
        ends = [chunk(reason="stop", index=0), chunk(reason="length", index=1), DONE]

        async def body() -> None:
            async with opened(tmp_path, stream(*parts, *ends)) as gate:
                answer = await gate.call(ask(stream=True, n=2))
                assert answer.text(0) == "00 01 02 03 04 "
                assert answer.text(1) == "10 11 12 13 14 "

        run(body)

    def test_a_provider_that_sends_json_in_place_of_a_stream_is_an_error(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole()) as gate:
                answer = await gate.call(ask(stream=True))
                assert (answer.status, answer.error["code"]) == (502, "provider_invalid")

        run(body)
