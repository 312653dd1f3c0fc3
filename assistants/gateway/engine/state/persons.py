"""Whom calls are about: from the names that a client or a ticket gives to how this person's consents stand.

A name is found by its blind index, as compliance.subjects computes it (a test holds the two together). What was read is
held until a consent or a link of that person changes.
"""

import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from assistants.gateway.engine.calls import Call
from assistants.gateway.engine.errors import ApiError
from assistants.gateway.engine.state.consent import NOBODY, Person, person_of
from assistants.gateway.engine.state.rows import PERSON

HELD = 20_000
NOBODIES = 10_000
TRIES = 3
END_USER, API_KEY, ACCOUNT = "end_user", "api_key", "account"
KINDS = (END_USER, API_KEY, ACCOUNT)

Name = tuple[str, bytes]
Ask = Callable[..., Awaitable[tuple[Any, ...] | None]]


def name_of(call: Call, keys: Mapping[str, bytes]) -> Name | None:
    """(kind, blind index) of whom a call is about: the end user that the client named, within the assistant; who tries it
    in the panel; else the one subject of the API key. None while the keys of the indexes are not known."""
    if call.subject and call.assistant is not None:
        kind, text = END_USER, f"{call.assistant.id}|{call.subject.encode().hex()}"
    elif call.person is not None:
        kind, text = ACCOUNT, f"|{str(call.person).encode().hex()}"
    elif call.key is not None:
        kind, text = API_KEY, f"|{str(call.key.id).encode().hex()}"
    else:
        return None
    key = keys.get(kind, b"")
    return (kind, hmac.digest(key, text.encode(), "sha256")[:16]) if key else None


class Persons:
    """An LRU before one indexed read. `forget` is told whose consents or links changed."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._held: OrderedDict[Name, Person] = OrderedDict()
        self._names: dict[UUID, set[Name]] = {}
        self._nobodies: set[Name] = set()
        self._changes = 0

    async def find(self, name: Name) -> Person:
        """Raises ApiError while it cannot be asked. What changed while it was read is read again."""
        held = self._held.get(name)
        if held is not None:
            self._held.move_to_end(name)
            return held
        if name in self._nobodies:
            return NOBODY
        for _ in range(TRIES):
            before = self._changes
            try:
                row = await self._ask(PERSON, *name)
            except ApiError:
                break
            if before == self._changes:
                return self._remember(name, person_of(row) if row else NOBODY)
        raise ApiError("consent_unchecked")

    def _remember(self, name: Name, person: Person) -> Person:
        if not person.subjects:
            if len(self._nobodies) < NOBODIES:
                self._nobodies.add(name)
            return person
        self._held[name] = person
        for subject in person.subjects:
            self._names.setdefault(subject, set()).add(name)
        if len(self._held) > HELD:
            self._drop(next(iter(self._held)))
        return person

    def forget(self, subjects: Iterable[UUID]) -> None:
        """Whoever was unknown may be known now."""
        changed = list(subjects)
        if not changed:
            return
        self._changes += 1
        self._nobodies.clear()
        for subject in changed:
            for name in list(self._names.get(subject, ())):
                self._drop(name)

    def _drop(self, name: Name) -> None:
        person = self._held.pop(name, None)
        for subject in person.subjects if person else ():
            names = self._names[subject]
            names.discard(name)
            if not names:
                del self._names[subject]
