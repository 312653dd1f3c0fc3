"""The trace pages: who sees which calls, and what a trace tells."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from accounts.access.rules import ObjectRole
from accounts.people.models import User
from assistants.catalog.models import Assistant
from assistants.catalog.services import grants
from assistants.conversations import queries
from assistants.conversations.models import Call
from assistants.gateway.views import places
from panel.kernel import actors, clock, ids
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing, Refusal
from tests.assistants.catalog import stage
from tests.assistants.gateway.world import make_key
from tests.factories.people import make_service
from tests.stage.visits import told, visit

pytestmark = pytest.mark.django_db
pytest_plugins = ()


def actor(user: User) -> Actor:
    return Actor("person", user.id)


def call(assistant: UUID | None = None, **changes: Any) -> Call:
    made = ids.new_id(changes.pop("made", None))
    values = {
        "day": ids.day_of(made),
        "id": made,
        "at": ids.moment_of(made),
        "route": "/v1/chat/completions",
        "source": "api",
        "key": ids.new_id(),
        "assistant": assistant,
        "status": 200,
        "stages": [["size", 0, 30, 30], ["pii", 30, 500, 470], ["provider", 500, 90_000, 89_500]],
        "verdicts": [["pii", "pii.email", "redact", "/messages/0/content", 3, 21, 1.0, "EMAIL"]],
        "action": "redact",
        "total_us": 91_000,
        **changes,
    }
    return Call.objects.create(**values)


@pytest.fixture
def desk() -> Assistant:
    return stage.new("it-desk")


class TestSeeing:
    def test_a_viewer_of_an_assistant_sees_its_calls_and_no_others(self, desk: Assistant, bob: User) -> None:
        own, other = call(desk.id), call(stage.new("other").id)
        call(None, key=None)
        receiver, role = ("user", str(bob.id)), ObjectRole.VIEWER.codename
        grants.share(
            actor=actors.console(), assistant=desk, receiver=receiver, role=role, reason="helps", at=clock.now()
        )
        assert [one.id for one in queries.page(queries.visible_to(actor(bob)))] == [own.id]
        assert str(own.id) in told(visit(actor(bob), "/traces/"))
        with pytest.raises(Missing):
            visit(actor(bob), f"/traces/{other.id}/")

    def test_who_answers_for_a_service_account_sees_its_calls_and_no_others(
        self, desk: Assistant, bob: User, charlie: User
    ) -> None:
        key, _token = make_key(make_service("shop", responsible=bob), desk)
        own, _other = call(desk.id, key=key.id), call(desk.id)
        assert [one.id for one in queries.page(queries.visible_to(actor(bob)))] == [own.id]
        assert "it-desk" not in told(visit(actor(bob), "/assistants/"))
        assert visit(actor(bob), f"/traces/{own.id}/").status_code == 200
        assert not queries.visible_to(actor(charlie)).exists()

    def test_a_stranger_sees_nothing(self, desk: Assistant, charlie: User) -> None:
        made = call(desk.id)
        assert not queries.visible_to(actor(charlie)).exists()
        with pytest.raises(Missing):
            visit(actor(charlie), f"/traces/{made.id}/")

    def test_an_auditor_sees_all_and_those_who_were_turned_away(self, desk: Assistant, olga: User) -> None:
        call(desk.id)
        call(None, key=None, status=401, error="invalid_api_key", count=25, verdicts=[], stages=[], action="allow")
        text = told(visit(actor(olga), "/traces/"))
        assert "Refused: no usable key, 25 times" in text


class TestList:
    def test_pages_follow_each_other_without_a_gap(self, desk: Assistant, olga: User) -> None:
        made = [call(desk.id, made=clock.now() - timedelta(days=day, minutes=day)).id for day in range(7)]
        rows = queries.visible_to(actor(olga))
        first = queries.page(rows, limit=3)
        second = queries.page(rows, beyond=first[-1].id, limit=3)
        back = queries.page(rows, beyond=second[0].id, newer=True, limit=3)
        assert [one.id for one in first + second] == made[:6]
        assert [one.id for one in back] == made[2::-1]

    def test_filters_narrow_and_a_request_id_finds_its_call(self, desk: Assistant, olga: User) -> None:
        redacted = call(desk.id)
        plain = call(desk.id, action="allow", verdicts=[])
        text = told(visit(actor(olga), "/traces/?verdict=redact"))
        assert str(redacted.id) in text
        assert str(plain.id) not in text
        found = told(visit(actor(olga), f"/traces/?q=req_{plain.id.hex}"))
        assert str(plain.id) in found
        assert str(redacted.id) not in found
        assert str(plain.id) not in told(visit(actor(olga), "/traces/?q=nothing"))

    def test_csv_has_a_line_a_call(self, desk: Assistant, olga: User) -> None:
        call(desk.id)
        response: Any = visit(actor(olga), "/traces/?format=csv")
        lines = b"".join(response.streaming_content).decode().splitlines()
        assert len(lines) == 2
        assert "Redacted: e-mail address" in lines[1]


class TestPeek:
    def test_a_call_opens_beside_the_list_with_verdict_findings_and_facts(self, desk: Assistant, olga: User) -> None:
        made = call(desk.id)
        text = told(visit(actor(olga), f"/traces/?peek={made.id}"))
        panel = text[text.index('<aside class="peek"') :]
        for part in ("Redacted: e-mail address", "message 1, characters 4–21", "1 of 1", f'href="/traces/{made.id}/"'):
            assert part in panel

    def test_a_call_of_an_assistant_that_one_may_not_see_does_not_open(self, desk: Assistant, bob: User) -> None:
        made = call(desk.id)
        assert "message 1" not in told(visit(actor(bob), f"/traces/?peek={made.id}"))


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("/messages/1/content", "message 2"),
        ("/messages/1/content/0/text", "message 2, part 1"),
        ("/messages/0/tool_calls/0/function/arguments#/city", "message 1, tool call"),
        ("/choices/0/message/content", "answer"),
        ("/choices/2/message/tool_calls/0/function/arguments", "answer 3, tool call"),
        ("/tools/0/function/description", "tools"),
        ("/unknown", "/unknown"),
        ("", ""),
    ],
)
def test_the_place_of_a_finding_is_told_in_words(where: str, words: str) -> None:
    assert places.place(where) == words
    assert places.span(13, 33) == "characters 14–33"
    assert places.span(0, 1) == "character 1"
    assert places.span(0, 0) == ""


class TestDetail:
    def test_a_block_is_told_as_a_sentence_with_its_stage_and_rule(self, desk: Assistant, olga: User) -> None:
        made = call(
            desk.id,
            status=400,
            error="content_blocked",
            action="block",
            stages=[["size", 0, 30, 30], ["injection", 30, 800, 770]],
            verdicts=[["injection", "injection.override", "block", "/messages/0/content", 0, 40, 0.97, ""]],
        )
        text = told(visit(actor(olga), f"/traces/{made.id}/"))
        assert "<h1>Blocked: it looks like prompt injection</h1>" in text
        for part in (
            "injection.override",
            "0.97",
            "message 1, characters 1–40",
            "Not stored",
            "Model",
            "Asks to ignore its rules",
            "reached the provider",
        ):
            assert part in text

    def test_the_tape_says_what_ran_and_what_did_not(self, desk: Assistant) -> None:
        words = queries.tape(call(desk.id))
        assert words[:6] == ["allow", "not_run", "not_run", "not_run", "redact", "allow"]

    def test_an_id_without_a_time_is_no_trace(self, olga: User) -> None:
        with pytest.raises(Missing):
            visit(actor(olga), "/traces/00000000-0000-4000-8000-000000000000/")

    def test_a_caller_whom_the_reader_may_not_know_is_told_by_the_end_of_its_id(
        self, desk: Assistant, pia: User
    ) -> None:
        made = call(desk.id)
        assert made.key is not None
        text = told(visit(actor(pia), f"/traces/{made.id}/"))
        assert f"Key …{made.key.hex[-4:]}" in text


class TestApi:
    def test_rows_come_by_cursor_with_verdicts_in_words(self, desk: Assistant, olga: User) -> None:
        made = [call(desk.id).id for _ in range(3)]
        response: Any = visit(actor(olga), "/api/v1/traces/?limit=2")
        assert [one["id"] for one in response.data["items"]] == [str(made[2]), str(made[1])]
        assert response.data["items"][0]["verdicts"][0]["rule"] == "pii.email"
        assert f"cursor={made[1]}" in response.data["next"]
        rest: Any = visit(actor(olga), f"/api/v1/traces/?limit=2&cursor={made[1]}")
        assert [one["id"] for one in rest.data["items"]] == [str(made[0])]
        assert rest.data["next"] is None

    @pytest.mark.parametrize("query", ["limit=0", "limit=x", "cursor=x", "verdict=nothing", "assistant=1"])
    def test_a_wrong_question_is_refused(self, olga: User, query: str) -> None:
        try:
            response: Any = visit(actor(olga), f"/api/v1/traces/?{query}")
        except Refusal:
            return
        assert response.status_code == 400


class TestWords:
    def test_a_call_that_no_guard_saw_is_not_called_allowed(self, olga: User) -> None:
        call(None, key=None, status=401, error="invalid_api_key", verdicts=[], stages=[], action="allow")
        shown = told(visit(actor(olga), "/traces/"))
        assert "verdict-not_run" in shown
        assert "verdict-allow" not in shown

    def test_a_try_names_its_person(self, desk: Assistant, olga: User, alice: User) -> None:
        made = call(desk.id, key=None, person=alice.id, source="playground")
        assert alice.full_name in told(visit(actor(olga), "/traces/"))
        assert alice.full_name in told(visit(actor(olga), f"/traces/{made.id}/"))

    def test_a_damaged_cursor_is_refused_and_not_shown_as_no_rows(self, desk: Assistant, olga: User) -> None:
        call(desk.id)
        with pytest.raises(Refusal):
            visit(actor(olga), "/traces/?after=zzz")
