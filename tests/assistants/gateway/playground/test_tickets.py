"""Who gets onto the stream: a ticket, once, for one version of one assistant."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError
from panel.kernel import ids, tickets
from tests.assistants.gateway.gate import ask, opened, run, sent, version
from tests.assistants.gateway.playground.stage import PERSON, hold_trial, talk, ticket, try_out


class TestTickets:
    def test_one_is_good_once(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                mine = ticket(gate)
                assert (await try_out(gate, sent=mine)).status == 200
                again = await try_out(gate, sent=mine)
                assert (again.status, again.error["code"]) == (401, "invalid_ticket")
                assert len(sent(gate)) == 1

        run(body)

    def test_one_used_in_another_worker_is_used_here_too(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as first:
                mine, snapshot = ticket(first), first.snapshot
                assert (await try_out(first, sent=mine)).status == 200
            async with opened(tmp_path, talk("ok"), at=snapshot) as second:
                assert (await try_out(second, sent=mine)).status == 401

        run(body)

    def test_an_old_one_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                monkeypatch.setattr(tickets, "LIFE_SECONDS", -1)
                old = ticket(gate)
                assert (await try_out(gate, sent=old)).error["code"] == "invalid_ticket"
                assert not sent(gate)

        run(body)

    @pytest.mark.parametrize("bad", ["", "x", "a.b", "ü.ü"])
    def test_what_is_no_ticket_is_refused_and_counted(self, tmp_path: Path, bad: str) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                answer = await try_out(gate, sent=bad)
                assert (answer.status, answer.error["code"]) == (401, "invalid_ticket")
                assert gate.service.refusals._tallies
                assert not gate.records()

        run(body)

    def test_one_for_another_stream_or_under_another_key_is_refused(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                assert (await try_out(gate, sent=ticket(gate, audience="chat"))).status == 401
                forged = ticket(gate)
                gate.say(replace(gate.snapshot, ticket_key=b"z" * 32))
                assert (await try_out(gate, sent=forged)).status == 401
                assert not sent(gate)

        run(body)

    def test_the_ticket_decides_which_assistant_answers(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                await try_out(gate, sent=ticket(gate, slug="foreign"), model="helper")
                (record,) = gate.records()
                assert record["assistant"] == gate.snapshot.assistants["foreign"].id.hex

        run(body)

    def test_a_version_that_is_not_live_any_more_is_refused(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                answer = await try_out(gate, sent=ticket(gate, version="f" * 64))
                assert (answer.status, answer.error["code"]) == (409, "version_changed")

        run(body)

    def test_no_key_opens_the_playground_and_no_ticket_opens_the_api(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                assert (await gate.call(ask(), path="/stream/playground")).error["code"] == "invalid_ticket"
                answer = await gate.call(ask(), token="", headers={"x-stream-ticket": ticket(gate)})
                assert answer.status == 401

        run(body)

    def test_only_posts_are_taken(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                answer = await gate.call(None, path="/stream/playground", method="GET", token="")
                assert (answer.status, answer.headers["allow"]) == (405, "POST")
                assert (await gate.call(None, path="/stream/other", token="")).status == 404

        run(body)


class TestDraft:
    def test_a_draft_is_tried_by_its_hash_and_never_reached_by_the_api(self, tmp_path: Path) -> None:
        trial = version(number=0, system_prompt="Speak in rhymes.", digest="d" * 64)

        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                hold_trial(gate, trial)
                mine = ticket(gate, target="draft", version=trial.digest)
                assert (await try_out(gate, sent=mine)).status == 200
                assert sent(gate)[0]["messages"][0]["content"] == "Speak in rhymes."
                await gate.call(ask())
                assert sent(gate)[1]["messages"][0]["content"] == "Be brief."
                tried, called = gate.records()
                assert tried["version"] == trial.id.hex != called["version"]

        run(body)

    def test_an_assistant_that_was_never_published_is_tried_and_not_called(self, tmp_path: Path) -> None:
        trial = version(number=0, digest="d" * 64)

        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                gate.change(state="draft", version=None)
                hold_trial(gate, trial)
                assert (await try_out(gate, sent=ticket(gate, target="draft", version=trial.digest))).status == 200
                assert (await gate.call(ask())).error["code"] == "model_not_found"
                live = await try_out(gate, sent=ticket(gate))
                assert live.error["code"] == "version_changed"

        run(body)

    def test_a_hash_that_names_nothing_is_refused(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                hold_trial(gate, version(digest="d" * 64))
                answer = await try_out(gate, sent=ticket(gate, target="draft", version="e" * 64))
                assert answer.error["code"] == "version_changed"

        run(body)


class TestSession:
    """A session that was ended takes its tickets and its streams with it."""

    def test_its_tickets_open_nothing(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                session = ids.new_id()
                mine, other = ticket(gate, session=str(session)), ticket(gate, session=str(ids.new_id()))
                gate.say(replace(gate.snapshot, ended_sessions=frozenset({session})))
                answer = await try_out(gate, sent=mine)
                assert (answer.status, answer.error["code"]) == (401, "invalid_ticket")
                assert (await try_out(gate, sent=other)).status == 200

        run(body)

    def test_an_answer_on_its_way_is_cut(self, tmp_path: Path) -> None:
        async def body() -> None:
            async with opened(tmp_path, talk("ok")) as gate:
                session = ids.new_id()
                call = Call("/stream/playground", person=PERSON, session=session)
                began = asyncio.Event()

                async def answering() -> None:
                    with gate.service.live.entered(call):
                        began.set()
                        await asyncio.sleep(30)

                task = asyncio.create_task(answering())
                await began.wait()
                gate.say(replace(gate.snapshot, ended_sessions=frozenset({ids.new_id()})))
                assert call.reason == ""
                gate.say(replace(gate.snapshot, ended_sessions=frozenset({session})))
                assert call.reason == "invalid_ticket"
                await asyncio.gather(task, return_exceptions=True)

        run(body)


def test_who_lost_the_right_has_the_answer_cut_and_others_go_on(tmp_path: Path) -> None:
    async def body() -> None:
        async with opened(tmp_path, talk("ok")) as gate:
            lost, kept = ids.new_id(), ids.new_id()
            assistant = next(iter(gate.snapshot.by_id.values()))

            async def may_try(person: UUID, _assistant: UUID) -> bool:
                return person != lost

            gate.service.feed.may_try = may_try  # type: ignore[assignment, method-assign]

            async def answering(person: UUID) -> Call:
                call = Call("/stream/playground", source="playground", person=person, assistant=assistant)
                with gate.service.live.entered(call), suppress(asyncio.CancelledError):
                    await asyncio.sleep(0.5)
                return call

            answers = [asyncio.create_task(answering(one)) for one in (lost, kept)]
            await asyncio.sleep(0)
            gate.service._end_tries()
            first, second = await asyncio.gather(*answers)
            assert (first.reason, second.reason) == ("model_not_found", "")

    run(body)


class Line:
    """A connection to the database that has these rows, or is broken."""

    def __init__(self, rows: list[tuple[bool]] | None) -> None:
        self.rows, self.closed = rows, False

    async def execute(self, *_given: object) -> "Line":
        if self.rows is None:
            raise psycopg.OperationalError("terminating connection")
        return self

    async def fetchall(self) -> list[tuple[bool]] | None:
        return self.rows

    async def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("back", [True, False])
def test_a_line_that_broke_is_asked_once_more(tmp_path: Path, back: bool) -> None:
    async def body() -> None:
        async with opened(tmp_path, talk("ok")) as gate:
            feed, lines = gate.service.feed, [Line([(True,)] if back else None), Line([(True,)])]

            async def connect() -> Line:
                return lines.pop(0)

            feed._asking, feed._connect = Line(None), connect  # type: ignore[assignment, method-assign]
            if back:
                assert await feed.may_try(PERSON, PERSON)
            else:
                with pytest.raises(ApiError):
                    await feed.may_try(PERSON, PERSON)
            assert len(lines) == 1

    run(body)
