"""`/setup/first-steps/`: what follows the set-up, for an administrator. Where one stands is read from what exists."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import door
from panel.kernel.actors import Actor
from panel.kernel.errors import Missing
from panel.kernel.registries import setup
from panel.setup.rules import FIRST_STEPS
from panel.ui.pages import Page


def _url(step: setup.FirstStep) -> str:
    return reverse("setup:first_step", args=[step.name])


def _place(step: setup.FirstStep, actor: Actor, at: datetime) -> setup.Place:
    steps, past = setup.first_steps(), setup.steps()
    here = steps.index(step)
    rail = [{"label": one.title, "meta": one.note, "state": "done"} for one in past]
    for one in steps:
        state = "now" if one is step else "done" if one.done(actor, at) else "ahead"
        rail.append({"label": one.title, "meta": one.note, "state": state})
    back = _url(steps[here - 1]) if here else ""
    onward = _url(steps[here + 1]) if here + 1 < len(steps) else reverse("home:now")
    return setup.Place(len(past) + here + 1, rail, back, onward)


@door(FIRST_STEPS)
class FirstSteps(Page):
    """Leads to the step after the last one whose work exists, so that a skipped one is not asked again."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        steps = setup.first_steps()
        after = max((place for place, one in enumerate(steps, 1) if one.done(self.actor, self.at)), default=0)
        return HttpResponseRedirect(_url(steps[after]) if after < len(steps) else reverse("home:now"))


@door(FIRST_STEPS)
class FirstStep(Page):
    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        step = next((one for one in setup.first_steps() if one.name == kwargs["name"]), None)
        if step is None:
            raise Missing(_("There is no such step."))
        answer: HttpResponseBase = step.show(request, _place(step, self.actor, self.at))
        return answer
