"""The first step that makes an assistant."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from assistants.catalog.queries import assistants, parts
from assistants.catalog.rules.templates import TEMPLATES
from assistants.catalog.services import first
from panel.kernel.actors import Actor
from panel.kernel.registries.setup import FirstStep, Place
from panel.ui.forms import Cards
from panel.ui.pages import FormPage


class Choice(forms.Form):
    template = forms.ChoiceField(
        label=_("Template"),
        choices=[(one.slug, one.name) for one in TEMPLATES.values()],
        initial=next(iter(TEMPLATES)),
        widget=Cards(details={one.slug: (one.prompt, "") for one in TEMPLATES.values()}),
    )


class First(FormPage):
    form_class = Choice
    template_name = "assistants/catalog/parts/first.html"

    def context(self) -> dict[str, Any]:
        made = assistants.visible_to(self.actor).filter(live_version__isnull=False).order_by("-created_at").first()
        return {"place": self.kwargs["place"], "made": made, "provider": parts.for_a_start()}

    def perform(self, form: Any) -> str:
        first.make(actor=self.actor, template=TEMPLATES[form.cleaned_data["template"]], at=self.at)
        onward: str = self.kwargs["place"].next
        return onward


def show(request: HttpRequest, place: Place) -> HttpResponseBase:
    return First.as_view()(request, place=place)


def done(actor: Actor, _at: datetime) -> bool:
    return assistants.visible_to(actor).filter(live_version__isnull=False).exists()


STEP = FirstStep("assistant", _("Assistant"), _("From a template"), 20, show, done)
