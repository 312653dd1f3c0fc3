"""Letters are written wholly in the language of whoever gets them: every branch of them, not only what a sample shows."""

import ast
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.utils import translation
from django.utils.translation.template import templatize

from accounts.access import services as rights
from accounts.access.rules import OBJECT_ROLE_NAMES, ROLE_NAMES
from accounts.approvals.rules import kinds, states
from accounts.elevation import rules as elevation
from compliance.requests.rules.kinds import GROUND_NAMES, KIND_NAMES
from panel.outbound.alarms import SEVERITIES
from panel.outbound.mail import letters
from tests.architecture import tree
from tests.panel.texts import catalogues

_TEXT = r"""u?('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_CALL = re.compile(rf"(?:gettext|_)\({_TEXT}(?:, {_TEXT})?")


def untranslated(messages: Iterable[str]) -> list[str]:
    """Those that a catalogue does not know, as it names them."""
    asked = set(messages)
    known = [catalogues.read(path.read_text()) for path in catalogues.catalogues()]
    return sorted(one for one in asked if not all(each.get(one) for each in known))


def asked_for(name: str) -> list[str]:
    """Every message of a letter's template, in whatever branch."""
    calls = _CALL.findall(templatize(tree.text(f"templates/emails/{name}")))
    return ["\0".join(str(ast.literal_eval(form)) for form in forms if form) for forms in calls]


@pytest.mark.parametrize("name", ["base", *sorted(letters.registered())])
@pytest.mark.parametrize("form", ["text/{}.txt", "html/{}.html"])
def test_a_letter_holds_no_message_that_is_not_translated(name: str, form: str) -> None:
    assert untranslated(asked_for(form.format(name))) == []


def test_words_that_stand_in_letters_are_translated() -> None:
    held: list[Mapping[Any, Any]] = [
        ROLE_NAMES,
        OBJECT_ROLE_NAMES,
        states.STATE_WORDS,
        elevation.STATE_WORDS,
        KIND_NAMES,
        GROUND_NAMES,
    ]
    told = {key: word for key, word in SEVERITIES.items() if key != "note"}  # a note is not mailed
    titles = {one.name: one.title for one in kinds.registered().values()}
    permits = {name: one.title for name, one in rights.permits().items()}
    with translation.override("en"):
        words = [str(word) for names in (*held, told, titles, permits) for word in names.values()]
    assert untranslated(words) == []


@pytest.mark.django_db
def test_an_instant_is_told_in_the_words_and_by_the_clock_of_whoever_reads_it() -> None:
    until = datetime(2026, 3, 31, 22, 30, tzinfo=UTC)
    context = {"who": "Ann", "title": "x", "reason": "y", "until": until, "link": "https://panel.test/"}
    english = letters.write("approval_asked", context, "en").text
    german = letters.write("approval_asked", context, "de", zone="Europe/Berlin").text
    assert "31 March 2026" in english
    assert "UTC" in english
    assert "1. April 2026" in german
    assert "CEST" in german
