"""How a person wants a list: columns, density, and views (a name for a search, filters and an order)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Conflict, Forbidden, Invalid
from panel.kernel.ids import new_id
from panel.ui.menu import Text
from panel.ui.models import ListSetting

KEY = "session:lists"
MOST_VIEWS, MOST_LISTS = 20, 200
LONGEST_NAME, LONGEST_QUERY = 40, 1000
NOT_KEPT = ("after", "before", "format", "peek", "shown", "csrfmiddlewaretoken")
"""Parameters of a list's address that are no part of a view."""


@dataclass(frozen=True)
class View:
    """`own`: the person's, else one that the page brings along. `query` is sorted, so that equal views are equal text."""

    id: str
    name: Text
    query: str
    default: bool = False
    own: bool = False


@dataclass(frozen=True)
class Remembered:
    hidden: frozenset[str] = frozenset()
    compact: bool = False
    views: tuple[View, ...] = ()

    @property
    def default(self) -> View | None:
        return next((one for one in self.views if one.default), None)


def canonical(query: str) -> str:
    """What of an address makes a view: no place in the list, no open row."""
    return urlencode(sorted(pair for pair in parse_qsl(query, keep_blank_values=False) if pair[0] not in NOT_KEPT))


def preset(key: str, name: Text, query: str) -> View:
    """A view that a page brings along: `preset("blocked", _("Blocked"), "verdict=block")`."""
    return View(key, name, canonical(query))


def of(actor: Actor, name: str) -> Remembered:
    """One indexed row; nothing for keys, the console and people who are not signed in."""
    if actor.kind != "person" or actor.id is None or not name:
        return Remembered()
    row = ListSetting.objects.filter(person=actor.id, name=name).first()
    if row is None:
        return Remembered()
    views = tuple(View(own=True, **one) for one in row.views or ())
    return Remembered(frozenset(map(str, row.hidden)), row.compact, views)


@transaction.atomic
def keep(*, actor: Actor, name: str, title: str, query: str, default: bool, at: datetime) -> View:
    """Keep a view; one of the same name is replaced. Raises Invalid, and Conflict when there are too many."""
    title, query = " ".join(title.split()), canonical(query)
    if not 1 <= len(title) <= LONGEST_NAME:
        raise Invalid(_("Give the view a name of at most %(n)s characters.") % {"n": LONGEST_NAME})
    if not query or len(query) > LONGEST_QUERY:
        raise Invalid(_("Search, filter or sort the list first: a view keeps that."))
    row = _row(actor, name)
    old = [one for one in row.views or [] if one["name"].casefold() != title.casefold()]
    if len(old) >= MOST_VIEWS:
        raise Conflict(_("A list holds %(n)s views. Remove one first.") % {"n": MOST_VIEWS})
    view: dict[str, Any] = {"id": str(new_id()), "name": title, "query": query, "default": default}
    row.views = [*([{**one, "default": False} for one in old] if default else old), view]
    row.save(update_fields=["views"])
    journal.record("ui.view.kept", actor=actor, detail={"list": name, "default": default}, at=at)
    return View(own=True, **view)


@transaction.atomic
def remove(*, actor: Actor, name: str, view_id: str, at: datetime) -> None:
    """Removing what is not there does nothing."""
    row = _row(actor, name)
    left = [one for one in row.views or [] if one["id"] != view_id]
    if len(left) != len(row.views or []):
        row.views = left
        row.save(update_fields=["views"])
        journal.record("ui.view.removed", actor=actor, detail={"list": name}, at=at)


@transaction.atomic
def open_with(*, actor: Actor, name: str, view_id: str) -> None:
    """The view that the list opens with; an empty or unknown id: everything."""
    row = _row(actor, name)
    row.views = [{**one, "default": one["id"] == view_id} for one in row.views or []]
    row.save(update_fields=["views"])


@transaction.atomic
def choose(*, actor: Actor, name: str, hidden: list[str], compact: bool) -> None:
    """Columns and density. The page ignores names that it does not know."""
    row = _row(actor, name)
    row.hidden, row.compact = sorted(set(hidden))[:50], compact
    row.save(update_fields=["hidden", "compact"])


def _row(actor: Actor, name: str) -> ListSetting:
    """The locked row, made on first use."""
    if actor.kind != "person" or not isinstance(actor.id, UUID):
        raise Forbidden(_("Only people have views of lists."))
    found = ListSetting.objects.select_for_update().filter(person=actor.id, name=name).first()
    if found is None:
        if ListSetting.objects.filter(person=actor.id).count() >= MOST_LISTS:
            raise Conflict(_("Too many lists are remembered already."))
        fresh = ListSetting(person=actor.id, name=name, key_id=keyring.named(KEY), views=[])
        ListSetting.objects.bulk_create([fresh], ignore_conflicts=True)
        found = ListSetting.objects.select_for_update().get(person=actor.id, name=name)
    return found
