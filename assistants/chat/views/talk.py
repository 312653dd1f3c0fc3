"""The gate and the talk: told first, then asked, then heard."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.utils.translation import gettext as _

from accounts.access.rules import open_to_all
from assistants.chat import forms
from assistants.chat.models import Chat
from assistants.chat.queries import own, visits
from assistants.chat.rules import words
from assistants.chat.rules.chats import FILE_ENDINGS, FILE_MOST, HEADER, KEPT_TURNS, MESSAGE_MOST
from assistants.chat.services import talking, visiting, waiting
from assistants.chat.views import spoken
from assistants.chat.views.base import OfChat
from compliance.consent.services import choosing
from compliance.consent.services.ledger import Shown
from panel.kernel.errors import Conflict, Invalid, Missing, Refusal, TooMany
from panel.ui.api.parsing import require_plain

WHY = "Whoever may come to a chat may talk in it; the assistant's owner says who that is, and others find no chat."
LARGEST = 10_000
"""Bytes of a request for a ticket."""


class Talking(OfChat):
    template_name = "assistants/chat/talk.html"

    def show_gate(self, found: visits.Gate, *, problem: str = "", status: int = 200) -> HttpResponseBase:
        self.template_name = "assistants/chat/gate.html"
        return self.show(gate=found, problem=problem, status=status, again=self.visit.told)

    def chat(self) -> Chat | None:
        return None

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = visits.gate(self.visit, self.at, self.languages)
        if not self.visit.told or not found.settled:
            return self.show_gate(found)
        return super().get(request, *args, **kwargs)

    def context(self) -> dict[str, Any]:
        found = super().context()
        if "talk" not in self.template_name:
            return found
        chat = self.chat()
        said = own.said(chat) if chat else []
        lines = [spoken.line(one) for one in said]
        form = forms.Message(initial={"turns": spoken.turns(said), "chat": chat.id if chat else None})
        return {
            **found,
            "chat": chat,
            "lines": lines,
            "form": form,
            "keeps": visits.keeps(self.visit.assistant),
            "data": self.data(chat, spoken.turns(said)),
        }

    def data(self, chat: Chat | None, turns: list[dict[str, str]]) -> dict[str, Any]:
        keeps = visits.keeps(self.visit.assistant)
        return {
            "stream": waiting.ROUTE,
            "tickets": self.url("tickets"),
            "rating": self.url("feedback", "00000000-0000-7000-8000-000000000000"),
            "page": self.url("chat", "00000000-0000-7000-8000-000000000000") if keeps else "",
            "home": self.url("talk"),
            "contact": self.url("contact"),
            "chat": str(chat.id) if chat else None,
            "turns": turns,
            "header": HEADER,
            "most": MESSAGE_MOST,
            "files": {"most": FILE_MOST, "endings": list(FILE_ENDINGS)} if self.visit.setting.files else None,
            "told": {code: list(map(str, pair)) for code, pair in words.TOLD.items()},
            "same": words.SAME,
            "masked": {kind: str(text) for kind, text in words.MASKED.items()} | {"": str(words.OTHER)},
            "words": {name: str(text) for name, text in spoken.WORDS.items()},
        }


@open_to_all(WHY)
class Talk(Talking):
    """GET: the gate, then the talk. POST: one message without scripts, answered when the whole answer is there."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        form = forms.Message(request.POST, request.FILES if self.visit.setting.files else None)
        if not form.is_valid():
            return self.show(form=form, status=422)
        given = form.cleaned_data
        text = "\n\n".join(one for one in ((given["text"] or "").strip(), given["file"]) if one)
        before = spoken.carried(given["turns"])
        messages = [*before, {"role": "user", "content": text}]
        try:
            admitted = talking.admit(visit=self.visit, chat_id=given["chat"], languages=self.languages, at=self.at)
            heard = waiting.ask(ticket=admitted.ticket, messages=messages)
        except (Missing, Conflict, TooMany) as refusal:
            return self._answered(before, text, waiting.Heard(code=refusal.code), None, refusal.status)
        return self._answered(before, text, heard, admitted, 200)

    def _answered(
        self, before: list[dict[str, str]], text: str, heard: waiting.Heard, admitted: talking.Pass | None, status: int
    ) -> HttpResponseBase:
        turns = [*before]
        if heard.text and not heard.code:
            turns += [{"role": "user", "content": text}, {"role": "assistant", "content": heard.text}]
        lines = [*spoken.read(before), *spoken.heard(text, heard, admitted)]
        carried = turns if len(json.dumps(turns)) <= KEPT_TURNS else []
        chat = str(admitted.chat) if admitted else self.request.POST.get("chat", "")
        form = forms.Message(initial={"turns": carried, "chat": chat, "text": text if heard.code else ""})
        return self.show(form=form, lines=lines, status=status)


@open_to_all(WHY)
class Chatting(Talking):
    """One chat of one's own, to read and to go on with."""

    def chat(self) -> Chat | None:
        return own.chat(self.visit, self.kwargs["chat_id"])


@open_to_all("Coming in is how a visitor of a chat says yes or no; nothing of anybody else is here.")
class Opening(Talking):
    """POST: what the person chose at the gate. Without a yes that is needed nobody comes in."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        """The choices, to look at them again."""
        return self.show_gate(visits.gate(self.visit, self.at, self.languages))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        found = visits.gate(self.visit, self.at, self.languages)
        answers = {one.choice.purpose.slug: self._answer(one.choice.purpose.slug) for one in found.asked}
        try:
            visit = visiting.open_up(visit=self.visit, answers=answers, languages=self.languages, at=self.at)
        except (Invalid, Conflict, TooMany) as refusal:
            return self.show_gate(found, problem=refusal.sentence, status=refusal.status)
        self.keep(visit)
        if request.headers.get("Sec-GPC") == "1" and visit.subject is not None:
            choosing.signal(subject=visit.subject, actor=visit.doer, at=self.at)
        through = visits.gate(visit, self.at, self.languages).settled
        return HttpResponseRedirect(self.url("talk") if through else f"{self.url('opening')}?done=taken_back")

    def _answer(self, slug: str) -> visiting.Answer:
        sent = self.request.POST
        shown = Shown(
            sent.get(f"language-{slug}", "")[:6],
            sent.get(f"words-{slug}", "")[:64],
            sent.get(f"notice-{slug}", "")[:64],
        )
        return visiting.Answer(sent.get(f"yes-{slug}") == "on", shown, sent.get(f"age-{slug}") == "on")


@open_to_all(WHY)
class Tickets(OfChat):
    """One ticket for one message; a refusal is its code."""

    http_method_names = ("post", "options")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        try:
            chat_id = self._chat()
            done = talking.admit(visit=self.visit, chat_id=chat_id, languages=self.languages, at=self.at)
        except Refusal as refusal:
            answer = JsonResponse({"code": refusal.code, "sentence": str(refusal.sentence)}, status=refusal.status)
            if isinstance(refusal, TooMany):
                answer["Retry-After"] = str(refusal.retry_after)
            return answer
        return JsonResponse({"ticket": done.ticket, "chat": str(done.chat), "turn": str(done.turn)}, status=201)

    def _chat(self) -> Any:
        try:
            given = json.loads(self.request.body) if len(self.request.body) <= LARGEST else None
            require_plain(given)
            return spoken.chat_of(given)
        except (ValueError, TypeError, RecursionError):
            raise Invalid(_("Send a small JSON object with the id of your chat, or none.")) from None
