"""docs/reference/authorization.md: every address and method against the whole cast, from what the doors declare."""

import importlib
from collections.abc import Iterator
from typing import Any

from accounts.access.rules import Door, Permit, door_of
from tests.architecture.routes import Route, routes
from tests.architecture.sweep import verdicts
from tests.architecture.sweep.verdicts import CAST, METHODS, Verdict

# Whose verdicts are the same by nature stand in one column; `test_verdicts` tries each of them.
COLUMNS = ("adam", "alice", "dora", "pia", "olga", "owen", "edith", "bob", "charlie", "gus", "nobody")
SAME = {"charlie": ("otto", "xena"), "nobody": ("nora", "dirk")}
INTRO = (
    "Who may do what at which address, written from the declarations of the doors; the sweep"
    " (`tests/architecture/sweep`) tries each line with everybody.\n\n"
    "“yes”: everywhere. “theirs”: on an object on which they have the role; the cast's owner, editor and read-only member"
    " have it on one object, the stranger on none, and what they may not see is not there (404). “section”: a guest who was"
    " given that section. Empty: refused (403), and in the last column: asked to sign in. “fresh”: a person proves a second"
    " factor of the last five minutes first. An API key does what its owner may do and its scopes name.\n\n"
    "“Stranger” is also a member of another team and somebody whose grant has run out; “nobody” is also whoever stopped"
    " before the second factor or was disabled. Open addresses say why in the list at the end."
)


def _mark(name: str, door: Door, permit: Permit | None, sections: frozenset[str]) -> str:
    persona = CAST[name]
    if persona.sections and permit is not None and permit.name in sections and not persona.roles & permit.roles:
        return "section"
    verdict = verdicts.of(persona, door, permit)
    if verdict in {Verdict.YES, Verdict.OPEN}:
        return "yes"
    if verdict is Verdict.OBJECT and permit is not None and verdicts.may_on(persona, permit):
        return "theirs"
    return ""


def _lines(route: Route, door: Door) -> Iterator[tuple[str, Permit | None]]:
    """Methods that ask for the same, together."""
    found: dict[Permit | None, list[str]] = {}
    for method in verdicts.handled(route):
        found.setdefault(door.permit_for(method), []).append(method.upper())
    for permit, methods in found.items():
        yield " ".join(methods), permit


def _address(route: Route) -> str:
    return "/" + route.pattern.replace("uuid:", "").replace("slug:", "").replace("str:", "").replace("int:", "")


def lines(sections: frozenset[str]) -> list[list[str]]:
    found = []
    for route in sorted(routes(), key=lambda one: one.pattern):
        door = door_of(route.view)
        if door is None or door.why_open:
            continue
        for methods, permit in _lines(route, door):
            marks = [_mark(name, door, permit, sections) for name in COLUMNS]
            name = f"`{permit.name}`" if permit else "nobody"
            found.append([f"`{_address(route)}`", methods, name, "yes" if permit and permit.fresh else "", *marks])
    return found


def opened() -> list[list[str]]:
    found = []
    for route in sorted(routes(), key=lambda one: one.pattern):
        door = door_of(route.view)
        if door is not None and door.why_open:
            methods = " ".join(one.upper() for one in METHODS if one in verdicts.handled(route))
            found.append([f"`{_address(route)}`", methods, door.why_open])
    return found


def gateway() -> list[list[str]]:
    app: Any = importlib.import_module("assistants.gateway.engine.app")
    found = []
    for path, scopes in app.SCOPES.items():
        words = " or ".join(f"`{one}`" for one in scopes)
        method = "POST" if path in app.POSTED else "GET"
        found.append(
            [f"`{path}`", method, f"a key or access token that works, with the scope {words}, from its addresses"]
        )
    found += [
        [f"`{path}`", "POST", "a ticket of the page that shows the stream: signed, for one use, of an open session"]
        for path in app.STREAMS
    ]
    return found
