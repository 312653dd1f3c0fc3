"""No way around the gate: nothing in a request chooses a purpose, and no other route takes words."""

from pathlib import Path
from typing import Any

import pytest

from assistants.gateway.engine import app
from assistants.gateway.engine.playground import watch
from panel.kernel import ids
from tests.assistants.gateway.callers.consent.stage import (
    CONTRACT,
    GIVEN,
    LENA,
    change,
    lena,
    opened,
)
from tests.assistants.gateway.gate import ask, run, sent
from tests.assistants.gateway.playground.stage import ticket
from tests.assistants.gateway.provider import whole

ELSEWHERE = (
    *("/v1/responses", "/v1/completions", "/v1/embeddings", "/v1/images/generations", "/v1/audio/transcriptions"),
    *("/v1/moderations", "/v1/files", "/v1/batches", "/v1/assistants", "/v1/threads/runs", "/v1/realtime/sessions"),
    *("/v1/models/helper/chat", "/v1/chat/completions/req_1", "/v1/chat/completions/req_1/messages", "/stream/other"),
)


class TestNoWayAround:
    @pytest.mark.parametrize(
        "trick",
        [
            {"metadata": {"purpose": "answer"}},
            {"purpose": "answer"},
            {"purposes": [], "consent": True},
            {"model": "helper", "store": False, "service_tier": "answer"},
        ],
    )
    def test_nothing_in_a_body_or_header_chooses_the_purpose(self, tmp_path: Path, trick: dict[str, Any]) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, _people):
                headers = {"x-purpose": "answer", "purpose": str(CONTRACT.id), "x-consent": "given"}
                assert (await gate.call(ask(user=LENA, **trick), headers=headers)).error["code"] == "consent_unknown"
                assert not sent(gate)

        run(body)

    def test_an_old_request_id_opens_nothing(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                subject = people.say(lena(gate), GIVEN)
                first = await gate.call(ask(user=LENA))
                people.rows.clear()
                change(gate, subject)
                old = {"x-request-id": first.headers["x-request-id"], "idempotency-key": first.headers["x-request-id"]}
                assert (await gate.call(ask(user=LENA), headers=old)).status == 403
                assert len(sent(gate)) == 1

        run(body)

    @pytest.mark.parametrize(
        "trick", [{}, {"purpose": "answer"}, {"metadata": {"purpose": "answer", "consent": "given"}}]
    )
    def test_every_route_that_takes_words_stands_behind_it(self, tmp_path: Path, trick: dict[str, Any]) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, _people):
                for route in app.POSTED - {watch.ROUTE}:
                    audience = route.rpartition("/")[2]
                    mine = ticket(gate, audience=audience, call=str(ids.new_id()), **trick)
                    headers = {"x-stream-ticket": mine} if route in app.STREAMS else {}
                    headers |= {"x-purpose": "answer", "idempotency-key": "one", "x-request-id": "req_1"}
                    before = len(gate.records())
                    sent_body = {**ask(), **trick} if route == app.CHAT else ask()
                    await gate.call(sent_body, path=route, headers=headers, query=b"purpose=answer")
                    assert [one["error"] for one in gate.records()[before:]] == ["consent_unknown"], route
                assert not sent(gate)

        run(body)

    @pytest.mark.parametrize("route", ELSEWHERE)
    def test_no_other_route_takes_words(self, tmp_path: Path, route: str) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                people.say(lena(gate), GIVEN)
                for method in ("POST", "GET", "PUT", "DELETE"):
                    answer = await gate.call(ask(user=LENA), path=route, method=method)
                    assert answer.error["code"] in {"unknown_url", "method_not_allowed", "model_not_found"}
                assert not sent(gate)

        run(body)

    def test_models_are_listed_all_the_same(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                answer = await gate.call(path="/v1/models", method="GET")
                assert [one["id"] for one in answer.json()["data"]] == ["helper"]
                assert people.asked == 0

        run(body)
