"""The draft, and making it live."""

from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.access.rules import door
from assistants.catalog import forms
from assistants.catalog.models import Draft as DraftRow
from assistants.catalog.queries import assistants, parts, pinned, versions
from assistants.catalog.rules import permits
from assistants.catalog.services import drafts, publishing
from assistants.catalog.views.base import OfAssistant
from panel.ui.pages import FormPage


class OfDraft(OfAssistant):
    tab = "catalog:draft"

    def changed_by(self) -> str:
        return assistants.by_whom(self.draft.edited_by_kind, self.draft.edited_by_id)

    @cached_property
    def draft(self) -> DraftRow:
        return versions.draft_of(self.assistant)

    def context(self) -> dict[str, Any]:
        draft = self.draft
        return {
            **super().context(),
            "draft": draft,
            "edited_by": assistants.by_whom(draft.edited_by_kind, draft.edited_by_id),
            "number": versions.next_number(self.assistant),
        }


@door(permits.VIEW, post=permits.EDIT)
class Draft(OfDraft, FormPage):
    edits = True
    form_class = forms.Draft
    template_name = "assistants/catalog/draft.html"

    def initial(self) -> dict[str, Any]:
        draft = self.draft
        return {
            "system_prompt": draft.system_prompt,
            "provider": draft.provider_id,
            "model": draft.model,
            "policy": draft.policy_id,
            "revision": draft.revision,
            **draft.parameters,
        }

    def form_options(self) -> dict[str, Any]:
        return {"providers": parts.providers(), "policies": parts.policies()}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        drafts.edit(
            actor=self.actor,
            assistant=self.assistant,
            system_prompt=given["system_prompt"],
            provider_id=given["provider"],
            model=given["model"],
            policy_id=given["policy"],
            parameters=form.parameters(),
            revision=given["revision"],
            at=self.at,
        )
        self.tell(_("Saved. Nothing changes for callers until you publish."))
        return self.page("draft")


@door(permits.VIEW, post=permits.EDIT)
class Guards(OfDraft, FormPage):
    """The stages of the draft's policy, each of which the assistant may only make stricter."""

    tab = "catalog:guards"
    edits = True
    form_class = forms.Guards
    template_name = "assistants/catalog/guards.html"

    def form_options(self) -> dict[str, Any]:
        policy = self.draft.policy_id
        return {"stages": parts.stage_choices(policy) if policy else []}

    def initial(self) -> dict[str, Any]:
        return {
            "revision": self.draft.revision,
            **dict.fromkeys(parts.STAGES, forms.AS_POLICY),
            **{key: one["mode"] for key, one in self.draft.guards.items()},
        }

    def perform(self, form: Any) -> str:
        drafts.tighten(
            actor=self.actor,
            assistant=self.assistant,
            guards=form.guards(),
            revision=form.cleaned_data["revision"],
            at=self.at,
        )
        self.tell(_("Saved in the draft. Nothing changes for callers until you publish."))
        return self.page("guards")


@door(permits.PUBLISH)
class Publication(OfDraft, FormPage):
    """The diff to what is live, what will happen, and the message."""

    form_class = forms.Message
    template_name = "assistants/catalog/publication.html"

    def initial(self) -> dict[str, Any]:
        return {"revision": self.draft.revision}

    def context(self) -> dict[str, Any]:
        content = versions.content_of_draft(self.draft)
        tests = pinned.check(self.assistant, content)
        return {
            **super().context(),
            "comparison": versions.draft_against_live(self.assistant),
            "tests": tests,
            "failed": [one for one in tests if not one.passed],
        }

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        done = publishing.publish(
            actor=self.actor,
            assistant=self.assistant,
            message=given["message"],
            draft_revision=given["revision"],
            at=self.at,
        )
        self.tell(_("Version %(number)s is live.") % {"number": done.version.number})
        return self.back()
