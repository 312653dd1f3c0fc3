"""Consent at the gate: what is bound is refused without a yes, whoever asks in whichever way, and no provider hears of it."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistants.gateway.engine.state.consent import Binding
from panel.kernel import clock, ids
from tests.assistants.gateway.callers.consent.stage import (
    CONTRACT,
    GIVEN,
    IMPROVE,
    LENA,
    bound,
    change,
    key_name,
    lena,
    named,
    opened,
)
from tests.assistants.gateway.gate import ask, run, sent
from tests.assistants.gateway.playground.stage import PERSON, try_out
from tests.assistants.gateway.provider import whole

PAST = clock.now().timestamp() - 1


class TestStanding:
    @pytest.mark.parametrize(
        ("row", "code"),
        [
            (GIVEN, ""),
            ([IMPROVE.id, "given", 3, 2, None], ""),
            (None, "consent_unknown"),
            ([ids.new_id(), "given", 2, 1, None], "consent_unknown"),
            ([IMPROVE.id, "withdrawn", 2, 1, None], "consent_withdrawn"),
            ([IMPROVE.id, "given", 1, 1, None], "consent_stale"),
            ([IMPROVE.id, "given", 2, 0, None], "consent_stale"),
            ([IMPROVE.id, "given", 2, 1, PAST], "consent_expired"),
            ([IMPROVE.id, "given", 2, 1, PAST + 3600], ""),
        ],
    )
    def test_only_a_yes_to_the_words_in_force_passes(self, tmp_path: Path, row: Any, code: str) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                people.say(lena(gate), *([row] if row else []))
                answer = await gate.call(ask(user=LENA))
                assert (answer.status, len(sent(gate))) == ((403, 0) if code else (200, 1))
                if code:
                    told = answer.error
                    assert (told["code"], told["type"], told["param"]) == (code, "consent_error", "improve")
                (record,) = gate.records()
                assert (record["error"], record["status"]) == (code, answer.status)
                assert "content" not in record

        run(body)

    def test_a_stranger_is_unknown_and_asked_for_once(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                for _ in range(5):
                    assert (await gate.call(ask(user="nobody"))).error["code"] == "consent_unknown"
                assert people.asked == 1
                assert not sent(gate)

        run(body)

    def test_the_next_call_after_a_yes_passes_and_after_a_no_is_refused(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                assert (await gate.call(ask(user=LENA))).status == 403
                subject = people.say(lena(gate), GIVEN)
                change(gate, subject)
                assert (await gate.call(ask(user=LENA))).status == 200
                people.rows[lena(gate)] = ([subject], [[str(IMPROVE.id), "withdrawn", 2, 1, None]])
                assert (await gate.call(ask(user=LENA))).status == 200, "held until the feed says otherwise"
                change(gate, subject)
                assert (await gate.call(ask(user=LENA))).error["code"] == "consent_withdrawn"
                assert len(sent(gate)) == 2

        run(body)

    def test_a_change_of_somebody_else_costs_no_look_up(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                people.say(lena(gate), GIVEN)
                await gate.call(ask(user=LENA))
                change(gate, ids.new_id())
                assert (await gate.call(ask(user=LENA))).status == 200
                assert people.asked == 1

        run(body)


class TestWhoever:
    def test_a_caller_without_an_end_user_is_the_subject_of_its_key(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                people.say(lena(gate), GIVEN)
                assert (await gate.call(ask())).error["code"] == "consent_unknown"
                change(gate, people.say(key_name(gate), GIVEN))
                assert (await gate.call(ask())).status == 200
                assert (await gate.call(ask(user="somebody-else"))).status == 403

        run(body)

    @pytest.mark.parametrize("named_in", ["user", "safety_identifier", "header"])
    def test_the_three_ways_to_name_an_end_user_are_one(self, tmp_path: Path, named_in: str) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                people.say(lena(gate), GIVEN)
                fields = {} if named_in == "header" else {named_in: LENA}
                headers = {"x-end-user-id": LENA} if named_in == "header" else {}
                assert (await gate.call(ask(**fields), headers=headers)).status == 200

        run(body)

    @pytest.mark.parametrize("value", [4711, ["lena-4711"], {"id": LENA}, True])
    def test_a_name_that_is_no_text_falls_back_to_nobody_else(self, tmp_path: Path, value: Any) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                people.say(key_name(gate), GIVEN)
                answer = await gate.call(ask(safety_identifier=value))
                assert (answer.status, answer.error["code"]) == (400, "invalid_value")
                assert not sent(gate)

        run(body)

    def test_who_tries_it_in_the_panel_is_their_account(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok")) as (gate, people):
                assert (await try_out(gate)).error["code"] == "consent_unknown"
                assert not sent(gate)
                change(gate, people.say(named("account", f"|{str(PERSON).encode().hex()}"), GIVEN))
                await try_out(gate)
                assert len(sent(gate)) == 1

        run(body)


class TestBindings:
    @pytest.mark.parametrize(
        ("binding", "status"),
        [
            (Binding(IMPROVE.id, route="api"), 403),
            (Binding(IMPROVE.id, route="playground"), 200),
            (Binding(IMPROVE.id, key=ids.new_id()), 200),
            (Binding(IMPROVE.id, required=False), 200),
            (Binding(CONTRACT.id), 200),
        ],
    )
    def test_they_cover_their_key_and_route(self, tmp_path: Path, binding: Binding, status: int) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok"), at=bound(binding)) as (gate, _people):
                assert (await gate.call(ask(user=LENA))).status == status

        run(body)

    def test_one_of_this_key_does(self, tmp_path: Path) -> None:
        async def body() -> None:
            at = bound()
            key = next(iter(at.keys.values())).id
            helper = at.assistants["helper"].id
            at = replace(at, bound={helper: (Binding(IMPROVE.id, key=key),)})
            async with opened(tmp_path, whole("ok"), at=at) as (gate, _people):
                assert (await gate.call(ask(user=LENA))).status == 403

        run(body)

    @pytest.mark.parametrize("purpose", [replace(IMPROVE, active=False), replace(CONTRACT, active=False)])
    def test_a_retired_purpose_is_refused_whatever_was_said(self, tmp_path: Path, purpose: Any) -> None:
        async def body() -> None:
            at = bound(Binding(purpose.id), purposes=(purpose,))
            async with opened(tmp_path, whole("ok"), at=at) as (gate, people):
                people.say(lena(gate), GIVEN)
                assert (await gate.call(ask(user=LENA))).error["code"] == "purpose_retired"

        run(body)

    def test_an_unbound_assistant_asks_nobody(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, whole("ok"), at=replace(bound(), bound={})) as (gate, people):
                gate.service.feed.lease.renew(time.monotonic() - 5)
                assert (await gate.call(ask(user=LENA))).status == 200
                assert people.asked == 0

        run(body)
