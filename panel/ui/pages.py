"""Pages: one domain call, refusals turned into words, and after a change a redirect (POST, redirect, GET).

@door(permits.ROTATE)
class Rotation(FormPage):
    form_class = forms.Rotation
    template_name = "assistants/vault/rotation.html"

    def perform(self, form):
        services.rotate(actor=self.actor, secret=self.secret, value=form.cleaned_data["value"])
        self.tell(_("The new key is in use."))
        return reverse("vault:secret", args=[self.secret.id])
"""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views import View

from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid
from panel.ui.forms import refuse
from panel.ui.menu import Text, actor_of


def tell(request: HttpRequest, sentence: Text, *, failed: bool = False) -> None:
    """A toast on the next page."""
    (messages.error if failed else messages.success)(request, str(sentence))


def go(request: HttpRequest, url: str) -> HttpResponse:
    """After a change: a redirect, which htmx follows as a whole page."""
    if getattr(request, "htmx", None):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)


class Page(View):
    """A page that reads: override `context`. Refusals that leave it become error pages (panel.ui.web.errors)."""

    template_name = ""

    @property
    def actor(self) -> Actor:
        return actor_of(self.request)

    @cached_property
    def at(self) -> datetime:
        """The moment of this request: read once, at the door."""
        return clock.now()

    def context(self) -> dict[str, Any]:
        return {}

    def tell(self, sentence: Text, *, failed: bool = False) -> None:
        tell(self.request, sentence, failed=failed)

    def show(self, *, status: int = 200, **values: Any) -> HttpResponse:
        return render(self.request, self.template_name, {**self.context(), **values}, status=status)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return self.show()


class FormPage(Page):
    """A page with one form. `perform(form)` makes one domain call and returns where to go, or an answer (a page that
    shows a secret once). What the verb refuses as Invalid or Conflict stands in the form, with the input kept."""

    form_class: type[BaseForm]

    def initial(self) -> dict[str, Any]:
        return {}

    def form_options(self) -> dict[str, Any]:
        return {}

    def form(self, data: Any = None, files: Any = None) -> BaseForm:
        return self.form_class(data, files, initial=self.initial(), **self.form_options())

    def perform(self, form: Any) -> str | HttpResponseBase:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return self.show(form=self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                return self._answer(self.perform(form))
            except (Invalid, Conflict) as refusal:
                refuse(form, refusal)
                return self.show(form=form, status=refusal.status)
        return self.show(form=form, status=422)

    def _answer(self, done: str | HttpResponseBase) -> HttpResponseBase:
        return go(self.request, done) if isinstance(done, str) else done


class Act(Page):
    """A button: POST does (DELETE undoes), then back to `back()`. A refusal is told there, not on an error page."""

    def perform(self) -> Text | None:
        """The domain call; answers with the toast's sentence."""
        raise NotImplementedError

    def back(self) -> str:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(self.back())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        try:
            told = self.perform()
        except (Invalid, Conflict) as refusal:
            self.tell(refusal.sentence, failed=True)
        else:
            if told:
                self.tell(told)
        return go(request, self.back())
