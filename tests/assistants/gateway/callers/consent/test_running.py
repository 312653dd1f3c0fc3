"""Consent while a call runs, and while the database is away."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from panel.kernel import clock, ids
from tests.assistants.gateway.callers.consent.stage import (
    GIVEN,
    IMPROVE,
    LENA,
    bound,
    change,
    lena,
    opened,
)
from tests.assistants.gateway.gate import Gate, ask, run, sent
from tests.assistants.gateway.provider import FakeReply, chunk, whole

PAST = clock.now().timestamp() - 1


class TestAway:
    def test_without_contact_for_a_second_bound_calls_are_refused(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                people.say(lena(gate), GIVEN)
                assert (await gate.call(ask(user=LENA))).status == 200
                gate.service.feed.lease.renew(time.monotonic() - 1.1)
                answer = await gate.call(ask(user=LENA))
                assert (answer.status, answer.error["code"]) == (503, "consent_unchecked")
                assert answer.headers["retry-after"] == "2"
                assert len(sent(gate)) == 1

        run(body)

    def test_whoever_cannot_be_asked_for_is_refused(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                people.away = True
                assert (await gate.call(ask(user=LENA))).error["code"] == "consent_unchecked"
                assert not sent(gate)

        run(body)

    def test_contact_that_comes_back_in_time_is_waited_for(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                people.say(lena(gate), GIVEN)
                gate.service.feed.lease.renew(time.monotonic() - 1.1)
                asyncio.get_running_loop().call_later(0.1, gate.service.feed._in_contact, time.monotonic())
                assert (await gate.call(ask(user=LENA))).status == 200

        run(body)


def talk() -> FakeReply:
    return FakeReply([part for n in range(200) for part in (chunk({"content": f"w{n} "}), 0.02)])


async def stream_until(gate: Gate, act: Any) -> tuple[Any, float]:
    """A long stream, and something that happens while it runs: (answer, seconds from there to its end)."""
    running = asyncio.create_task(gate.call(ask(user=LENA, stream=True)))
    await asyncio.sleep(0.15)
    began = time.monotonic()
    act()
    return await running, time.monotonic() - began


class TestRunning:
    def test_a_withdrawal_ends_a_stream_with_its_reason(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk) as (gate, people):
                subject = people.say(lena(gate), GIVEN)

                def withdraw() -> None:
                    people.rows[lena(gate)] = ([subject], [[str(IMPROVE.id), "withdrawn", 2, 1, None]])
                    change(gate, subject)

                answer, seconds = await stream_until(gate, withdraw)
                assert answer.text().startswith("w0 ")
                assert answer.events[-1]["error"]["code"] == "consent_withdrawn"
                assert seconds < 0.5
                assert gate.records()[0]["error"] == "consent_withdrawn"

        run(body)

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"purposes": {IMPROVE.id: replace(IMPROVE, required=3)}}, "consent_stale"),
            ({"purposes": {IMPROVE.id: replace(IMPROVE, active=False)}}, "purpose_retired"),
        ],
    )
    def test_so_do_new_words_and_an_end_of_the_purpose(self, tmp_path: Path, changed: Any, code: str) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk) as (gate, people):
                people.say(lena(gate), GIVEN)
                answer, _seconds = await stream_until(gate, lambda: change(gate, **changed))
                assert answer.events[-1]["error"]["code"] == code

        run(body)

    def test_a_restriction_ends_and_refuses_also_what_is_bound_to_nothing(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk, at=replace(bound(), bound={})) as (gate, _people):
                index = frozenset({lena(gate)[1]})
                answer, _seconds = await stream_until(gate, lambda: change(gate, restricted=index))
                assert answer.events[-1]["error"]["code"] == "processing_restricted"
                assert (await gate.call(ask(user=LENA))).error["code"] == "processing_restricted"
                assert len(sent(gate)) == 1

        run(body)

    def test_a_worker_that_hears_nothing_ends_them_too(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk) as (gate, people):
                people.say(lena(gate), GIVEN)

                def deaf() -> None:
                    gate.service.feed.lease.renew(time.monotonic() - 4.1)
                    gate.service._end_what_ran_out()

                answer, _seconds = await stream_until(gate, deaf)
                assert answer.events[-1]["error"]["code"] == "consent_unchecked"

        run(body)

    def test_the_streams_of_others_go_on(self, tmp_path: Path) -> None:
        async def body() -> None:
            short = FakeReply([part for n in range(10) for part in (chunk({"content": "w "}), 0.03)])
            async with opened(tmp_path, short) as (gate, people):
                people.say(lena(gate), GIVEN)
                answer, _seconds = await stream_until(gate, lambda: change(gate, ids.new_id()))
                assert answer.events[-1]["error"]["code"] == "provider_cut", "the script has no end of its own"

        run(body)
