"""Pinned tests: what they say of the draft now, keep one, remove one."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.access.rules import door
from assistants.catalog import forms
from assistants.catalog.queries import pinned, versions
from assistants.catalog.rules import permits
from assistants.catalog.services import pinned as services
from assistants.catalog.views.base import OfAssistant
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage


@door(permits.VIEW, post=permits.EDIT)
class Cases(OfAssistant, FormPage):
    """The list with fresh results against the draft, and the form for a new one."""

    form_class = forms.Case
    template_name = "assistants/catalog/cases.html"

    def context(self) -> dict[str, Any]:
        content = versions.content_of_draft(versions.draft_of(self.assistant))
        checked = pinned.check(self.assistant, content)
        waiting = [] if checked else pinned.of(self.assistant)
        failed = sum(not one.passed for one in checked)
        return {**super().context(), "checked": checked, "waiting": waiting, "failed": failed}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        services.keep_case(
            actor=self.actor,
            assistant=self.assistant,
            title=given["title"],
            messages=[{"role": "user", "content": given["messages"]}],
            answer=given["answer"] if given["answer"].strip() else "",
            expected=given["expected"],
            at=self.at,
        )
        self.tell(_("Kept. It runs before every publish."))
        return self.page("cases")


@door(permits.EDIT)
class CaseRemoval(OfAssistant, Act):
    def perform(self) -> Text:
        case = pinned.one(self.assistant, self.kwargs["case_id"])
        if case is None:
            raise Missing(_("There is no such pinned test."))
        services.drop_case(actor=self.actor, assistant=self.assistant, case=case, at=self.at)
        return _("Removed. It no longer runs before a publish.")

    def back(self) -> str:
        return self.page("cases")
