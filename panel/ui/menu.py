"""The rail: slices register their pages; what somebody may not open is not shown.

    menu.register(Item("build", _("Assistants"), "catalog:assistants", "bot", permit=SEE, order=10))

The floor above decides: `accounts.access` calls `set_judge` and `set_identity`, because panel.ui knows no people.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from panel.kernel import actors
from panel.kernel.actors import Actor

Text = str | Promise
GROUPS: dict[str, Text] = {
    "overview": _("Overview"),
    "build": _("Build"),
    "gateway": _("Gateway"),
    "assure": _("Assure"),
    "comply": _("Comply"),
    "admin": _("Admin"),
    "account": _("Account"),  # the menu under the person's name, not the rail
}


@dataclass(frozen=True)
class Item:
    """`permit` None: everybody who is signed in. `count` runs for every page that shows the rail: one indexed query.
    `method` "post" makes a form (signing out)."""

    group: str
    label: Text
    url_name: str
    icon: str
    permit: Any = None
    order: int = 50
    count: Callable[[Actor], int | None] | None = None
    urgent: bool = False
    method: str = "get"


@dataclass(frozen=True)
class Entry:
    item: Item
    url: str
    current: bool
    count: int | None


@dataclass(frozen=True)
class Identity:
    """Who is signed in, in words for the rail's foot."""

    name: str
    role: Text

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name

    @property
    def initials(self) -> str:
        words = self.name.split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@dataclass(frozen=True)
class Banner:
    """The state of the whole panel, on every page while it lasts. `tone` is block, redact or info."""

    title: Text
    text: Text = ""
    tone: str = "block"
    icon: str = "circle-x"
    verb: Text = ""
    url: str = ""


@dataclass
class _State:
    items: dict[tuple[str, str], Item]
    judge: Callable[[Actor, Any], bool]
    identity: Callable[[HttpRequest], Identity | None]
    banners: list[Callable[[Actor], Banner | None]] = field(default_factory=list)


_state = _State({}, lambda actor, permit: permit is None, lambda request: None)  # noqa: ARG005


def register(item: Item) -> None:
    """Raises ValueError for a group that does not exist."""
    if item.group not in GROUPS:
        raise ValueError(f"The menu has no group {item.group!r}: {', '.join(GROUPS)}.")
    _state.items[item.group, item.url_name] = item


def items() -> list[Item]:
    return list(_state.items.values())


def set_judge(judge: Callable[[Actor, Any], bool]) -> None:
    """`judge(actor, permit)`: may this actor open pages behind this permit?"""
    _state.judge = judge


def set_identity(identity: Callable[[HttpRequest], Identity | None]) -> None:
    """`identity(request)`: None when nobody is signed in (the shell then has no rail)."""
    _state.identity = identity


def register_banner(probe: Callable[[Actor], Banner | None]) -> None:
    """`probe` runs for every page with the rail: no query, or one indexed one."""
    _state.banners.append(probe)


def banners(actor: Actor) -> list[Banner]:
    return [found for probe in _state.banners if (found := probe(actor)) is not None]


def identity(request: HttpRequest) -> Identity | None:
    return _state.identity(request)


def allowed(actor: Actor, permit: Any) -> bool:
    """For everything that shows or hides by permit: menu, cards, buttons."""
    return permit is None or _state.judge(actor, permit)


def actor_of(request: HttpRequest) -> Actor:
    return getattr(request, "actor", actors.ANONYMOUS)


def entries(request: HttpRequest, group: str) -> list[Entry]:
    """What this request's actor sees of a group, in order; the item whose URL is the longest prefix is current."""
    actor = actor_of(request)
    here = current_url(request)
    shown = []
    for item in sorted((one for one in items() if one.group == group), key=lambda one: (one.order, str(one.label))):
        url = _url(item)
        if url and allowed(actor, item.permit):
            shown.append(Entry(item, url, url == here, item.count(actor) if item.count else None))
    return shown


def current_url(request: HttpRequest) -> str:
    """The URL of the menu item that this page belongs to, or ""."""
    found = [url for item in items() if (url := _url(item)) and item.method == "get" and request.path.startswith(url)]
    best = max(found, key=len, default="")
    return best if best != "/" or request.path == "/" else ""


def _url(item: Item) -> str:
    return url_of(item.url_name)


def url_of(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""  # a slice that is not wired into the URLs has no page; a system check says so
