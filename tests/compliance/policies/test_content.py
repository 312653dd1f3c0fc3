"""The name of words: one for the same words, another for any others, and computable by anybody."""

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.policies.rules import content
from compliance.policies.rules.content import Text

DAY = datetime(2026, 11, 26, tzinfo=UTC)


def test_the_digest_is_the_sha256_of_the_documented_json() -> None:
    told = {"body": "Ä\n", "format": 1, "language": "de", "policy": "notice", "title": "T"}
    by_hand = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert content.text_digest("notice", "de", Text("T", "Ä\n")) == hashlib.sha256(by_hand).hexdigest()


@given(st.text(max_size=40).filter(lambda text: "\x00" not in text and text.isprintable()))
def test_cleaning_twice_changes_nothing_more(words: str) -> None:
    once = content.cleaned(Text(words, words))
    assert content.cleaned(once) == once


def test_line_ends_and_outer_blanks_do_not_make_other_words() -> None:
    assert content.cleaned(Text(" A  b ", "x \r\ny\r\n\r\n")) == content.cleaned(Text("A b", "x\ny"))


@pytest.mark.parametrize("change", ["text", "day", "material", "summary"])
def test_each_part_of_a_version_changes_its_name(change: str) -> None:
    text, day, material, summary = Text("T", "b\n"), DAY, True, "s"
    before = content.version_digest("p", {"en": text}, effective_at=day, material=material, summary=summary)
    if change == "text":
        text = Text("T", "B\n")
    elif change == "day":
        day = day.replace(hour=1)
    elif change == "material":
        material = False
    else:
        summary = ""
    assert before != content.version_digest("p", {"en": text}, effective_at=day, material=material, summary=summary)


@pytest.mark.parametrize(
    ("wanted", "chosen"), [(["de"], "de"), (["de-AT"], "de"), (["xx", "fr"], "fr"), (["xx"], "en"), ([], "en")]
)
def test_a_reader_gets_the_first_language_that_exists(wanted: list[str], chosen: str) -> None:
    assert content.choose(["de", "en", "fr"], wanted) == chosen


def test_without_english_the_first_one_is_shown() -> None:
    assert content.choose(["de", "fr"], ["it"]) == "de"


def test_open_places_are_found_once() -> None:
    assert content.blanks({"en": Text("[[a]]", "x [[b]] [[a]]")}) == ["[[a]]", "[[b]]"]
