"""The front page: what needs you, whether all is as usual, whether all is well."""

from typing import Any

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access.rules import SIGNED_IN, door
from panel.home import reference
from panel.kernel.errors import Missing
from panel.ui import cards
from panel.ui.pages import Page
from panel.ui.ways import palette, tour


@door(SIGNED_IN)
class Now(Page):
    template_name = "home/now.html"

    def context(self) -> dict[str, Any]:
        panels = cards.panels(self.actor)
        board = cards.board(self.actor, self.at)
        return {
            "board": board,
            "ill": [check for check in board.checks if not check.well],
            "acts": cards.acts(self.actor),
            "panels": [one for one in panels if not one.side],
            "sides": [one for one in panels if one.side],
            "stops": tour.stops(self.actor) if settings.INSTALLATION_MODE == "demo" else [],
            "at": self.at,
            "greeting": greeting(localtime(self.at).hour),
        }


@door(SIGNED_IN)
class Panel(Page):
    """One part of the front page by itself: a fragment for the page, a page for who follows its link."""

    def context(self) -> dict[str, Any]:
        found = next((one for one in cards.panels(self.actor) if one.name == self.kwargs["name"]), None)
        if found is None:
            raise Missing(_("There is no such part of the front page."))
        return {"panel": found, "values": found.values(self.actor, self.at)}

    @property
    def template_name(self) -> str:  # type: ignore[override]
        return "home/panel_part.html" if getattr(self.request, "htmx", None) else "home/panel.html"


@door(SIGNED_IN)
class Palette(Page):
    """Find or do anything: sections for the dialog, a page where scripts are off."""

    def context(self) -> dict[str, Any]:
        text = self.request.GET.get("q", "")
        return {"text": text, "sections": palette.find(self.request, text)}

    @property
    def template_name(self) -> str:  # type: ignore[override]
        return "home/palette_hits.html" if getattr(self.request, "htmx", None) else "home/palette.html"


@door(SIGNED_IN)
class Keys(Page):
    """Every key that does something."""

    template_name = "home/keys.html"


@door(SIGNED_IN)
class Reference(Page):
    """The management API: its areas, and one area's operations."""

    @property
    def template_name(self) -> str:  # type: ignore[override]
        return "home/reference_area.html" if "area" in self.kwargs else "home/reference.html"

    def context(self) -> dict[str, Any]:
        areas = reference.areas(get_language() or "")
        if "area" not in self.kwargs:
            return {"areas": areas, "base": self.base}
        area = next((one for one in areas if one.name == self.kwargs["area"]), None)
        if area is None:
            raise Missing(_("The API has no such area."))
        return {"area": area, "operations": [(one, one.call(self.base)) for one in area.operations]}

    @property
    def base(self) -> str:
        return self.request.build_absolute_uri("/").rstrip("/")


def greeting(hour: int) -> str:
    """By the hour of the reader's zone, 0 to 23."""
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")
