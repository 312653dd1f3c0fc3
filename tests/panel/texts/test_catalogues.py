"""Translations are compiled, whole, and switch what people read."""

import ast
import re

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext

from accounts.signin.forms import NewPassword
from panel.ui import menu
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


_SIGNIN = """sign_in factor recovery step_up needed password profile security
    factors/factors factors/passkey factors/factor_name factors/factor_removal"""
SPOKEN = [
    "templates/base",
    "templates/frame/",
    "templates/errors/",
    "templates/home/keys_list.html",
    "templates/accounts/elevation/forbidden.html",
    "templates/accounts/signin/enrolment/",
    "templates/accounts/signin/forgotten/",
    *(f"templates/accounts/signin/{name}.html" for name in _SIGNIN.split()),
    "accounts/signin/views/enrolment.py",
    "accounts/signin/views/joining.py",
    "panel/ui/web/errors.py",
]
SAID = re.compile(r"""(?:translate |_\(|gettext_lazy\()"((?:[^"\\]|\\.)+)\"""")
TOLD = re.compile(r"{% blocktranslate[^%]*%}([^{%]*(?:{{ \w+ }}[^{%]*)*){% endblocktranslate")


def test_the_rail_speaks_german() -> None:
    with translation.override("en"):
        labels = {str(item.label) for item in menu.items()} | {str(name) for name in menu.GROUPS.values()}
    assert labels - set(catalogues.read(tree.text("locale/de/LC_MESSAGES/django.po"))) == set()


def test_signing_in_joining_and_refusals_are_spoken_in_german() -> None:
    """Who was invited reads these before any profile is theirs: half of a page in another language looks like a trap."""
    keys = {one for key in catalogues.read(tree.text("locale/de/LC_MESSAGES/django.po")) for one in key.split("\0")}
    missing = {}
    for name in (one for one in tree.files() if one.startswith(tuple(SPOKEN))):
        text = tree.text(name)
        told = [re.sub(r"\{\{ (\w+) \}\}", r"%(\1)s", one) for one in TOLD.findall(text)]
        if gone := [one for one in [*SAID.findall(text), *told] if one not in keys]:
            missing[name] = gone
    assert missing == {}


def _filled_at_once(node: ast.AST) -> list[int]:
    """Lines where a text is filled in outside of any function, that is once, in whatever language loads the module."""
    found = []
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Mod) and ast.unparse(inner.left).startswith("_("):
            found.append(inner.lineno)
        found += _filled_at_once(inner)
    return found


def test_no_text_is_filled_in_before_somebody_reads_it() -> None:
    files = [name for name in tree.files() if name.endswith(".py") and not name.startswith(("tests/", "bench/"))]
    assert {name: lines for name in files if (lines := _filled_at_once(ast.parse(tree.text(name))))} == {}
    with translation.override("de"):
        assert "Mindestens 8 Zeichen" in str(NewPassword())
