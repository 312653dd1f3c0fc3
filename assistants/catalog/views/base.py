"""What every page about one assistant shares: the assistant that the actor may see, its tabs, what may be offered."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import services as access
from accounts.access.rules import door_of
from assistants.catalog.models import Assistant
from assistants.catalog.queries import assistants, parts, tabs
from assistants.catalog.rules import permits
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Page

STATE_WORDS: dict[str, Text] = {
    "draft": gettext_lazy("Draft"),
    "live": gettext_lazy("Live"),
    "paused": gettext_lazy("Stopped"),
    "archived": gettext_lazy("Archived"),
}
# The sign beside the word: a stopped assistant is red.
MARKS = {"paused": "stopped"}


def mark(state: str) -> str:
    return MARKS.get(state, state)


def framed(actor: Actor, assistant: Assistant, tab: str) -> dict[str, Any]:
    """What stands around every page of an assistant; `tab` is the URL's name of the one that is open."""
    return {
        "assistant": assistant,
        "state": STATE_WORDS[assistant.state],
        "mark": mark(assistant.state),
        "may": assistants.rights(actor, assistant),
        "tabs": [
            {"label": one.label, "url": reverse(one.url_name, args=[assistant.id]), "current": one.url_name == tab}
            for one in tabs.shown(actor, assistant)
        ],
        **parts.trouble(actor, assistant),
    }


class OfAssistant(Page):
    """An assistant that the actor may not see is missing; one on which they lack the page's right says so before anything
    is typed. `tab` is the tab of a page that has none of its own."""

    tab = ""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        declared = door_of(type(self))
        permit = declared.permit_for("post" if request.method == "POST" else "get") if declared else None
        if permit and permit is not permits.VIEW:
            access.require(self.actor, permit, self.assistant)
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def assistant(self) -> Assistant:
        rows = assistants.visible_to(self.actor).select_related("live_version__provider", "team")
        found = rows.filter(id=self.kwargs["assistant_id"]).first()
        if found is None:
            raise Missing(_("There is no such assistant."))
        return found

    def context(self) -> dict[str, Any]:
        return framed(self.actor, self.assistant, self.tab)

    def page(self, name: str, *args: object) -> str:
        return reverse(f"catalog:{name}", args=[self.assistant.id, *args])

    def back(self) -> str:
        return self.page("detail")
