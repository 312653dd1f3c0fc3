"""Entering letters and calls, the organisation's deadlines and days off."""

from datetime import UTC, date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import door
from compliance.requests import forms
from compliance.requests.queries import clocks, reading, statistics, tracks
from compliance.requests.rules import permits
from compliance.requests.rules.wishes import Wish
from compliance.requests.services import asking, settling
from compliance.requests.services.asking import Entered
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page


@door(permits.ENTER)
class New(FormPage):
    form_class = forms.Entered
    template_name = "compliance/requests/new.html"

    def initial(self) -> dict[str, Any]:
        return {"regime": clocks.default_regime(), "kind": "deletion"}

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        names = ("kind", "words", "regime", "agent", "agent_contact", "mandate", "document")
        wish = Wish(**{name: given[name] for name in names})
        got = given["received_at"]
        entered = Entered(
            given["source"], got if got.tzinfo else got.replace(tzinfo=UTC), given["email"], given["identifier"],
            given["checked"],
        )  # fmt: skip
        made = asking.enter(actor=self.actor, wish=wish, entered=entered, at=self.at)
        return reverse("requests:detail", args=[made.id])


@door(permits.SEE)
class Deadlines(Page):
    template_name = "compliance/requests/deadlines.html"

    def context(self) -> dict[str, Any]:
        return {
            "regimes": [(one, tracks.span(one.answer), tracks.span(one.extension)) for one in clocks.regimes().values()],
            "days": clocks.days_off(),
            "may": reading.rights(self.actor),
            "numbers": statistics.numbers(reading.visible_to(self.actor), self.at),
        }  # fmt: skip


@door(permits.SETTLE)
class Clock(FormPage):
    form_class = forms.Clock
    template_name = "compliance/requests/clock.html"
    edits = True

    def _regime(self) -> Any:
        found = clocks.regimes().get(self.kwargs["name"])
        if found is None:
            raise Missing(_("There is no such law here."))
        return found

    def initial(self) -> dict[str, Any]:
        one = self._regime()
        return {
            "answer": one.answer.count, "extension": one.extension.count if one.extension else 0,
            "acknowledge": one.acknowledge.count if one.acknowledge else 0, "rolls": one.rolls, "pauses": one.pauses,
        }  # fmt: skip

    def context(self) -> dict[str, Any]:
        return {"regime": self._regime(), "back": reverse("requests:deadlines")}

    def perform(self, form: Any) -> str:
        settling.settle(actor=self.actor, name=self.kwargs["name"], at=self.at, **form.cleaned_data)
        self.tell(_("Saved. Open requests have their dates anew."))
        return reverse("requests:deadlines")


@door(permits.SETTLE)
class NewHoliday(FormPage):
    form_class = forms.Holiday
    template_name = "compliance/requests/holiday.html"

    def context(self) -> dict[str, Any]:
        return {"back": reverse("requests:deadlines")}

    def perform(self, form: Any) -> str:
        settling.add_holiday(actor=self.actor, at=self.at, **form.cleaned_data)
        return reverse("requests:deadlines")


@door(permits.SETTLE)
class NoHoliday(Act):
    """POST: people work on that day after all."""

    def perform(self) -> Text | None:
        try:
            day = date.fromisoformat(self.kwargs["day"])
        except ValueError:
            raise Missing(_("There is no such day.")) from None
        settling.remove_holiday(actor=self.actor, day=day, at=self.at)
        return _("Removed. Open requests have their dates anew.")

    def back(self) -> str:
        return reverse("requests:deadlines")
