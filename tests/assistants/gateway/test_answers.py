"""What a client gets, what a provider gets, what is recorded."""

import base64
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from panel.kernel.crypto import envelope
from tests.assistants.gateway.gate import ask, opened, run, sent, snapshot, version
from tests.assistants.gateway.provider import whole


class TestAnswer:
    def test_a_call_is_answered_and_recorded_before_its_end(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole()) as gate:
                answer = await gate.call(ask())
                assert answer.json()["choices"][0]["message"]["content"] == "hello"
                assert answer.json()["model"] == "helper"
                (record,) = gate.records()
                assert answer.headers["x-request-id"] == f"req_{record['id']}"
                assert (record["status"], record["tokens"], record["action"]) == (200, [3, 2, False], "allow")

        run(body)

    def test_the_published_version_speaks_and_nothing_of_the_client_is_lost(self, tmp_path: Path) -> None:
        at = snapshot()
        helper = at.assistants["helper"]
        changed = replace(
            helper, version=version(system_prompt="Rule.", parameters={"temperature": 0.1, "max_tokens": 50})
        )
        at = replace(at, assistants={"helper": changed}, by_id={helper.id: changed})

        async def body() -> None:
            async with opened(tmp_path, whole(), at=at) as gate:
                turns = [
                    {"role": "user", "content": "a"},
                    {"role": "assistant", "content": "b", "x": 1},
                    {"role": "user", "content": "c"},
                ]
                await gate.call({"model": "helper", "messages": turns, "max_tokens": 900, "new_field": {"deep": [1]}})
                (asked,) = sent(gate)
                assert asked["messages"] == [{"role": "system", "content": "Rule."}, *turns]
                assert (asked["model"], asked["temperature"], asked["max_tokens"]) == ("provider-model", 0.1, 50)
                assert asked["new_field"] == {"deep": [1]}

        run(body)

    @pytest.mark.parametrize(
        ("given", "bound"),
        [
            ({}, {"max_tokens": 50}),
            ({"max_tokens": None}, {"max_tokens": 50}),
            ({"max_tokens": None, "max_completion_tokens": None}, {"max_tokens": 50}),
            ({"max_tokens": 20}, {"max_tokens": 20}),
            ({"max_tokens": None, "max_completion_tokens": 900}, {"max_completion_tokens": 50}),
            ({"max_tokens": 900, "max_completion_tokens": 20}, {"max_tokens": 50, "max_completion_tokens": 20}),
        ],
    )
    def test_no_spelling_lifts_the_token_limit(
        self, tmp_path: Path, given: dict[str, Any], bound: dict[str, int]
    ) -> None:
        at = snapshot()
        helper = at.assistants["helper"]
        changed = replace(helper, version=version(system_prompt="", parameters={"max_tokens": 50}))
        at = replace(at, assistants={"helper": changed}, by_id={helper.id: changed})

        async def body() -> None:
            async with opened(tmp_path, whole(), at=at) as gate:
                await gate.call(ask(**given))
                (asked,) = sent(gate)
                assert {name: value for name, value in asked.items() if name.startswith("max_")} == bound

        run(body)

    def test_models_are_those_of_the_key(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole()) as gate:
                listed = await gate.call(b"", path="/v1/models", method="GET")
                assert [one["id"] for one in listed.json()["data"]] == ["helper"]
                one = await gate.call(b"", path="/v1/models/helper", method="GET")
                assert one.json()["object"] == "model"
                other = await gate.call(b"", path="/v1/models/foreign", method="GET")
                assert (other.status, other.error["code"]) == (404, "model_not_found")

        run(body)

    def test_an_end_user_is_recorded_as_a_digest_only(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole()) as gate:
                await gate.call(ask(user="lena@example.org"))
                await gate.call(ask(safety_identifier="lena@example.org"))
                await gate.call(ask())
                await gate.call(ask(), headers={"x-end-user-id": "lena@example.org"})
                first, second, none, header = gate.records()
                assert first["subject"] == second["subject"] == header["subject"]
                assert (len(first["subject"]), none["subject"]) == (64, "")
                assert b"lena" not in gate.spooled()

        run(body)

    def test_content_is_recorded_only_when_wanted_and_then_sealed(self, tmp_path: Path) -> None:
        private, public = envelope.new_box_keys()

        async def body() -> None:
            async with opened(tmp_path, whole("the answer"), at=snapshot(content_key=public)) as gate:
                await gate.call(ask("the question"))
                gate.change(keep="full")
                await gate.call(ask("the question"))
                plain, stored = gate.records()
                assert "content" not in plain
                opened_ = envelope.open_from(private, base64.b64decode(stored["content"]), UUID(stored["id"]).bytes)
                assert b"the question" in opened_
                assert b"the answer" in opened_
                assert b"question" not in gate.spooled()

        run(body)
