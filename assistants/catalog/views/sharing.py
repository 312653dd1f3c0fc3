"""Who may what on one assistant."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.access.rules import door
from assistants.catalog import forms
from assistants.catalog.queries import sharing
from assistants.catalog.rules import permits
from assistants.catalog.services import grants
from assistants.catalog.views.base import OfAssistant
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage


@door(permits.VIEW, post=permits.SHARE)
class Grants(OfAssistant, FormPage):
    form_class = forms.Grant
    template_name = "assistants/catalog/grants.html"

    def form_options(self) -> dict[str, Any]:
        return {"receivers": sharing.receivers(self.actor, self.assistant)}

    def context(self) -> dict[str, Any]:
        return {**super().context(), "grants": sharing.of(self.assistant, self.at)}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        kind, _colon, receiver_id = given["receiver"].partition(":")
        grants.share(
            actor=self.actor,
            assistant=self.assistant,
            receiver=(kind, receiver_id),
            role=given["role"],
            reason=given["reason"],
            expires_at=given["expires_at"],
            at=self.at,
        )
        self.tell(_("Shared."))
        return self.page("grants")


@door(permits.SHARE)
class Withdrawal(OfAssistant, Act):
    def perform(self) -> Text:
        grants.unshare(actor=self.actor, assistant=self.assistant, grant_id=self.kwargs["grant_id"], at=self.at)
        return _("Taken back.")

    def back(self) -> str:
        return self.page("grants")
