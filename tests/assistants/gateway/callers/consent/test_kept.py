"""How much of a call is kept: what its assistant says, and of words only what the person agreed to."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from accounts.people.models import User
from assistants.catalog.services import purposes
from assistants.conversations import queries
from assistants.conversations.models import Call
from assistants.conversations.services import keeping
from assistants.gateway import services
from assistants.gateway.engine.ledger import pseudonyms
from assistants.gateway.engine.ledger.payload import end_user
from assistants.gateway.engine.relay import DONE
from assistants.gateway.engine.state.consent import Binding
from compliance.consent.models import Purpose
from panel.kernel import clock, ids
from tests.assistants.catalog.stage import CONSOLE, new
from tests.assistants.gateway.callers.consent.stage import GIVEN, IMPROVE, LENA, bound, change, lena, opened
from tests.assistants.gateway.gate import SUBJECTS, ask, run
from tests.assistants.gateway.provider import chunk, stream, whole
from tests.compliance.consent.stage import fresh, make_purpose, subject_of
from tests.factories.people import signed_in

TEXT = "Write to lena@fastmail.example, card 4111 1111 1111 1111."
SAID = "I wrote to EMAIL_1."


def keep(folder: Path, level: str, *, form: str = "json", **more: Any) -> list[dict[str, Any]]:
    """The records of one call under this level."""
    found: list[dict[str, Any]] = []
    public = services.ensure_content_key()
    script = whole(SAID) if form == "json" else stream(chunk({"content": SAID}), chunk(reason="stop"), DONE)

    async def body() -> None:
        at = replace(bound(), bound={}, content_key=public)
        async with opened(folder, script, at=at) as (gate, people):
            gate.change(keep=level, **more)
            if more.get("keep_for") and form == "json":
                people.say(lena(gate), GIVEN)
            assert (await gate.call(ask(TEXT, user=LENA, stream=form == "stream"))).status == 200
            found.extend(gate.records())

    run(body)
    return found


def delivered(records: list[dict[str, Any]]) -> Call:
    keeping.store(frames=[keeping.Frame(ids.new_id(), orjson.dumps(one)) for one in records], unseal=services.opener())
    return Call.objects.get()


class TestLevels:
    @pytest.mark.parametrize("form", ["json", "stream"])
    def test_words_without_names(self, db: None, tmp_path: Path, form: str) -> None:
        call = delivered(keep(tmp_path, "pseudonymised", form=form))
        words = queries.content_of(call)
        assert words.request["messages"][-1]["content"] == "Write to EMAIL_1, card CARD_1."
        assert "EMAIL_1" in str(words.answer)
        assert "lena@" not in str(words)
        assert "4111" not in str(words)

    def test_every_word(self, db: None, tmp_path: Path) -> None:
        words = queries.content_of(delivered(keep(tmp_path, "full")))
        assert words.request["messages"][-1]["content"] == TEXT
        assert "lena@fastmail.example" in str(words.answer)

    def test_statistics_have_no_words_and_a_pseudonym(self, db: None, tmp_path: Path) -> None:
        (record,) = keep(tmp_path, "statistics")
        assert "content" not in record
        assert end_user(LENA, SUBJECTS) not in str(record), "who it was is sealed to the worker"
        call = delivered([record])
        assert (call.stored, bool(call.subject), bool(call.verdicts)) == ("", True, True)

    def test_nothing_of_the_person(self, db: None, tmp_path: Path) -> None:
        (record,) = keep(tmp_path, "nothing")
        assert (record["subject"], record["network"], record["verdicts"], record["stages"]) == ("", "", [], [])
        call = delivered([record])
        assert (call.subject, call.status, call.action, call.verdicts) == (None, 200, "redact", [])

    def test_what_is_too_large_to_be_looked_through_is_not_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tight = replace(pseudonyms._MASKED, limits={**pseudonyms._MASKED.limits, "text_chars": 10})
        monkeypatch.setattr(pseudonyms, "_MASKED", tight)
        assert pseudonyms.masked({"messages": [{"role": "user", "content": TEXT}]}, None) == (None, None)


class TestPurposeOfKeeping:
    def test_words_of_who_agreed_are_kept(self, db: None, tmp_path: Path) -> None:
        (record,) = keep(tmp_path, "full", keep_for=IMPROVE.id)
        assert record["content"]

    def test_words_of_who_did_not_are_not_and_the_call_is_answered(self, db: None, tmp_path: Path) -> None:
        (record,) = keep(tmp_path, "full", form="stream", keep_for=IMPROVE.id)
        assert (record["status"], "content" in record) == (200, False)

    @pytest.mark.parametrize("age", [0.0, 30.0])
    def test_while_nobody_can_be_asked_calls_are_answered_and_not_kept(
        self, db: None, tmp_path: Path, age: float
    ) -> None:
        found: list[dict[str, Any]] = []
        public = services.ensure_content_key()

        async def body() -> None:
            at = replace(bound(Binding(IMPROVE.id, required=False)), content_key=public)
            async with opened(tmp_path, whole(SAID), at=at) as (gate, people):
                gate.change(keep="full", keep_for=IMPROVE.id)
                people.say(lena(gate), GIVEN)
                people.away = age == 0
                gate.service.feed.lease.renew(time.monotonic() - age)
                gate.service._end_what_ran_out()
                assert (await gate.call(ask(TEXT, user=LENA))).status == 200
                found.extend(gate.records())

        run(body)
        assert "content" not in found[0]

    def test_a_no_during_the_answer_keeps_nothing_of_it(self, db: None, tmp_path: Path) -> None:
        found: list[dict[str, Any]] = []
        public = services.ensure_content_key()

        async def body() -> None:
            at = replace(bound(), bound={}, content_key=public)
            async with opened(tmp_path, whole(SAID), at=at) as (gate, people):
                gate.change(keep="full", keep_for=IMPROVE.id)
                subject = people.say(lena(gate), GIVEN)
                provider = gate.service.upstreams.upstream  # type: ignore[attr-defined]
                post = provider.post

                async def late(*args: Any, **more: Any) -> Any:
                    people.rows[lena(gate)] = ([subject], [[str(IMPROVE.id), "withdrawn", 2, 1, None]])
                    change(gate, subject)
                    return await post(*args, **more)

                provider.post = late
                assert (await gate.call(ask(TEXT, user=LENA))).status == 200
                found.extend(gate.records())

        run(body)
        assert "content" not in found[0]


class TestOwnPage:
    @pytest.fixture
    def purpose(self, pia: User) -> Purpose:
        return make_purpose(pia)

    def page(self, user: User) -> str:
        return signed_in(user).get("/privacy/kept/").content.decode()

    def test_it_says_what_is_kept_why_since_when_and_who_read_it(
        self, alice: User, pia: User, purpose: Purpose
    ) -> None:
        assert "You have not talked to an assistant" in self.page(alice)
        desk, at = new("front-desk"), clock.now()
        purposes.settle(actor=CONSOLE, assistant=desk, keep="pseudonymised", purpose_id=purpose.id, at=at)
        call = Call.objects.create(
            day=at.date(), id=ids.new_id(at), at=at, route="/v1/chat/completions", source="api", assistant=desk.id,
            status=200, subject=subject_of(alice), stored="standard",
        )  # fmt: skip
        page = self.page(alice)
        assert "Front-Desk" in page
        assert "Words without names" in page
        assert "It is gone after 30 days." in page
        assert "Improve answers with my chats" in page
        assert "When somebody read" not in page
        keeping.reveal(actor=fresh(pia), call=call, assistant=desk, reason="A complaint of theirs", at=at)
        assert "When somebody read what you said" in self.page(alice)
        purposes.settle(
            actor=CONSOLE, assistant=desk, keep="pseudonymised", purpose_id=purpose.id, told=False, at=clock.now()
        )
        assert "When somebody read what you said" not in self.page(alice)
        assert "1 assistant" in signed_in(alice).get("/privacy/mine/").content.decode()
