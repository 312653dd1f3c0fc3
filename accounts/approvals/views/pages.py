"""One approval: exactly what is asked, who decided, and the two buttons."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import SIGNED_IN, door
from accounts.approvals import forms
from accounts.approvals.models import Approval
from accounts.approvals.queries import reading, standing
from accounts.approvals.rules import kinds
from accounts.approvals.rules.permits import DECIDE
from accounts.approvals.rules.states import STATE_WORDS, WARN_AT, State
from accounts.approvals.services import asking, deciding
from accounts.approvals.views.lists import DOTS, places
from accounts.people import queries as people
from panel.kernel.errors import Missing
from panel.kernel.installation import organisation
from panel.ui.pages import Act, FormPage, Page


class OfApproval(Page):
    template_name = "accounts/approvals/approval.html"

    @cached_property
    def one(self) -> Approval:
        found = standing.visible_to(self.actor, self.at).filter(id=self.kwargs["approval_id"]).first()
        if found is None:
            raise Missing(_("There is no such approval."))
        return found

    def context(self) -> dict[str, Any]:
        one, state = self.one, reading.state_of(self.one, self.at)
        kind, opened = kinds.registered().get(one.kind), state == State.OPEN
        read = reading.read(one, compare=opened)
        return {
            "one": one,
            "kind": kind.title if kind else one.kind,
            "reading": read,
            "samples": [{"label": "JSON", "text": read.text}],
            "where": places(self.actor, [one]).get(one.object_id, "") if one.object_id else "",
            "who": people.name(one.asker_id) if one.asker_id else organisation() or "ClawPanel",
            "words": reading.words_of(one),
            "state": state,
            "word": STATE_WORDS[state],
            "dot": DOTS.get(state, "draft"),
            "own": one.asker_id is not None and one.asker_id == self.actor.id,
            "closed_by": people.name(one.closed_by_id) if one.closed_by_id else "",
            **self.deciding(opened=opened),
        }

    def deciding(self, *, opened: bool) -> dict[str, Any]:
        """Who has decided, and the forms for whoever may."""
        stand, decisions = standing.stand(self.actor, self.one, self.at), reading.decisions_of(self.one)
        decided = any(each.row.person_id == self.actor.id for each in decisions)
        may = opened and not stand.why_not and not decided
        return {
            "decisions": decisions,
            "decided": decided,
            "stand": stand,
            "lent_by": people.name(stand.lent_by) if stand.lent_by else "",
            "pace": self.pace() if may else 0,
            "approve": forms.Approve(initial={"digest": self.one.digest}) if may else None,
            "refuse": forms.Refuse() if may else None,
        }

    def pace(self) -> int:
        """How many this person approved within the hour, once that is many."""
        count = len(reading.approved_within_hour(self.actor.id, self.at)) if self.actor.id else 0
        return count if count >= WARN_AT else 0

    def back(self) -> str:
        return reverse("approvals:approval", args=[self.one.id])


@door(SIGNED_IN)
class Detail(OfApproval):
    """What is asked, to the letter."""


class Deciding(OfApproval, FormPage):
    """One of two forms of the page: it answers a POST, and leads back for a GET."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(self.back())


@door(DECIDE)
class Approving(Deciding):
    form_class = forms.Approve

    def show(self, *, status: int = 200, **values: Any) -> Any:
        return super().show(status=status, approve=values.pop("form"), **values)

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        row = deciding.approve(
            actor=self.actor, approval=self.one, seen=given["digest"], note=given["note"], at=self.at
        )  # fmt: skip
        done = row.state == State.PERFORMED
        self.tell(_("Approved and done.") if done else _("Approved. It waits for one more person."))
        return self.back()


@door(DECIDE)
class Refusal(Deciding):
    form_class = forms.Refuse

    def show(self, *, status: int = 200, **values: Any) -> Any:
        return super().show(status=status, refuse=values.pop("form"), **values)

    def perform(self, form: Any) -> str:
        deciding.refuse(actor=self.actor, approval=self.one, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("Refused. Who asked reads your words."))
        return self.back()


@door(SIGNED_IN)
class Withdrawal(OfApproval, Act):
    def perform(self) -> str:
        asking.withdraw(actor=self.actor, approval=self.one, at=self.at)
        return _("Withdrawn. Nothing was done.")
