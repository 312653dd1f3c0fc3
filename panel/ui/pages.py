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

from contextlib import nullcontext
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.views import View

from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Invalid, TooMany
from panel.ui.forms import refuse
from panel.ui.menu import Text, actor_of
from panel.ui.web import stale


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
    shows a secret once). What the verb refuses as Invalid or Conflict stands in the form, with the input kept.

    `edits` says that the form changes something that exists and that others may change meanwhile: `initial` is its state,
    and what was sent on top of an older one is shown against it instead of saved (panel.ui.web.stale)."""

    form_class: type[BaseForm]
    edits = False

    def initial(self) -> dict[str, Any]:
        return {}

    def form_options(self) -> dict[str, Any]:
        return {}

    def changed_by(self) -> str:
        """Who changed it last, in words, when that is known."""
        return ""

    def form(self, data: Any = None, files: Any = None) -> BaseForm:
        form = self.form_class(data, files, initial=self.initial(), **self.form_options())
        if self.edits:
            given = data.get(stale.SEEN) if data is not None else ""
            form.seen = given or stale.mark(self.initial())  # type: ignore[attr-defined]
        return form

    def perform(self, form: Any) -> str | HttpResponseBase:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return self.show(form=self.form())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        if not self.edits:
            return self._sent(request)
        if stale.AGAIN in request.POST:
            return self.show(form=self.form(request.POST))
        try:
            with stale.alone(request.path):
                # What this page has read until now may be old: inside the lock it is read anew.
                return self._anew()._checked(request)
        except _Moved:
            return self._anew()._stale()

    def _anew(self) -> "FormPage":
        page = type(self)()
        page.setup(self.request, *self.args, **self.kwargs)
        return page

    def _checked(self, request: HttpRequest) -> HttpResponseBase:
        now = stale.mark(self.initial())
        return self._sent(request) if request.POST.get(stale.SEEN, now) == now else self._stale()

    def _sent(self, request: HttpRequest) -> HttpResponseBase:
        form = self.form(request.POST, request.FILES)
        if form.is_valid():
            try:
                with transaction.atomic() if self.edits else nullcontext():
                    return self._answer(self.perform(form))
            except (Invalid, Conflict) as refusal:
                if self.edits and refusal.code == "changed":
                    raise _Moved from None
                refuse(form, refusal)
                return self.show(form=form, status=refusal.status)
            except TooMany as refusal:
                # What was typed stays; the form says when the next try is heard.
                refuse(form, refusal)
                form.wait = refusal.retry_after  # type: ignore[attr-defined]
                response = self.show(form=form, status=refusal.status)
                response["Retry-After"] = str(refusal.retry_after)
                return response
        return self.show(form=form, status=422)

    def _stale(self) -> HttpResponse:
        """409: theirs and yours, and three ways on."""
        form, theirs = self.form(self.request.POST), self.initial()
        values = {
            **self.context(),
            "differences": stale.differences(form, theirs),
            "typed_secret": stale.typed_secret(form),
            "fields": stale.renewed(form, self.request.POST, theirs).lists(),
            "changed_by": self.changed_by(),
            "again": stale.AGAIN,
        }
        response = render(self.request, "ui/stale.html", values, status=409)
        if getattr(self.request, "htmx", None):
            response["HX-Retarget"], response["HX-Reswap"] = "body", "innerHTML"
        return response

    def _answer(self, done: str | HttpResponseBase) -> HttpResponseBase:
        return go(self.request, done) if isinstance(done, str) else done


class _Moved(Exception):  # noqa: N818 - not a fault: the verb found another revision under its lock
    """Leaves the transaction in which nothing was saved."""


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
