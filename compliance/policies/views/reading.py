"""Pages of everybody on the staff: what to accept, and what is in force."""

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import door
from compliance.policies import forms, queries
from compliance.policies.models import Policy, PolicyVersion
from compliance.policies.rules import permits
from compliance.policies.rules.kinds import KIND_NAMES, LANGUAGES, Kind
from compliance.policies.services import accepting
from compliance.policies.views.base import wanted
from panel.kernel.errors import Conflict, Missing
from panel.ui.pages import FormPage, Page


@door(permits.READ)
class Mine(Page):
    """What waits for one's acceptance, then what is in force."""

    template_name = "compliance/policies/mine.html"

    def context(self) -> dict[str, Any]:
        duties = queries.duties(self.actor.id, self.at) if self.actor.id else []
        waiting = {duty.policy.id for duty in duties}
        rows = queries.visible_to(self.actor).kept().order_by("name")
        others = [
            (one, KIND_NAMES[Kind(one.kind)])
            for one in rows
            if one.id not in waiting and queries.in_force(one, self.at)
        ]
        return {"duties": [(duty, duty.overdue(self.at)) for duty in duties], "others": others}


@door(permits.READ)
class Read(FormPage):
    """A policy in force, to read and accept."""

    form_class = forms.Acceptance
    template_name = "compliance/policies/read.html"

    @cached_property
    def policy(self) -> Policy:
        found = queries.visible_to(self.actor).kept().filter(slug=self.kwargs["slug"]).first()
        if found is None:
            raise Missing(_("There is no such policy."))
        return found

    @cached_property
    def version(self) -> PolicyVersion:
        found = queries.in_force(self.policy, self.at)
        if found is None:
            raise Missing(_("This policy is not in force yet."))
        return found

    def context(self) -> dict[str, Any]:
        shown = queries.shown(self.version, wanted(self.request))
        duties = queries.duties(self.actor.id, self.at) if self.actor.id else []
        return {
            "policy": self.policy,
            "shown": shown,
            "languages": [(one, LANGUAGES[one]) for one in shown.languages],
            "duty": next((duty for duty in duties if duty.policy.id == self.policy.id), None),
        }

    def initial(self) -> dict[str, Any]:
        language = queries.shown(self.version, wanted(self.request)).language
        return {"version": str(self.version.id), "language": language}

    def perform(self, form: Any) -> str:
        if form.cleaned_data["version"] != self.version.id:
            raise Conflict(_("Another version is in force by now. Read that one."))
        language: str = form.cleaned_data["language"]
        accepting.accept(actor=self.actor, version=self.version, language=language, at=self.at)
        self.tell(_("Accepted. Thank you."))
        return reverse("policies:mine")
