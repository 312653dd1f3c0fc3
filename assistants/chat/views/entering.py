"""Ways in from outside: an invitation link, and the frame of a widget."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.access.rules import open_to_all
from assistants.chat.queries import visits
from assistants.chat.rules.chats import HEADER, Way
from assistants.chat.services import inviting, visiting
from assistants.chat.views.base import set_token
from panel.kernel.errors import Missing, TooMany
from panel.ui.pages import Page


@open_to_all("Whoever holds an invitation comes in by it. Looking uses nothing up.")
class Invited(Page):
    template_name = "assistants/chat/invited.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        try:
            found = inviting.look(token=self.kwargs["token"], now=timezone.now())
        except Missing as refusal:
            return self._closed(refusal.sentence)
        setting = visits.offered(found.assistant.slug)
        if setting is None or not setting.invited:
            return self._closed(str(_("This chat is closed at the moment. Ask who sent you the link.")))
        return self.show(setting=setting, name=setting.name or found.assistant.name)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        try:
            found = inviting.look(token=self.kwargs["token"], now=timezone.now())
            setting = visits.offered(found.assistant.slug)
            if setting is None or not setting.invited:
                return self._closed(str(_("This chat is closed at the moment. Ask who sent you the link.")))
            found, token = visiting.enter(token=self.kwargs["token"], at=self.at)
        except (Missing, TooMany) as refusal:
            return self._closed(refusal.sentence)
        answer = HttpResponseRedirect(reverse("chat:talk", args=[found.assistant.slug]))
        set_token(answer, found.assistant.id, token)
        return answer

    def _closed(self, sentence: str) -> HttpResponseBase:
        return render(self.request, "assistants/chat/closed.html", {"sentence": sentence}, status=404)


@open_to_all("The frame of a widget says nothing of anybody; what is inside asks like every chat page.")
class Frame(Page):
    """An empty page of ours that sites on the list may show in a frame: only they stand in its frame-ancestors."""

    template_name = "assistants/chat/frame.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        setting = visits.offered(self.kwargs["slug"])
        if setting is None or not setting.anyone or not setting.sites:
            sentence = _("There is no chat here for you. It may be closed, or only for people who were asked in.")
            return render(request, "assistants/chat/closed.html", {"sentence": sentence}, status=404)
        answer = self.show(
            setting=setting,
            name=setting.name or setting.assistant.name,
            data={
                "home": reverse("chat:talk", args=[setting.assistant.slug]),
                "header": HEADER,
                "slug": setting.assistant.slug,
            },
            way=Way.OPEN,
        )
        answer._csp_replace = {"frame-ancestors": list(setting.sites)}  # type: ignore[attr-defined]
        answer.xframe_options_exempt = True  # older than frame-ancestors and unable to list sites
        return answer
