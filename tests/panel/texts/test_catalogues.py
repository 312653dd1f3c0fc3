"""Translations are compiled, whole, and switch what people read."""

import re

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext

from tests.architecture import tree
from tests.panel.texts import catalogues

PLACE = re.compile(r"%\(\w+\)[sd]")


def test_what_is_compiled_is_what_is_written() -> None:
    stale = [
        path.name
        for path in catalogues.catalogues()
        if path.with_suffix(".mo").read_bytes() != catalogues.compiled(catalogues.read(path.read_text()))
    ]
    assert stale == []


def test_every_language_that_is_offered_has_texts() -> None:
    written = {path.parts[-3] for path in catalogues.catalogues()}
    assert {code for code, _name in settings.LANGUAGES} == written | {"en"}


def test_a_translation_fills_the_same_places() -> None:
    wrong = [
        key
        for path in catalogues.catalogues()
        for key, value in catalogues.read(path.read_text()).items()
        # Of plural forms the singular may say its number in words.
        if key and "\0" not in key and set(PLACE.findall(value)) != set(PLACE.findall(key))
    ]
    assert wrong == []


def test_every_message_is_one_of_ours() -> None:
    """A message that no file holds any more is a translation that nobody sees."""
    ours = "".join(
        tree.text(name)
        for name in tree.files()
        if name.endswith((".py", ".html", ".txt", ".js")) and not name.startswith("tests/")
    )
    known = re.sub(r"\{\{\s*(\w+)\s*\}\}", r"%(\1)s", ours)
    for path in catalogues.catalogues():
        keys = [key.split("\0")[0] for key in catalogues.read(path.read_text()) if key]
        assert [key for key in keys if key not in known] == []


def test_german_is_spoken_when_it_is_asked_for() -> None:
    with translation.override("de"):
        assert gettext("Sign in") == "Anmelden"
        assert ngettext("One code is left.", "%(n)s codes are left.", 2) % {"n": 2} == "2 Codes sind übrig."
    with translation.override("en"):
        assert gettext("Sign in") == "Sign in"
