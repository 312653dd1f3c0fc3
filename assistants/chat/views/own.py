"""One's own: earlier chats, deleting, a word on an answer, a message to a person, my data."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _

from accounts.access.rules import open_to_all
from assistants.catalog.rules.purposes import EXPLAINED, KEEPS
from assistants.chat import forms
from assistants.chat.queries import own, visits
from assistants.chat.services import talking, voicing
from assistants.chat.views.base import OfChat
from compliance.consent.services import receipts
from panel.kernel.errors import Conflict, Missing
from panel.ui.pages import FormPage
from panel.ui.web.files import attachment

OWN = "These are the visitor's own, found by their session; whoever has none finds nothing."


@open_to_all(OWN)
class History(OfChat):
    template_name = "assistants/chat/history.html"

    def context(self) -> dict[str, Any]:
        visit = self.visit
        return {
            **super().context(),
            "chats": own.listed(visit) if visit.session else [],
            "keeps": visits.keeps(visit.assistant),
        }


@open_to_all(OWN)
class Removal(OfChat):
    """GET asks, POST destroys."""

    template_name = "assistants/chat/removal.html"

    def context(self) -> dict[str, Any]:
        return {**super().context(), "chat": own.chat(self.visit, self.kwargs["chat_id"])}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        chat = own.chat(self.visit, self.kwargs["chat_id"])
        try:
            talking.delete(visit=self.visit, chat=chat, at=self.at)
        except Conflict as refusal:
            return self.show(problem=refusal.sentence, status=refusal.status)
        return HttpResponseRedirect(f"{self.url('history')}?done=deleted")


@open_to_all(OWN)
class Feedback(OfChat, FormPage):
    form_class = forms.Feedback
    template_name = "assistants/chat/feedback.html"

    def context(self) -> dict[str, Any]:
        return {**super().context(), "turn": own.turn(self.visit, self.kwargs["turn_id"])}

    def initial(self) -> dict[str, Any]:
        wanted = self.request.GET.get("rating", "")
        return {"rating": wanted if wanted in {"1", "-1"} else None}

    def perform(self, form: Any) -> str | HttpResponseBase:
        turn = own.turn(self.visit, self.kwargs["turn_id"])
        voicing.rate(visit=self.visit, turn=turn, at=self.at, **form.cleaned_data)
        if self.request.headers.get("Accept") == "application/json":
            return HttpResponse(status=204)
        return f"{self.url('chat', turn.chat_id)}?done=rated"


@open_to_all("Whoever may come to a chat may write to a person instead, before anything is agreed to.")
class Contact(OfChat, FormPage):
    form_class = forms.Contact
    template_name = "assistants/chat/contact.html"

    def perform(self, form: Any) -> str:
        self.keep(voicing.contact(visit=self.visit, at=self.at, **form.cleaned_data))
        return f"{self.url('contact')}?done=written"


@open_to_all(OWN)
class Data(OfChat):
    template_name = "assistants/chat/data.html"

    def context(self) -> dict[str, Any]:
        visit = self.visit
        return {
            **super().context(),
            "chats": own.listed(visit) if visit.session else [],
            "gate": visits.gate(visit, self.at, self.languages),
            "keeps": visits.keeps(visit.assistant),
            "records": own.records(visit),
            "kept": self._kept(),
        }

    def _kept(self) -> dict[str, Any] | None:
        found = own.kept(self.visit, self.at, self.languages)
        if found is None:
            return None
        terms = [(KEEPS[one.keep], one.at) for one in found.terms]
        return {"level": KEEPS[found.level], "explained": EXPLAINED[found.level], "terms": terms, "one": found}


@open_to_all(OWN)
class Receipt(OfChat):
    """The signed bundle of one choice, which verifies without the panel."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        record = own.record(self.visit, self.kwargs["record_id"])
        built = receipts.build(actor=self.visit.doer, record=record, at=self.at)
        return attachment(built.data, f"receipt-{record.id}.zip", "application/zip")


@open_to_all(OWN)
class Export(OfChat):
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        text = json.dumps(own.exported(self.visit), ensure_ascii=False, indent=2)
        return attachment(text, f"chats-{self.visit.assistant.slug}.json", "application/json; charset=utf-8")


@open_to_all(OWN)
class Forgetting(OfChat):
    """GET asks, POST destroys everything of this person in this chat."""

    template_name = "assistants/chat/forgetting.html"

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        if self.visit.session is None:
            raise Missing(_("There is nothing of yours here."))
        try:
            talking.delete_all(visit=self.visit, at=self.at)
        except Conflict as refusal:
            return self.show(problem=refusal.sentence, status=refusal.status)
        return HttpResponseRedirect(f"{self.url('data')}?done=forgotten")
