"""`QuerySet.update()` and its kin save without the change feed's signals (django-auditlog sees `save()` and `delete()` only).

So each use names why nothing is lost: the verb journals it, or it is upkeep that says nothing about what somebody did.
"""

import ast
from collections.abc import Iterator

from tests.architecture import tree

BULK = {"update", "bulk_update"}
QUERY = (".objects", ".filter(", ".exclude(", "_default_manager")
UPKEEP = "upkeep: the day or mark of something that was journalled, or needs no entry"
JOURNALLED = "the verb that calls it journals what it did"
BESIDE = {
    "accounts/credentials/services/keys.py": JOURNALLED,
    "accounts/credentials/services/uses.py": UPKEEP,
    "accounts/elevation/": JOURNALLED,
    "accounts/signin/": JOURNALLED,
    "assistants/chat/services/": "the chat of the public is no act of staff; its verbs journal what ends or goes",
    "assistants/conversations/services/keeping.py": UPKEEP,
    "assistants/conversations/services/retained.py": "a run of retention, which leaves a signed manifest",
    "assistants/gateway/services.py": UPKEEP,
    "panel/": "the ground is not watched by the feed; its verbs journal themselves",
    "compliance/": JOURNALLED,
}
# Who may what is changed row by row, always: here no reason counts.
NEVER = ("accounts/access/", "accounts/grants/", "accounts/roles/", "accounts/teams/", "accounts/people/")


def _queries(function: ast.AST) -> set[str]:
    """Names in a function that hold a queryset."""
    return {
        target.id
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and any(mark in ast.unparse(node.value) for mark in QUERY)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _bulk(source: ast.Module) -> Iterator[int]:
    """Lines of calls that change rows behind the feed's back."""
    for function in ast.walk(source):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        held = _queries(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in BULK:
                on = node.func.value
                text = ast.unparse(on)
                if any(mark in text for mark in QUERY) or (isinstance(on, ast.Name) and on.id in held):
                    yield node.lineno


def test_the_lint_sees_what_it_looks_for() -> None:
    seen = ast.parse(
        "def f():\n    rows = Team.objects.filter(id=1)\n    rows.update(name='x')\n    d = {}\n    d.update(a=1)"
    )
    assert list(_bulk(seen)) == [3]
    assert list(_bulk(ast.parse("def f():\n    Team.objects.update(name='x')"))) == [2]


def test_nothing_is_saved_behind_the_change_feeds_back_without_a_reason() -> None:
    silent = [
        f"{name}:{line}"
        for name in tree.python()
        if not name.startswith(tuple(BESIDE))
        for line in _bulk(tree.parsed(name))
    ]
    assert silent == []


def test_rights_are_never_saved_behind_its_back() -> None:
    assert [
        f"{name}:{line}" for name in tree.python() if name.startswith(NEVER) for line in _bulk(tree.parsed(name))
    ] == []
