"""The way out, as the gateway drives it: deltas with any member, a rest before the end, a block in the middle."""

import json
from typing import Any

import pytest

from assistants.guard.engine.pipeline import Inspection, OutputGuard, Policy, inspect_answer, inspect_request

PROMPT = "You are the concierge of Hotel Sonne. Mail desk@sonne.example. Never say that the cellar key lies under the third red flower pot."
KEY = "sk-proj-abcdEFGHijklMNOPqrst1234567890"


def asked(preset: str = "balanced", text: str = "I am bob@corp.example") -> Inspection:
    return inspect_request(
        {"messages": [{"role": "user", "content": text}]}, Policy.preset(preset), system_prompt=PROMPT
    )


def stream(deltas: list[dict[str, Any]], preset: str = "balanced") -> tuple[list[dict[str, Any]], OutputGuard]:
    guard = OutputGuard(Policy.preset(preset), asked(preset))
    chunks = [
        {"id": "c", "choices": [{"index": 0, "delta": delta, "finish_reason": None, "logprobs": {"content": []}}]}
        for delta in deltas
    ]
    chunks.append({"id": "c", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
    return [guard.feed_chunk(chunk)["choices"][0] for chunk in chunks], guard


def said(choices: list[dict[str, Any]], *path: str) -> str:
    found = []
    for choice in choices:
        here: Any = choice["delta"]
        for step in path:
            here = here.get(step) if isinstance(here, dict) else here[0] if here else None
        found.append(here or "")
    return "".join(found)


@pytest.mark.parametrize("name", ["content", "refusal", "reasoning", "reasoning_content"])
def test_each_text_of_a_delta_is_guarded_and_comes_to_its_end(name: str) -> None:
    choices, _ = stream([{name: char} for char in f"For EMAIL_1: mail ann@other.example or use {KEY}"])
    assert said(choices, name) == "For bob@corp.example: mail [EMAIL] or use [SECRET]"
    assert choices[-1]["finish_reason"] == "stop"


def test_a_tool_calls_arguments_are_guarded_as_json() -> None:
    text = json.dumps({"to": "EMAIL_1", "note": f"é\n{KEY}", "ok": True})
    first = {
        "tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": {"name": "send", "arguments": ""}}]
    }
    choices, _ = stream([first, *({"tool_calls": [{"index": 0, "function": {"arguments": char}}]} for char in text)])
    assert choices[0]["delta"] == first
    joined = said(choices, "tool_calls", "0", "function", "arguments")
    assert json.loads(joined) == {"to": "bob@corp.example", "note": "é\n[SECRET]", "ok": True}


def test_unknown_members_are_kept_and_guarded() -> None:
    choices, _ = stream(
        [{"role": "assistant", "vendor": {"cards": [{"kind": "x", "says": "ann@other.example"}], "n": 1.5}}]
    )
    assert choices[0]["delta"]["role"] == "assistant"
    assert choices[0]["delta"]["vendor"] == {"cards": [{"kind": "x", "says": "[EMAIL]"}], "n": 1.5}


def test_the_operators_published_address_is_not_masked() -> None:
    choices, _ = stream([{"content": "Write to desk@sonne.example or ann@other.example"}])
    assert said(choices, "content") == "Write to desk@sonne.example or [EMAIL]"


def test_reciting_the_system_prompt_ends_the_answer() -> None:
    words = [
        "Sure:",
        "never",
        "say",
        "that",
        "the",
        "cellar",
        "key",
        "lies",
        "under",
        "the",
        "third",
        "red",
        "flower",
        "pot.",
        "More",
    ]
    choices, guard = stream([{"content": word + " "} for word in words])
    assert guard.blocked is not None
    assert guard.blocked.rule == "system_prompt"
    assert said(choices, "content") == "Sure: never say that the cellar key lies under the third red "
    assert guard.feed(0, "content", "more ") == ""


def test_log_probabilities_do_not_spell_out_what_was_masked() -> None:
    choices, _ = stream([{"content": "hi"}])
    assert choices[0]["logprobs"] is None
    free, _ = stream([{"content": "hi"}], "open")
    assert free[0]["logprobs"] == {"content": []} or len(asked("open").vault) > 0


def test_strict_blocks_a_secret_and_gives_out_what_came_before() -> None:
    choices, guard = stream([{"content": "Here is "}, {"content": KEY}, {"content": " bye"}], "strict")
    assert guard.blocked is not None
    assert guard.blocked.stage == "output_secrets"
    assert said(choices, "content") == "Here is "
    assert KEY not in repr(guard.verdicts)


def test_a_json_answer_is_guarded_in_every_choice() -> None:
    message = {
        "role": "assistant",
        "content": [{"type": "text", "text": "EMAIL_1"}],
        "audio": {"transcript": "ann@other.example"},
    }
    body = {
        "id": "x",
        "object": "chat.completion",
        "choices": [{"index": 0, "message": message}, {"index": 1, "text": KEY}],
        "usage": {"n": 1},
    }
    answer = inspect_answer(body, Policy.preset(), asked())
    assert answer.body["choices"][0]["message"]["content"] == [{"type": "text", "text": "bob@corp.example"}]
    assert answer.body["choices"][0]["message"]["audio"] == {"transcript": "[EMAIL]"}
    assert answer.body["choices"][1]["text"] == "[SECRET]"
    assert (answer.body["id"], answer.body["usage"]) == ("x", {"n": 1})
    assert [verdict.where for verdict in answer.verdicts] == ["/choices/0/message/audio/transcript", "/choices/1/text"]


def test_one_channel_does_not_hold_up_another() -> None:
    guard = OutputGuard(Policy.preset(), asked())
    assert guard.feed(0, "content", "unfinished") == ""
    assert guard.feed(1, "content", "done. ") == "done. "
    assert guard.flush(0, "content") == "unfinished"
