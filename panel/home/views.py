"""The front page: what needs you, whether all is as usual, whether all is well."""

from typing import Any

from accounts.access.rules import SIGNED_IN, door
from panel.ui import cards
from panel.ui.pages import Page


@door(SIGNED_IN)
class Now(Page):
    template_name = "home/now.html"

    def context(self) -> dict[str, Any]:
        return {"board": cards.board(self.actor, self.at), "at": self.at}
