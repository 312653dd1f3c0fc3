"""How long what is said to an assistant is kept: a page, and a piece of the assistant's overview."""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import door
from assistants.catalog.models import Assistant
from assistants.catalog.queries import assistants
from assistants.catalog.queries.overview import Part
from assistants.catalog.rules import permits
from assistants.conversations import forms
from compliance.retention import queries
from compliance.retention.rules.classes import spelled
from compliance.retention.services import ruling
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.ui.pages import FormPage


@door(permits.VIEW, post=permits.KEEP)
class Keeping(FormPage):
    form_class = forms.Keeping
    template_name = "assistants/conversations/retention.html"

    @cached_property
    def assistant(self) -> Assistant:
        found = assistants.visible_to(self.actor).filter(id=self.kwargs["assistant_id"]).first()
        if found is None:
            raise Missing(_("There is no such assistant."))
        return found

    def initial(self) -> dict[str, Any]:
        chosen = queries.choice(self.assistant.id)
        return {"rule": chosen.rule_id if chosen else ""}

    def form_options(self) -> dict[str, Any]:
        days = queries.default_days(self.at)
        return {
            "choices": queries.choices("content", self.at),
            "default": _("As the organisation: %(days)s") % {"days": spelled(days)},
        }

    def context(self) -> dict[str, Any]:
        may = access.can(self.actor, permits.KEEP, self.assistant)
        return {"assistant": self.assistant, "may_keep": may, "back": self.back(), **(told(self.assistant, self.at))}

    def back(self) -> str:
        return reverse("catalog:detail", args=[self.assistant.id])

    def perform(self, form: Any) -> str:
        rights.require(self.actor, permits.KEEP, self.assistant)
        ruling.choose(actor=self.actor, assistant=self.assistant.id, rule=form.cleaned_data["rule"], at=self.at)
        self.tell(_("Saved. It counts for what is said from now on."))
        return self.back()


def told(assistant: Assistant, at: datetime) -> dict[str, Any]:
    """Class and days of what is said to it now."""
    name = queries.content_classes([assistant.id], at)[assistant.id]
    return {"name": name, "days": dict(queries.choices("content", at))[name]}


def values(actor: Actor, assistant: Assistant, at: datetime) -> dict[str, Any] | None:
    """Nothing for an assistant that keeps nothing."""
    if not assistant.store_content:
        return None
    return {
        **told(assistant, at),
        "url": reverse("conversations:retention", args=[assistant.id]),
        "may": access.can(actor, permits.KEEP, assistant),
    }


PART = Part("retention", "assistants/conversations/parts/retention.html", values)
