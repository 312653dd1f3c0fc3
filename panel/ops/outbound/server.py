"""/mail/settings/: the mail server and its test; /mail/letters/: what we write, seen before anybody gets it."""

import base64
import hashlib
import re
from typing import Any

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.access.rules import door
from panel.kernel.errors import Invalid, Missing, Refusal
from panel.ops.outbound import forms, rules
from panel.ops.outbound.outbox import tabs
from panel.outbound.mail import letters, servers, trial
from panel.outbound.mail.letters import Letter
from panel.outbound.mail.rules import Tls
from panel.ui.forms import refuse
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page

STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


class OfServer(FormPage):
    form_class: type[BaseForm] = forms.Server
    template_name = "ops/outbound/server.html"

    def context(self) -> dict[str, Any]:
        profile = servers.current()
        words = dict(forms.TLS)
        shown = profile.shown if profile else {}
        return {
            "tabs": tabs(self.actor, "ops:mail"), "fixed": servers.fixed(), "shown": shown,
            "tls": words.get(str(shown.get("tls", "")), ""), "ready": profile is not None,
            "test": forms.Test(initial={"to": trial.own_address(self.actor.id)}),
            "form": self.form(), "variable": servers.VARIABLE,
        }  # fmt: skip

    def initial(self) -> dict[str, Any]:
        profile = servers.current()
        return dict(profile.shown) if profile else {"tls": Tls.STARTTLS.value, "port": 587}

    def form_options(self) -> dict[str, Any]:
        return {"stored": bool(self.initial().get("has_password"))}


@door(rules.SET_MAIL)
class Server(OfServer):
    def perform(self, form: forms.Server) -> str:
        given = form.cleaned_data
        servers.change(
            actor=self.actor, host=given["host"], port=given["port"], tls=Tls(given["tls"]), user=given["user"],
            password=given["password"], sender=given["sender"], reply_to=given["reply_to"], at=self.at,
        )  # fmt: skip
        self.tell(_("The mail server is stored. Send a test message to see that it works."))
        return reverse("ops:mail")


@door(rules.SET_MAIL)
class Removal(Act):
    """POST takes the mail server out; messages wait."""

    def perform(self) -> Text:
        servers.forget(actor=self.actor, at=self.at)
        return _("The mail server is removed. Messages wait in the outbox, where links can be copied.")

    def back(self) -> str:
        return reverse("ops:mail")


@door(rules.SET_MAIL)
class Trial(OfServer):
    """POST sends a test message while one waits, and shows each step."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return self._answer(reverse("ops:mail"))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        test = forms.Test(request.POST)
        if not test.is_valid():
            return self.show(test=test, status=422)
        try:
            outcome = trial.send(actor=self.actor, to=test.cleaned_data["to"], at=self.at)
        except Refusal as refusal:
            if isinstance(refusal, Invalid):
                refuse(test, refusal)
            else:
                test.add_error(None, refusal.sentence)
            return self.show(test=test, status=refusal.status)
        return self.show(test=test, outcome=outcome, steps=_steps(outcome), to=test.cleaned_data["to"])


def _steps(outcome: trial.Outcome) -> list[tuple[str, str, str]]:
    """(name of the step, sentence, "done" or "failed")."""
    words = {
        "connect": _("The server answered"), "tls": _("It proved who it is (%(detail)s)"),
        "auth": _("It knows user name and password"), "accepted": _("It accepted the message"),
    }  # fmt: skip
    found = [(name, words[name] % {"detail": detail}, "done") for name, detail in outcome.steps]
    if outcome.problem:
        reply = " " + _("The server’s reply: %(number)s.") % {"number": outcome.reply} if outcome.reply else ""
        found.append(("failed", f"{outcome.sentence}{reply}", "failed"))
    return found


@door(rules.SEE_MAIL)
class Letters(Page):
    template_name = "ops/outbound/letters.html"

    def context(self) -> dict[str, Any]:
        return {"tabs": tabs(self.actor, "ops:letters"), "letters": list(letters.registered().values())}


class OfLetter(Page):
    @property
    def letter(self) -> Letter:
        found = letters.registered().get(self.kwargs["name"])
        if found is None:
            raise Missing(_("There is no such letter."))
        return found

    def written(self) -> letters.Written:
        language = getattr(self.request, "LANGUAGE_CODE", "")
        return letters.write(self.letter.name, self.letter.sample, language, to="Ada Muster")


@door(rules.SEE_MAIL)
class OneLetter(OfLetter):
    template_name = "ops/outbound/letter.html"

    def context(self) -> dict[str, Any]:
        return {"letter": self.letter, "written": self.written()}


@door(rules.SEE_MAIL)
class LetterHtml(OfLetter):
    """The HTML part by itself: its own style is let through by its hash, and nothing else."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        html = self.written().html
        hashes = [base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in STYLE.findall(html)]
        allowed = " ".join(f"'sha256-{one}'" for one in hashes) or "'none'"
        response = HttpResponse(html)
        response["Content-Security-Policy"] = (
            f"default-src 'none'; style-src {allowed}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return response
