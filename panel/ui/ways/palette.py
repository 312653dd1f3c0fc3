"""The palette: pages, objects and what can be done, found by a few letters and filtered by permit on the server.

Pages come from the menu. Objects come from who registers a search; each answers within one indexed query for what the
actor may see:

    palette.register(palette.Search(_("Assistants"), "bot", find, permit=VIEW, order=10))
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from panel.kernel.actors import Actor
from panel.ui import menu
from panel.ui.menu import Text, allowed

MOST = 8
"""So many of a kind."""
LONGEST = 80


@dataclass(frozen=True)
class Hit:
    title: Text
    url: str
    icon: str
    note: Text = ""


@dataclass(frozen=True)
class Search:
    """`find(actor, text, most)` gives (title, address, note) of what the actor may see."""

    label: Text
    icon: str
    find: Callable[[Actor, str, int], Sequence[tuple[Text, str, Text]]]
    permit: Any = None
    order: int = 50


@dataclass(frozen=True)
class Act:
    """Something that can be begun from anywhere: it opens its page, which asks and confirms."""

    label: Text
    url_name: str
    icon: str = "plus"
    permit: Any = None


@dataclass(frozen=True)
class Section:
    label: Text
    hits: list[Hit]


_searches: dict[str, Search] = {}
_acts: dict[str, Act] = {}


def register(search: Search) -> None:
    _searches[str(search.find.__module__) + search.find.__qualname__] = search


def register_act(act: Act) -> None:
    _acts[act.url_name] = act


def find(request: HttpRequest, text: str) -> list[Section]:
    """Sections with at least one hit. Without text: every page and act, no objects."""
    actor, words = menu.actor_of(request), " ".join(text[:LONGEST].replace("\0", " ").split())
    found = [_acts_for(actor, words), _pages(request, words)]
    if words:
        for search in sorted(_searches.values(), key=lambda one: one.order):
            if allowed(actor, search.permit):
                rows = search.find(actor, words, MOST)
                found.append(Section(search.label, [Hit(title, url, search.icon, note) for title, url, note in rows]))
        # Objects before pages: who types a name wants the thing.
        found = [*found[2:], *found[:2]]
    return [one for one in found if one.hits]


def _pages(request: HttpRequest, words: str) -> Section:
    hits = [
        Hit(entry.item.label, entry.url, entry.item.icon, menu.GROUPS[group])
        for group in menu.GROUPS
        for entry in menu.entries(request, group)
        if entry.item.method == "get"
    ]
    return Section(_("Pages"), [one for one in hits if _fits(words, one)])


def _acts_for(actor: Actor, words: str) -> Section:
    acts = [one for one in _acts.values() if allowed(actor, one.permit)]
    hits = [Hit(one.label, menu.url_of(one.url_name), one.icon) for one in acts]
    return Section(_("Do"), [one for one in hits if one.url and _fits(words, one)])


def _fits(words: str, hit: Hit) -> bool:
    """Each word begins a word of the title or of its group."""
    known = f"{hit.title} {hit.note}".casefold().split()
    return all(any(one.startswith(word) for one in known) for word in words.casefold().split())
