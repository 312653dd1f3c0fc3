"""The guard tape and the other signs."""

import re
from datetime import timedelta

import lucide
import pytest
from django.template import Context, Template

from panel.kernel import clock
from panel.ui.drawings import icons, tape


def test_a_tape_says_in_a_sentence_what_its_bars_say() -> None:
    stages = ["allow", "allow", "redact", "observe", "block", "not_run"]
    assert tape.describe(stages) == "6 stages, redacted at stage 3, observed at stage 4, blocked at stage 5"
    assert tape.describe(["allow"] * 8) == "8 stages, all allowed"
    assert tape.describe(["allow"]) == "1 stage, all allowed"


def test_height_tells_the_verdict() -> None:
    drawn = tape.draw(["allow", "redact", "block", "not_run"])
    heights = [float(one) for one in re.findall(r'width="6" height="([\d.]+)"', drawn)]
    assert heights == [4, 9.5, 16, 1.5]
    assert 'width="33" height="16"' in drawn
    assert 'role="img"' in drawn


def test_a_sentence_is_escaped() -> None:
    assert "<b>" not in tape.draw(["allow"], sentence='"<b>')


def test_an_unknown_stage_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        tape.describe(["maybe"])


def test_icons_are_inline_and_hidden_from_readers() -> None:
    drawn = icons.icon("key-round")
    assert drawn.startswith("<svg")
    assert 'aria-hidden="true"' in drawn
    assert "xmlns" not in drawn
    with pytest.raises(lucide.IconDoesNotExist):
        icons.icon("no-such-icon")


def test_every_verdict_has_a_glyph_and_a_word() -> None:
    assert set(icons.GLYPHS) == set(tape.WORDS)


def test_a_relative_time_holds_the_absolute_one() -> None:
    at = clock.now() - timedelta(minutes=7)
    shown = Template("{% ago at %}").render(Context({"at": at}))
    assert "7 min ago" in shown
    assert f'datetime="{at.isoformat()}"' in shown
    assert "UTC" in shown


def test_long_ids_lose_their_middle() -> None:
    assert Template("{{ a|cut }} {{ b|cut }}").render(Context({"a": "9c41aa07e07b", "b": "short"})) == "9c41…e07b short"


@pytest.mark.parametrize(
    ("ahead", "words"),
    [
        (timedelta(seconds=30), "in a moment"),
        (timedelta(seconds=-30), "just now"),
        (timedelta(minutes=119, seconds=5), "in 119 min"),
        (timedelta(hours=47), "in 47 h"),
        (timedelta(days=90), "in 90 days"),
        (timedelta(days=200), "in 7 months"),
        (timedelta(days=-800), "2 years ago"),
        (timedelta(days=-2, minutes=-1), "2 days ago"),
    ],
)
def test_spans_are_as_fine_as_they_need_to_be(ahead: timedelta, words: str) -> None:
    shown = Template("{% ago at %}").render(Context({"at": clock.now() + ahead + timedelta(milliseconds=500)}))
    assert f">{words}<" in shown
