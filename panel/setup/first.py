"""`/setup/first-steps/`: what follows the set-up, for an administrator, until it is finished."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.kernel.registries import setup
from panel.setup import queries
from panel.setup.rules import FIRST_STEPS, KEEP_KEYS
from panel.setup.services import progress
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page


def _url(step: setup.FirstStep) -> str:
    return reverse("setup:first_step", args=[step.name])


def _rail(actor: Actor, at: datetime, here: setup.FirstStep | None) -> list[dict[str, Any]]:
    """Behind the set-up's own steps: here, answered before, or ahead. A step ahead stays ahead, and says what exists."""
    rail, reached = setup.rail(setup.steps(), ""), queries.reached()
    steps = setup.first_steps()
    stands = steps.index(here) if here else len(steps)
    for place, one in enumerate(steps):
        made = one.done(actor, at)
        behind = place < stands and (place < reached or made)
        state = "now" if one is here else "done" if behind else "ahead"
        note = _("Made already") if made and place > stands else one.note
        line = {"label": one.title, "meta": note, "state": state, "number": len(rail) + 1}
        rail.append(line if one is here else line | {"url": _url(one)})
    return rail


def _place(step: setup.FirstStep, actor: Actor, at: datetime) -> setup.Place:
    steps, rail = setup.first_steps(), _rail(actor, at, step)
    here = steps.index(step)
    back = _url(steps[here - 1]) if here else ""
    onward = _url(steps[here + 1]) if here + 1 < len(steps) else reverse("setup:completion")
    return setup.Place(len(rail) - len(steps) + here + 1, rail, back, onward)


@door(FIRST_STEPS)
class FirstSteps(Page):
    """Leads to the step after the last one that was answered or whose work exists."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        if queries.ended():
            return HttpResponseRedirect(reverse("home:now"))
        steps = setup.first_steps()
        made = max((place for place, one in enumerate(steps, 1) if one.done(self.actor, self.at)), default=0)
        after = max(made, queries.reached())
        return HttpResponseRedirect(_url(steps[after]) if after < len(steps) else reverse("setup:completion"))


@door(FIRST_STEPS)
class FirstStep(Page):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        step = next((one for one in setup.first_steps() if one.name == kwargs["name"]), None)
        if step is None:
            raise Missing(_("There is no such step."))
        if queries.ended():
            return HttpResponseRedirect(reverse("home:now"))
        place = _place(step, self.actor, self.at)
        answer: HttpResponseBase = step.show(request, place)
        if request.method == "POST" and getattr(answer, "url", "") == place.next:
            onward = setup.first_steps()[setup.first_steps().index(step) + 1 :]
            progress.reach(actor=self.actor, step=onward[0].name if onward else step.name)
        return answer


@door(FIRST_STEPS)
class Completion(Act):
    """The end: what is worth doing next. POST finishes the wizard."""

    template_name = "setup/completion.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        if queries.ended():
            return HttpResponseRedirect(self.back())
        steps = setup.first_steps()
        place = setup.Place(0, _rail(self.actor, self.at, None), _url(steps[-1]) if steps else "", "")
        return self.show(place=place, lines=queries.checklist(self.actor, self.at))

    def perform(self) -> Text | None:
        progress.end(actor=self.actor, at=self.at)
        return None

    def back(self) -> str:
        return reverse("home:now")


@door(FIRST_STEPS)
class Checklist(Act):
    """POST takes the checklist from the front page."""

    def perform(self) -> Text:
        progress.put_away(actor=self.actor, at=self.at)
        return _("The checklist is put away. Everything on it stays in the menu.")

    def back(self) -> str:
        return reverse("home:now")


class Kept(forms.Form):
    kept = forms.BooleanField(
        label=gettext_lazy("A copy of both keys is stored outside this machine"),
        error_messages={"required": gettext_lazy("Store the keys first, then say so here.")},
    )


@door(KEEP_KEYS)
class Keys(FormPage):
    """Where the key-encryption keys are, and the word that a copy is stored."""

    form_class = Kept
    template_name = "setup/keys.html"

    def context(self) -> dict[str, Any]:
        return {"rings": queries.rings(), "kept": queries.keys_kept(self.actor, self.at)}

    def perform(self, form: Any) -> str:  # noqa: ARG002 - the box is ticked
        progress.keep_keys(actor=self.actor, at=self.at)
        self.tell(_("Noted. Try the copy once: a backup is only as good as its keys."))
        return reverse("home:now")
