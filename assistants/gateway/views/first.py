"""The first step that shows an attack being stopped."""

from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from assistants.catalog.queries import assistants
from assistants.conversations import queries as conversations
from assistants.gateway.views.source import Trace
from panel.kernel.actors import Actor
from panel.kernel.registries.setup import FirstStep, Place
from panel.ui.menu import actor_of


def show(request: HttpRequest, place: Place) -> HttpResponseBase:
    live = assistants.visible_to(actor_of(request)).filter(live_version__isnull=False)
    blocked = conversations.visible_to(actor_of(request)).filter(source="playground", action="block")
    found = conversations.page(blocked, limit=1)
    seen = Trace(found[0], {}) if found else None
    values = {"place": place, "assistant": live.order_by("-created_at").first(), "seen": seen}
    return render(request, "assistants/gateway/first.html", values)


def done(actor: Actor, _at: datetime) -> bool:
    return conversations.visible_to(actor).filter(source="playground").exists()


STEP = FirstStep("playground", _("Try it"), _("See an attack being stopped"), 30, show, done)
