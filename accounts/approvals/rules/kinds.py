"""Kinds of things that need four eyes. A slice registers its own in hooks:

    kinds.register(Kind("vault.reveal", _("Show a secret's value"), ask=permits.USE, approve=permits.MANAGE,
                        describe=effects.describe, current=effects.current, perform=effects.perform))

An effect is JSON of ids, names, numbers: all that is needed to do it. What people type goes into the reason.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from accounts.access.rules import Permit
from accounts.approvals.rules.states import USUAL

Effect = Mapping[str, Any]


@dataclass(frozen=True)
class Shown:
    """An effect in words: what will happen, line by line (label, value), and what must be known before."""

    title: Any
    lines: list[tuple[Any, Any]] = field(default_factory=list)
    warning: Any = ""
    url: str = ""


def _nobody(_effect: Effect) -> Iterable[UUID]:
    return ()


@dataclass(frozen=True)
class Kind:
    """`ask` and `approve` are the permits of the two sides. `describe(effect)` is what people read; `current(effect)`
    the facts that it applies to (name -> JSON value; when one differs at the time of approving, the approval is overtaken);
    `perform(approval, at)` does it inside the approval's transaction, once, as `approval.actor`; a Refusal that it raises leaves
    everything as it was.

    `about(effect)`: persons who may not approve, because it happens to them. `makers(effect)`: who made what is approved: they
    may not either, unless the organisation's rule of separation only warns. `approvers`: how many (1 or 2). `lends`:
    deputies may use the right of whom they stand in for; else they need it themselves. `facts` are titles of the facts.
    For permits on objects: `find(id)` is the object, `in_hand(actor)` all that an actor may approve for.
    """

    name: str
    title: Any
    ask: Permit
    approve: Permit
    describe: Callable[[Effect], Shown]
    current: Callable[[Effect], Mapping[str, Any]]
    perform: Callable[[Any, datetime], None]
    approvers: int = 1
    lasts: timedelta = USUAL
    lends: bool = False
    about: Callable[[Effect], Iterable[UUID]] = _nobody
    makers: Callable[[Effect], Iterable[UUID]] = _nobody
    facts: Mapping[str, Any] = field(default_factory=dict)
    find: Callable[[UUID], Any] | None = None
    in_hand: Callable[[Any], Any] | None = None


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Raises ValueError for a number of approvers that is not 1 or 2."""
    if kind.approvers not in {1, 2}:
        raise ValueError("One or two people approve.")
    _kinds[kind.name] = kind


def registered() -> dict[str, Kind]:
    return dict(_kinds)


def known(name: str) -> Kind:
    """Raises LookupError: nobody registered it, a fault in the calling slice."""
    return _kinds[name]
