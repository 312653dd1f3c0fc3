"""Calls as a source of a list page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from assistants.conversations import queries
from assistants.conversations.models import Call, CallQuerySet
from assistants.conversations.rules import REQUEST_PREFIX
from assistants.gateway.views import words
from assistants.gateway.views.waterfall import milliseconds
from panel.kernel.actors import Actor
from panel.kernel.registries import objects
from panel.ui.lists.columns import Filter
from panel.ui.lists.keyset import Cursor
from panel.ui.lists.sources import Source

FIELDS = {"assistant": "assistant", "api_key": "key", "user": "person", "provider": "provider"}
"""Kinds of the object resolver, and where a call names one."""


@dataclass(frozen=True)
class Trace:
    """A call with the names that its actor may know."""

    call: Call
    names: dict[tuple[str, UUID], objects.Card]

    @property
    def pk(self) -> UUID:
        return self.call.id

    @property
    def at(self) -> datetime:
        return self.call.at

    @property
    def request_id(self) -> str:
        return f"{REQUEST_PREFIX}{self.call.id.hex}"

    @property
    def title(self) -> str:
        return words.title(self.call)

    @cached_property
    def steps(self) -> list[queries.Step]:
        return queries.steps(self.call)

    @property
    def tape(self) -> list[str]:
        return [step.action for step in self.steps]

    @property
    def millis(self) -> str:
        return milliseconds(self.call.total_us)

    @property
    def tokens(self) -> int:
        return self.call.tokens_in + self.call.tokens_out

    def card(self, kind: str) -> objects.Card | None:
        """What stands behind the call: "assistant", "api_key", "user" (who tried it in the playground), "provider"."""
        key = getattr(self.call, FIELDS[kind])
        return self.names.get((kind, key)) if key else None

    @property
    def caller(self) -> objects.Card | None:
        """The key that called, or the person."""
        return self.card("api_key") or self.card("user")

    @property
    def called_by(self) -> str | None:
        """The caller's name; for a reader who may not know it the end of its id, so that callers can be told apart."""
        if self.caller:
            return self.caller.title
        if self.call.key:
            return _("Key …%(end)s") % {"end": self.call.key.hex[-4:]}
        return _("Person …%(end)s") % {"end": self.call.person.hex[-4:]} if self.call.person else None

    @property
    def verdict(self) -> str:
        """The worst action; a call that was refused before any guard ran has none."""
        untouched = self.call.error and self.call.action == "allow" and not any(step.ran for step in self.steps)
        return "not_run" if untouched else self.call.action


def named(actor: Actor, calls: Sequence[Call]) -> list[Trace]:
    """One look-up a kind for all rows."""
    wanted = {kind: {getattr(call, field) for call in calls if getattr(call, field)} for kind, field in FIELDS.items()}
    names = {
        (kind, key): card
        for kind, keys in wanted.items()
        if keys
        for key, card in objects.cards(actor, kind, keys).items()
    }
    return [Trace(call, names) for call in calls]


@dataclass(frozen=True)
class Traces:
    """Sorted by time only: any other order would read every partition."""

    actor: Actor
    rows: CallQuerySet

    def search(self, found: list[str]) -> Source:
        return Traces(self.actor, queries.searched(self.rows, found[0]))

    def narrow(self, one: Filter, value: str) -> Source:
        return Traces(self.actor, one.apply(self.rows, value) if one.apply else self.rows)

    def window(self, field: str, cursor: Cursor | None, *, ascending: bool, limit: int) -> list[Any]:  # noqa: ARG002
        beyond = cursor.id if cursor else None
        return named(self.actor, queries.page(self.rows, beyond=beyond, newer=ascending, limit=limit))

    def everything(self, field: str, *, ascending: bool, limit: int) -> list[Any]:
        return self.window(field, None, ascending=ascending, limit=limit)

    def value(self, row: Any, field: str) -> Any:
        return getattr(row, field)

    def any(self) -> bool:
        return self.rows.exists()
