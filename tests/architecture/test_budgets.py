"""Small pieces: files, functions, templates and folders stay within what a reader can hold."""

import ast
from collections import defaultdict
from pathlib import PurePosixPath

from tests.architecture import tree

FILE, FUNCTION, TEMPLATE, FOLDER = 250, 30, 80, 16
# A verifier travels alone, so it is one file; its sections are short.
ALONE = ("panel/journal/verifiers/verify.py", "panel/journal/verifiers/earlier/1/verify.py")
# Folders whose entries are of one kind, found by name and never read as a whole.
SHELVES = (
    "templates/elements",
    "templates/emails",
    "static/css/elements",
    "static/fonts",
    "static/img",
    "docs/reference",
)


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body, without signature and docstring."""
    body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
    return (node.end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_python_file_is_longer_than_250_lines() -> None:
    long = {name: tree.text(name).count("\n") for name in tree.python(*tree.PRODUCT, "tests", "bench")}
    assert {name: lines for name, lines in long.items() if lines > FILE and name not in ALONE} == {}


def test_no_function_is_longer_than_30_lines() -> None:
    long = {
        f"{name}:{node.lineno} {node.name}": _length(node)
        for name in tree.python()
        for node in ast.walk(tree.parsed(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: lines for name, lines in long.items() if lines > FUNCTION} == {}


def test_no_template_is_longer_than_80_lines() -> None:
    templates = [name for name in tree.files() if name.startswith("templates/") and name.endswith(".html")]
    long = {name: tree.text(name).count("\n") for name in templates}
    assert {name: lines for name, lines in long.items() if lines > TEMPLATE} == {}


def test_no_folder_holds_more_than_16_entries() -> None:
    held: dict[str, set[str]] = defaultdict(set)
    for name in tree.files():
        parts = PurePosixPath(name).parts
        for depth in range(1, len(parts)):
            held["/".join(parts[:depth])].add(parts[depth])
    crowded = {
        folder: sorted(entries)
        for folder, entries in held.items()
        if len(entries - {"__init__.py", "migrations"}) > FOLDER
        and not folder.startswith(SHELVES)
        and not folder.endswith("/migrations")
    }
    assert crowded == {}
