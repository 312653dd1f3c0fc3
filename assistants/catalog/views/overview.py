"""One assistant: what it is, the kill switch, its name, and the danger zone."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.rules import door
from assistants.catalog import forms
from assistants.catalog.queries import assistants, keys, overview, parts, snippets, versions
from assistants.catalog.rules import permits
from assistants.catalog.services import assistants as verbs
from assistants.catalog.services import purposes, switch
from assistants.catalog.views.base import OfAssistant
from panel.kernel.errors import Invalid
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage


@door(permits.VIEW)
class Detail(OfAssistant):
    template_name = "assistants/catalog/detail.html"

    def context(self) -> dict[str, Any]:
        assistant = self.assistant
        return {
            **super().context(),
            "facts": assistants.facts(assistant),
            "samples": snippets.for_assistant(assistant.slug, settings.BASE_URL),
            "events": versions.timeline(assistant),
            "stop": forms.Reason(),
            "consequences": self._consequences(),
            "parts": overview.parts(self.actor, assistant, self.at),
            "goals": overview.goals(self.actor, assistant, self.at),
            "stopped_by": assistants.by_whom(assistant.stopped_by_kind, assistant.stopped_by_id),
        }

    def _consequences(self) -> list[dict[str, Any]]:
        count = keys.count(self.assistant.id, self.at)
        sentence = ngettext("%(count)s key gets 503 at once.", "%(count)s keys get 503 at once.", count)
        return [
            {"icon": "key-round", "text": sentence % {"count": count}},
            {"icon": "scissors", "text": _("Running answers are cut.")},
            {"icon": "undo-2", "text": _("You can resume later, in one step.")},
        ]


@door(permits.PAUSE)
class Suspension(OfAssistant, Act):
    """The kill switch."""

    def perform(self) -> Text:
        form = forms.Reason(self.request.POST)
        if not form.is_valid():
            raise Invalid(fields={"reason": _("Say why you stop it, in at most 300 characters.")})
        done = switch.pause(actor=self.actor, assistant=self.assistant, reason=form.cleaned_data["reason"], at=self.at)
        if done.silent:
            sentence = _(
                "Stopped. %(count)s gateway workers have not confirmed yet; they refuse by themselves in seconds."
            )
            return sentence % {"count": len(done.silent)}
        return _("Stopped everywhere. Every call gets 503 from now on.")


@door(permits.PAUSE)
class Resumption(OfAssistant, Act):
    def perform(self) -> Text:
        switch.resume(actor=self.actor, assistant=self.assistant, at=self.at)
        return _("Resumed. It answers again.")


@door(permits.VIEW, post=permits.EDIT)
class Description(OfAssistant, FormPage):
    """Name and description; at the foot the danger zone."""

    edits = True
    form_class = forms.Description
    template_name = "assistants/catalog/settings.html"

    def initial(self) -> dict[str, Any]:
        one = self.assistant
        return {"name": one.name, "description": one.description, "team_id": one.team_id}

    def form_options(self) -> dict[str, Any]:
        return {"teams": parts.teams()}

    def perform(self, form: Any) -> str:
        verbs.describe(actor=self.actor, assistant=self.assistant, at=self.at, **form.cleaned_data)
        self.tell(_("Saved."))
        return self.page("description")


@door(permits.KEEP)
class ContentStorage(OfAssistant, Act):
    """POST `wanted`: 1 keeps what is said from now on, anything else stops that."""

    def perform(self) -> Text:
        wanted = self.request.POST.get("wanted") == "1"
        purposes.keep_content(actor=self.actor, assistant=self.assistant, wanted=wanted, at=self.at)
        if wanted:
            return _("What is said is kept from now on, sealed. Reading it takes a reason and a factor.")
        return _("Nothing that is said is kept from now on. What is stored stays until its time is over.")

    def back(self) -> str:
        return self.page("description")


@door(permits.ARCHIVE)
class Archival(OfAssistant, Act):
    def perform(self) -> Text:
        reason = self.request.POST.get("reason", "")
        verbs.archive(actor=self.actor, assistant=self.assistant, reason=reason, at=self.at)
        return _("Archived. It answers no calls; its versions and traces stay.")


@door(permits.ARCHIVE)
class Restoration(OfAssistant, Act):
    def perform(self) -> Text:
        verbs.restore(actor=self.actor, assistant=self.assistant, reason="", at=self.at)
        return _("Back from the archive. It is stopped until you resume it.")


@door(permits.VIEW)
class Keys(OfAssistant):
    """API keys that may call this assistant."""

    template_name = "assistants/catalog/keys.html"

    def context(self) -> dict[str, Any]:
        context = {"keys": keys.of(self.assistant.id, self.at), "pk": str(self.assistant.id)}
        return {**super().context(), **context}
