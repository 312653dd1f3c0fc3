"""The first step that makes a key."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from accounts.credentials.queries import keys as queries
from accounts.credentials.views.pages import New
from panel.kernel.actors import Actor
from panel.kernel.registries import objects
from panel.kernel.registries.setup import FirstStep, Place


class First(New):
    template_name = "accounts/credentials/first.html"

    def initial(self) -> dict[str, Any]:
        return {
            "name": "first-app",
            "assistants": [str(one) for one, _title in objects.choices(self.actor, "assistant")],
        }

    def context(self) -> dict[str, Any]:
        return {"place": self.kwargs["place"]}


def show(request: HttpRequest, place: Place) -> HttpResponseBase:
    return First.as_view()(request, place=place)


def done(actor: Actor, at: datetime) -> bool:
    found: bool = queries.visible_to(actor).active(at).exists()  # type: ignore[attr-defined]
    return found


STEP = FirstStep("key", _("API key"), _("Call it from your code"), 40, show, done)
