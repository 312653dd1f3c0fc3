"""The front page: what needs you, whether all is as usual, whether all is well."""

from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.access.rules import SIGNED_IN, door
from panel.ui import cards
from panel.ui.pages import Page


@door(SIGNED_IN)
class Now(Page):
    template_name = "home/now.html"

    def context(self) -> dict[str, Any]:
        return {"board": cards.board(self.actor, self.at), "at": self.at, "greeting": greeting(localtime(self.at).hour)}


def greeting(hour: int) -> str:
    """By the hour of the reader's zone, 0 to 23."""
    if hour < 12:
        return _("Good morning")
    return _("Good afternoon") if hour < 18 else _("Good evening")
