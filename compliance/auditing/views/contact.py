"""Whom to write to about one's data: what the organisation says of itself in the record of processing."""

from typing import Any

from accounts.access.rules import open_to_all
from compliance.auditing import rules
from compliance.subjects import queries as subjects
from panel.kernel.installation import organisation
from panel.kernel.registries import settings
from panel.ui.pages import Page


@open_to_all("Whoever has a question about their data must find whom to ask (GDPR Art. 13(1)(a) and (b)).")
class Contact(Page):
    template_name = "compliance/auditing/contact.html"

    def context(self) -> dict[str, Any]:
        told = settings.values(rules.CONTROLLER)
        return {
            "sections": subjects.headings(),
            "controller": told[rules.NAME] or organisation(),
            "address": told[rules.ADDRESS],
            "contact": told[rules.CONTACT],
            "officer": told[rules.OFFICER],
        }
