"""Pages of whoever keeps the reviews: begin, hand on, close, cancel, rules, reports."""

from datetime import UTC, datetime, time
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access.rules import door
from accounts.people import queries as people
from compliance.reviews import forms
from compliance.reviews.queries import reading
from compliance.reviews.rules.permits import DECIDE, MANAGE, VIEW
from compliance.reviews.services import campaigns, closing, recurring
from compliance.reviews.services.reports import kept
from compliance.reviews.views.base import OfCampaign, plan_options, wanted
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page
from panel.ui.web.files import attachment


def _end_of(day: Any) -> datetime:
    return datetime.combine(day, time(23, 59, 59), UTC)


@door(MANAGE)
class New(FormPage):
    form_class = forms.New
    template_name = "compliance/reviews/new.html"

    def form_options(self) -> dict[str, Any]:
        return plan_options(self.actor)

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        row = campaigns.begin(actor=self.actor, wanted=wanted(given), due_at=_end_of(given["due_on"]), at=self.at)
        self.tell(_("Begun. The rights are being counted."))
        return reverse("reviews:campaign", args=[row.id])


@door(DECIDE)
class HandOn(OfCampaign, FormPage):
    """What waits for the actor goes to somebody else."""

    form_class = forms.HandOn
    template_name = "compliance/reviews/hand_on.html"

    def form_options(self) -> dict[str, Any]:
        return {"people": [(str(one), name) for one, name in people.choices() if one != self.actor.id]}

    def perform(self, form: Any) -> str:
        to = form.cleaned_data["to"]
        rows = self.campaign.items.waiting().filter(reviewer_id=self.actor.id)
        found = campaigns.hand_on(
            actor=self.actor, campaign=self.campaign, items=rows, to=UUID(to) if to else None, at=self.at
        )
        said = ngettext("%(n)s right handed on.", "%(n)s rights handed on.", found.done) % {"n": found.done}
        left = ngettext("%(n)s stays: it is about them.", "%(n)s stay: they are about them.", found.left)
        self.tell(f"{said} {left % {'n': found.left}}" if found.left else said)
        return reverse("reviews:campaigns")


@door(MANAGE)
class Closing(OfCampaign, Act):
    def perform(self) -> Text:
        closing.close(actor=self.actor, campaign=self.campaign, at=self.at)
        return _("Closing. The report is being written and signed.")


@door(MANAGE)
class Cancellation(OfCampaign, FormPage):
    form_class = forms.Reason
    template_name = "compliance/reviews/cancellation.html"

    def perform(self, form: Any) -> str:
        campaigns.cancel(actor=self.actor, campaign=self.campaign, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("Cancelled. What was revoked stays revoked."))
        return self.back()


@door(MANAGE)
class NewRule(FormPage):
    form_class = forms.Rule
    template_name = "compliance/reviews/new_rule.html"

    def form_options(self) -> dict[str, Any]:
        return plan_options(self.actor)

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        recurring.add(
            actor=self.actor, wanted=wanted(given), every=given["every"], days_open=given["days_open"], at=self.at,
            first_at=datetime.combine(given["first_on"], time(6), UTC),
        )  # fmt: skip
        self.tell(_("The rule stands. It begins reviews by itself."))
        return reverse("reviews:rules")


@door(MANAGE)
class RuleEnd(Act):
    def perform(self) -> Text:
        found = reading.rule(self.kwargs["review_rule_id"])
        if found is None:
            raise Missing(_("There is no such rule."))
        recurring.end(actor=self.actor, rule=found, at=self.at)
        return _("Ended. Reviews that run go on.")

    def back(self) -> str:
        return reverse("reviews:rules")


@door(VIEW)
class Taking(Page):
    """A report's bundle, or one of its files. Taking it is an event."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        found = reading.report(self.actor, self.kwargs["report_id"])
        if found is None:
            raise Missing(_("There is no such report."))
        name, content, data = kept.take(actor=self.actor, report=found, part=self.kwargs["part"], at=self.at)
        return attachment(data, name, content)
