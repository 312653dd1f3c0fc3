""" "Why can X do Y on Z?": one question by its address alone, and the answer with every way and every bar."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from accounts.access.rules import SIGNED_IN, door
from accounts.grants import forms
from accounts.grants.queries import asking
from accounts.people import queries as people
from panel.ui.pages import Page


@door(SIGNED_IN)
class Why(Page):
    template_name = "accounts/grants/why.html"

    @cached_property
    def params(self) -> Any:
        return self.request.GET

    def form(self) -> forms.Question:
        others = asking.names_others(self.actor, self.params.get("on", ""))
        who = [*people.choices(), *asking.services()] if others else []
        own = (str(self.actor.id), people.name(self.actor.id))
        choices = [own, *((str(key), name) for key, name in who if key != self.actor.id)]
        return forms.Question(
            self.params if self.params.get("right") else None, initial={**self.params.dict()}, who=choices,
            rights=asking.rights_by_area(), on=asking.places(self.actor, self.params.get("on", "")),
        )  # fmt: skip

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        form = self.form()
        if not form.is_bound or not form.is_valid():
            return self.show(form=form, status=422 if form.errors else 200)
        given = form.cleaned_data
        asked = asking.ask(self.actor, given["who"], given["right"], given["on"], self.at)
        return self.show(form=form, asked=asked, answer=asked.answer)
