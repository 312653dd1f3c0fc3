"""The demo's tour: what is worth seeing first, one stop a slice, for those who may go there.

tour.register(tour.Stop(20, _("An attack, stopped"), _("..."), "gateway:traces", "?verdict=block", SEE_TRACES))
"""

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse

from panel.kernel.actors import Actor
from panel.ui.menu import Text, allowed


@dataclass(frozen=True)
class Stop:
    """`query` follows the address: a tour leads to what there is to see, not to the head of a list."""

    order: int
    title: Text
    sentence: Text
    url_name: str
    query: str = ""
    permit: Any = None

    @property
    def url(self) -> str:
        try:
            return reverse(self.url_name) + self.query
        except NoReverseMatch:
            return ""


_stops: dict[str, Stop] = {}


def register(stop: Stop) -> None:
    """One stop for each page."""
    _stops[stop.url_name] = stop


def stops(actor: Actor) -> list[Stop]:
    found = [one for one in _stops.values() if one.url and allowed(actor, one.permit)]
    return sorted(found, key=lambda one: one.order)
