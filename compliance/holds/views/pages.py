"""Pages of one hold: what it covers, widening, release."""

from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import door
from accounts.approvals.queries import standing
from compliance.holds import forms, queries
from compliance.holds.models import Hold
from compliance.holds.rules import permits, states
from compliance.holds.rules.states import WORDS, State
from compliance.holds.services import placing, releasing
from compliance.holds.views.lists import LOOKS
from panel.kernel.errors import Missing
from panel.kernel.registries import objects
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page


@door(permits.PLACE)
class New(FormPage):
    """`?kind=` and `?value=` fill in what somebody came to keep, from its own page."""

    form_class = forms.New
    template_name = "compliance/holds/new.html"

    def initial(self) -> dict[str, Any]:
        return {name: self.request.GET.get(name, "")[:40] for name in ("kind", "assistant", "value")}

    def form_options(self) -> dict[str, Any]:
        return {"assistants": objects.choices(self.actor, "assistant")}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        wanted = placing.Wanted(given["reference"], given["title"], given["reason"], [form.line])
        hold = placing.place(actor=self.actor, wanted=wanted, at=self.at)
        drafted = hold.state == State.DRAFT
        self.tell(_("It waits for a second person.") if drafted else _("In force. Nothing that it covers is deleted."))
        return reverse("holds:detail", args=[hold.id])


class OfHold(Page):
    @cached_property
    def hold(self) -> Hold:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["hold_id"]).first()
        if found is None:
            raise Missing(_("There is no such hold."))
        return found

    def context(self) -> dict[str, Any]:
        state = State(self.hold.state)
        return {
            "hold": self.hold,
            "look": LOOKS[state],
            "word": WORDS[state],
            "in_force": state in states.EFFECTIVE,
            "may": queries.rights(self.actor),
            "back": self.back(),
        }

    def back(self) -> str:
        return reverse("holds:detail", args=[self.hold.id])


@door(permits.VIEW)
class Detail(OfHold):
    template_name = "compliance/holds/detail.html"

    def context(self) -> dict[str, Any]:
        hold = self.hold
        cooling = hold.cooling_since if hold.state == State.COOLING else None
        return {
            **super().context(),
            "lines": queries.lines(self.actor, hold),
            "versions": queries.versions(hold),
            "counts": queries.counts(hold),
            "attempts": queries.attempts(self.actor).filter(hold=hold).order_by("-id")[:20],
            "until": cooling + states.COOLING if cooling else None,
            "waits": standing.waiting_about(hold.journal_ref, self.at),
        }


@door(permits.PLACE)
class Widening(OfHold, FormPage):
    form_class = forms.Scope
    template_name = "compliance/holds/widening.html"

    def form_options(self) -> dict[str, Any]:
        return {"assistants": objects.choices(self.actor, "assistant")}

    def perform(self, form: Any) -> str:
        reason = form.cleaned_data["reason"]
        placing.widen(actor=self.actor, hold=self.hold, lines=[form.line], reason=reason, at=self.at)
        self.tell(_("Wider now. What was kept stays kept."))
        return self.back()


@door(permits.RELEASE)
class Release(OfHold, FormPage):
    """Ask a second person."""

    form_class = forms.Reason
    template_name = "compliance/holds/release.html"

    def perform(self, form: Any) -> str:
        releasing.ask(actor=self.actor, hold=self.hold, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("Asked. When a second person approves, a day is left to call it off."))
        return self.back()


@door(permits.PLACE)
class Keeping(OfHold, FormPage):
    """Call a release off."""

    form_class = forms.Reason
    template_name = "compliance/holds/keeping.html"

    def perform(self, form: Any) -> str:
        releasing.keep(actor=self.actor, hold=self.hold, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("The release is called off. The hold stays in force."))
        return self.back()


@door(permits.PLACE)
class Discard(OfHold, Act):
    def perform(self) -> Text:
        placing.discard(actor=self.actor, hold=self.hold, at=self.at)
        return _("Discarded. It keeps nothing and stays listed.")
