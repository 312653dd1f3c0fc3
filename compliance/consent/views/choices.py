"""A person's own choices in the privacy centre: what is asked, how it stands, one step to give and one to take back."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access.rules import open_to_subject
from compliance.consent import queries
from compliance.consent.models import Purpose
from compliance.consent.services import choosing, receipts
from compliance.consent.services.ledger import Shown
from compliance.subjects import queries as subjects
from compliance.subjects.rules import Visitor
from panel.kernel.errors import Conflict, Invalid, Missing
from panel.ui.pages import Page
from panel.ui.web.files import attachment

SIGNAL = "Sec-GPC"


class OfVisitor(Page):
    @property
    def visitor(self) -> Visitor:
        found: Visitor = self.request.visitor  # type: ignore[attr-defined]
        return found

    def context(self) -> dict[str, Any]:
        return {"sections": subjects.headings(), "visitor": self.visitor}

    def hear_signal(self) -> None:
        """A browser that sends Global Privacy Control has said no to sale and sharing."""
        if self.request.headers.get(SIGNAL) == "1":
            choosing.signal(subject=self.visitor.subject, actor=self.visitor.actor, at=self.at)


@open_to_subject
class Choices(OfVisitor):
    template_name = "compliance/consent/choices.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.hear_signal()
        return super().get(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        found = queries.choices(self.visitor.subject, self.at, [get_language() or "en"])
        return {
            **super().context(),
            "asked": [one for one in found if one.asked],
            "told": [one for one in found if not one.asked and not one.objected],
            "objected": [one for one in found if one.objected],
            "records": [(one, queries.called(one)) for one in queries.records_of(self.visitor.subject)[:50]],
            "signal": self.request.headers.get(SIGNAL) == "1",
        }


@open_to_subject
class Choice(OfVisitor):
    """POST with `answer` yes gives, in the words that the form carries; no takes back. Both are one step."""

    @cached_property
    def purpose(self) -> Purpose:
        found = queries.choosable(self.kwargs["slug"], self.visitor.subject)
        if found is None:
            raise Missing(_("There is no such purpose."))
        return found

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002 - Django's
        return HttpResponseRedirect(reverse("consent:choices"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        sent = request.POST
        try:
            if sent.get("answer") == "yes":
                shown = Shown(sent.get("language", "")[:6], sent.get("words", "")[:64], sent.get("notice", "")[:64])
                self._give(shown, age_confirmed=sent.get("age") == "yes")
                self.tell(_("Thank you. You can take it back here at any time, in one step."))
            else:
                choosing.withdraw(
                    actor=self.visitor.actor,
                    subject=self.visitor.subject,
                    purpose=self.purpose,
                    channel="centre",
                    at=self.at,
                )
                self.tell(_("Taken back. It holds from now on."))
        except (Invalid, Conflict) as refusal:
            self.tell(refusal.sentence, failed=True)
        return HttpResponseRedirect(reverse("consent:choices"))

    def _give(self, shown: Shown, *, age_confirmed: bool) -> None:
        choosing.give(
            actor=self.visitor.actor,
            subject=self.visitor.subject,
            purpose=self.purpose,
            shown=shown,
            channel="centre",
            at=self.at,
            age_confirmed=age_confirmed,
        )


@open_to_subject
class Receipt(OfVisitor):
    """The signed bundle of one act, which verifies without the panel."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        record_id: UUID = self.kwargs["record_id"]
        record = queries.record(self.visitor.subject, record_id)
        if record is None:
            raise Missing(_("There is no such choice of yours."))
        built = receipts.build(actor=self.visitor.actor, record=record, at=self.at)
        return attachment(built.data, f"receipt-{record.id}.zip", "application/zip")
