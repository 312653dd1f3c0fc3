"""The canonical form of a version and its address."""

import dataclasses
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistants.catalog.rules import content
from assistants.catalog.rules.content import Content, ParameterError, clean_parameters, parse


def example(**changes: Any) -> Content:
    base = Content(
        system_prompt="Answer in the language of the question. 你好",
        provider="0190d7c0-0000-7000-8000-000000000001",
        model="demo-1",
        policy="0190d7c0-0000-7000-8000-000000000002",
        policy_digest="ab" * 32,
        parameters={"temperature": 0.2},
    )
    return dataclasses.replace(base, **changes)


def test_canonical_form_1_is_fixed_for_ever() -> None:
    assert example().canonical().decode() == (
        '{"format":1,"model":"demo-1","parameters":{"temperature":0.2},'
        '"policy":"0190d7c0-0000-7000-8000-000000000002","policy_digest":"' + "ab" * 32 + '",'
        '"provider":"0190d7c0-0000-7000-8000-000000000001",'
        '"system_prompt":"Answer in the language of the question. 你好","tools":[],"variables":{}}'
    )
    assert example().digest() == "cbd5ec41ac39cc737a03bd317db28a9cd1b59c26e27ce8187bb38af796a59be0"


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_what_is_stored_reads_back_as_the_same_version(prompt: str, variables: dict[str, str]) -> None:
    once = example(system_prompt=prompt, variables=variables)
    again = parse(once.canonical())
    assert again == once
    assert again.digest() == once.digest()


@pytest.mark.parametrize(
    "change",
    [
        {"system_prompt": "Other"},
        {"provider": str(uuid.UUID(int=1))},
        {"model": "demo-2"},
        {"policy": str(uuid.UUID(int=2))},
        {"policy_digest": "cd" * 32},
        {"parameters": {"temperature": 0.3}},
        {"variables": {"a": "b"}},
        {"tools": [{"type": "function"}]},
    ],
)
def test_every_part_changes_the_address(change: dict[str, Any]) -> None:
    assert example(**change).digest() != example().digest()


def test_numbers_with_the_same_meaning_have_the_same_address() -> None:
    forms: list[dict[str, Any]] = [
        {"temperature": "1", "max_tokens": "5"},
        {"max_tokens": 5.0, "temperature": 1},
        {"temperature": 1.0, "max_tokens": 5},
    ]
    assert len({example(parameters=clean_parameters(form)).digest() for form in forms}) == 1


def test_empty_parameters_are_left_to_the_provider() -> None:
    assert clean_parameters({"temperature": "", "seed": None, "top_p": 0}) == {"top_p": 0.0}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 2.1),
        ("temperature", "hot"),
        ("temperature", float("nan")),
        ("temperature", True),
        ("max_tokens", 0),
        ("max_tokens", 1.5),
        ("seed", "1e400"),
        ("logit_bias", 1),
        ("top_p", [1]),
    ],
)
def test_a_parameter_out_of_its_bounds_is_named(name: str, value: object) -> None:
    with pytest.raises(ParameterError) as caught:
        clean_parameters({name: value})
    assert caught.value.name == name


def test_another_format_is_refused() -> None:
    with pytest.raises(ValueError, match="format 1"):
        parse(b'{"format":2}')


@pytest.mark.parametrize(
    ("slug", "good"),
    [("a", True), ("it-desk", True), ("-a", False), ("a-", False), ("A", False), ("a" * 64, False), ("a\n", False)],
)
def test_a_slug_survives_urls_and_shells(slug: str, good: bool) -> None:
    assert bool(content.SLUG.fullmatch(slug)) is good
