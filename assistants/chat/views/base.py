"""What every page of a chat shares: whose browser it is, how it looks, and what to say when there is no chat for them."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assistants.chat.queries import visits
from assistants.chat.queries.visits import Visit
from assistants.chat.rules.chats import HEADER, SESSION_LIFE, Way
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Page

DONE: dict[str, Text] = {
    "deleted": _("The chat is deleted. It cannot come back."),
    "forgotten": _("Everything that you said here is deleted."),
    "rated": _("Thank you. That helps."),
    "taken_back": _("Taken back. It holds from now on."),
    "written": _("Your message is with a person now."),
}


NEXT = "X-Chat-Next"


def cookie_name(assistant: UUID) -> str:
    """One cookie for each assistant, so that nothing ties what somebody says to one to what they say to another."""
    return f"{'__Host-' if settings.SESSION_COOKIE_SECURE else ''}chat-{assistant.hex[-12:]}"


class OfChat(Page):
    """`visit` raises Missing for everybody who has no business here, which becomes the same page for every reason."""

    fresh: Visit | None = None

    @cached_property
    def visit(self) -> Visit:
        setting = visits.offered(self.kwargs["slug"])
        token = self.request.headers.get(HEADER, "")
        embedded = HEADER in self.request.headers
        if setting is not None and not embedded:
            token = self.request.COOKIES.get(cookie_name(setting.assistant_id), "")
        return visits.come(setting=setting, actor=self.actor, token=token, now=timezone.now(), embedded=embedded)

    @property
    def languages(self) -> list[str]:
        return [get_language() or "en"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.knock()
        except Missing as refusal:
            return render(request, "assistants/chat/closed.html", {"sentence": refusal.sentence}, status=404)
        response = super().dispatch(request, *args, **kwargs)
        if self.fresh is not None:
            leave(response, self.fresh)
        return response

    def knock(self) -> Visit:
        """The door is asked first, so that every page says no alike. Raises Missing."""
        return self.visit

    def keep(self, visit: Visit) -> None:
        """From now on this browser is known."""
        if visit.way is not Way.ACCOUNT and visit.token != self.visit.token:
            self.fresh = visit

    def url(self, name: str, *args: object) -> str:
        return reverse(f"chat:{name}", args=[self.kwargs["slug"], *args])

    def context(self) -> dict[str, Any]:
        visit = self.visit
        return {
            "visit": visit,
            "setting": visit.setting,
            "name": visit.name,
            "keep": visits.keep_of(visit.assistant),
            "days": visits.kept_days(visit.assistant, self.at),
            "slug": self.kwargs["slug"],
            "home": self.url("talk"),
            "done": DONE.get(self.request.GET.get("done", "")),
            "person": visit.way is Way.ACCOUNT,
        }


def leave(response: HttpResponseBase, visit: Visit) -> None:
    """Give the browser its token: in a header to a widget, which keeps it in its own storage, else in a cookie. A script does
    not see the headers of a redirect that is followed for it, so a widget is told where to go on."""
    if visit.embedded:
        response[HEADER] = visit.token
        if "Location" in response:
            response.status_code, response[NEXT] = 204, response["Location"]
            del response["Location"]
        return
    set_token(response, visit.assistant.id, visit.token)


def set_token(response: HttpResponseBase, assistant: UUID, token: str) -> None:
    options: Mapping[str, Any] = {"httponly": True, "samesite": "Lax", "secure": bool(settings.SESSION_COOKIE_SECURE)}
    response.set_cookie(cookie_name(assistant), token, max_age=int(SESSION_LIFE.total_seconds()), **options)
