"""Kinds of objects on which roles can be given: a slice registers its own in its hooks."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from accounts.access import queries as access
from accounts.access.rules import Permit
from panel.kernel.actors import Actor


def _nothing(_obj: Model, _at: datetime) -> None:
    """Most kinds have no gateway that must hear of a change."""


@dataclass(frozen=True)
class Grantable:
    """`find` one by id, `permit` gives roles on it, `in_hand` are the ids of all on which an actor may do that; `see`
    opens its page, `model` holds it; `touched` is told after each change, in its transaction."""

    kind: str
    find: Callable[[UUID], Model | None]
    permit: Permit
    in_hand: Callable[[Actor], QuerySet[Any]]
    see: Permit
    model: type[Model]
    touched: Callable[[Any, datetime], None] = _nothing


_grantable: dict[str, Grantable] = {}


def register_grantable(one: Grantable) -> None:
    _grantable[one.kind] = one


def grantable(kind: str) -> Grantable | None:
    return _grantable.get(kind)


def grantables() -> list[Grantable]:
    return list(_grantable.values())


def seen(actor: Actor, kind: str, object_id: UUID) -> Model | None:
    """The object if the actor may open its page."""
    one = _grantable.get(kind)
    if one is None:
        return None
    rows: QuerySet[Any] = one.model._default_manager.all()
    found: Model | None = access.visible(rows, actor, one.see).filter(pk=object_id).first()
    return found
