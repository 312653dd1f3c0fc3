"""Rules of separation, and who breaks one now."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.rules import MANAGE_ROLES, SEE_PEOPLE, door
from accounts.duties import forms, queries, services
from accounts.duties.rules import STRENGTH_WORDS, Strength
from panel.kernel.errors import Missing
from panel.ui.pages import Act, FormPage, go

DOTS = {Strength.OFF: "draft", Strength.WARN: "paused", Strength.FORBID: "stopped"}


@door(SEE_PEOPLE, post=MANAGE_ROLES)
class Duties(FormPage):
    """POST makes a rule of the organisation's own."""

    form_class = forms.Add
    template_name = "accounts/duties/rules.html"

    def context(self) -> dict[str, Any]:
        found = queries.conflicts(self.at)
        counts: dict[str, int] = {}
        for one in found:
            counts[one.rule.name] = counts.get(one.rule.name, 0) + 1
        return {
            "rules": [
                (rule, STRENGTH_WORDS[rule.strength], DOTS[rule.strength], counts.get(rule.name, 0))
                for rule in queries.rules()
            ],
            "conflicts": found,
            "strengths": forms.STRENGTHS,
            "may": access.can(self.actor, MANAGE_ROLES),
        }

    def perform(self, form: forms.Add) -> str:
        given = form.cleaned_data
        services.add(
            actor=self.actor, first=given["first"], second=given["second"], strength=Strength(given["strength"]),
            at=self.at,
        )  # fmt: skip
        self.tell(_("The rule holds from now on. Who breaks it already stands below."))
        return reverse("duties:rules")


class OfRule(Act):
    def back(self) -> str:
        return reverse("duties:rules")


@door(MANAGE_ROLES)
class Strengths(OfRule):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.POST.get("strength") not in set(Strength):
            self.tell(_("Choose one of the three."), failed=True)
            return go(request, self.back())
        return super().post(request, *args, **kwargs)

    def perform(self) -> str:
        strength = Strength(self.request.POST["strength"])
        services.decide(actor=self.actor, name=self.kwargs["rule"], strength=strength, at=self.at)
        return _("Decided. It holds from the next role that is given.")


@door(MANAGE_ROLES)
class Removal(OfRule):
    def perform(self) -> str:
        if queries.decided(self.kwargs["rule"]) is None:
            raise Missing(_("There is no such rule."))
        services.remove(actor=self.actor, name=self.kwargs["rule"], at=self.at)
        return _("The rule is gone.")
