"""The person's side: asking, tracking, writing, taking back, downloading. Works without an account and without JavaScript."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.access.rules import open_to_all, open_to_subject
from compliance.requests import forms
from compliance.requests.models import Request
from compliance.requests.queries import clocks, reading, tracks
from compliance.requests.rules.kinds import GROUND_NAMES, KIND_NAMES, Ground, Kind
from compliance.requests.rules.states import OPEN, WITHDRAWABLE, State
from compliance.requests.rules.wishes import Wish
from compliance.requests.rules.words import headline
from compliance.requests.services import asking, working, writing
from compliance.requests.services.copies import downloading
from compliance.requests.services.stores import every
from compliance.subjects import queries as subjects
from compliance.subjects.rules import LINK_LIFE, Visitor
from panel.kernel.errors import Missing
from panel.ui.menu import Text
from panel.ui.pages import Act, FormPage, Page
from panel.ui.web.files import attachment


def address_of(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))


class Centre(Page):
    """What every page of the centre shows in its head."""

    @cached_property
    def visitor(self) -> Visitor | None:
        found: Visitor | None = getattr(self.request, "visitor", None) or self.request.find_visitor()  # type: ignore[attr-defined]
        return found

    def context(self) -> dict[str, Any]:
        return {**super().context(), "sections": subjects.headings(), "visitor": self.visitor}


@open_to_all("Everybody whose data may be here can ask; a letter to the address proves who it was.")
class Ask(Centre, FormPage):
    template_name = "compliance/requests/mine/ask.html"

    form_class = forms.Ask

    def form(self, data: Any = None, files: Any = None) -> Any:
        self.form_class = forms.Ask if self.visitor else forms.AskByMail
        return super().form(data, files)

    def initial(self) -> dict[str, Any]:
        wanted = self.request.GET.get("kind", "")
        return {"kind": wanted} if wanted in KIND_NAMES else {}

    def perform(self, form: Any) -> str | HttpResponseBase:
        given = {**form.cleaned_data}
        email = given.pop("email", "")
        wish = Wish(**given, language=get_language() or "")
        if self.visitor is not None:
            made = asking.ask(actor=self.actor, visitor=self.visitor, wish=wish, at=self.at)
            return reverse("requests:one", args=[made.id])
        asking.ask_by_mail(email=email, address=address_of(self.request), wish=wish, at=self.at)
        self.template_name = "compliance/requests/mine/sent.html"
        return self.show(minutes=int(LINK_LIFE.total_seconds() // 60))


@open_to_subject
class Mine(Centre):
    template_name = "compliance/requests/mine/list.html"

    def context(self) -> dict[str, Any]:
        visitor: Visitor = self.request.visitor  # type: ignore[attr-defined]
        rows = reading.of_visitor(visitor).order_by("-id")[:50]
        told = [(one, KIND_NAMES[Kind(one.kind)], headline(one.kind, one.state)) for one in rows]
        return {**super().context(), "requests": told}


class OfMine(Centre):
    @property
    def mine(self) -> Visitor:
        found: Visitor = self.request.visitor  # type: ignore[attr-defined]
        return found

    @cached_property
    def row(self) -> Request:
        request_id: UUID = self.kwargs["request_id"]
        found = reading.of_visitor(self.mine).filter(id=request_id).first()
        if found is None:
            raise Missing(_("There is no such request of yours."))
        return found

    def context(self) -> dict[str, Any]:
        row = self.row
        return {**super().context(), "row": row, "kind": KIND_NAMES[Kind(row.kind)], "back": self.back()}

    def back(self) -> str:
        return reverse("requests:one", args=[self.row.id])


@open_to_subject
class One(OfMine):
    template_name = "compliance/requests/mine/one.html"

    def context(self) -> dict[str, Any]:
        row = self.row
        due = clocks.due(row, self.at)
        return {
            **super().context(),
            "headline": headline(row.kind, row.state),
            "open": row.state in OPEN,
            "unproved": row.state == State.VERIFYING,
            "due": due,
            "rule": tracks.rule(due),
            "left": clocks.days_left(row, self.at),
            "steps": tracks.steps(row, staff=False),
            "timeline": tracks.timeline(row, staff=False),
            "kept": tracks.kept(row, every.titles()),
            "ground": GROUND_NAMES[Ground(row.ground)] if row.ground else "",
            "asked": reading.opened(row, "words"),
            "agent": reading.opened(row, "agent"),
            "messages_": reading.messages(row, notes=False),
            "package": reading.package(row, self.at),
            "may_withdraw": row.state in WITHDRAWABLE,
            "may_appeal": row.state == State.DENIED and row.appealed_at is None,
            "complaint": clocks.complaint(),
        }


@open_to_subject
class Confirmation(OfMine, Act):
    def perform(self) -> Text:
        asking.confirm(visitor=self.mine, request=self.row, at=self.at)
        return _("Thank you. We know now that it is you.")


@open_to_subject
class Withdrawal(OfMine, Act):
    def perform(self) -> Text:
        working.withdraw(visitor=self.mine, request=self.row, at=self.at)
        return _("Taken back. Nothing was changed.")


@open_to_subject
class Message(OfMine, FormPage):
    form_class = forms.Text
    template_name = "compliance/requests/mine/write.html"

    def perform(self, form: Any) -> str:
        writing.from_person(actor=self.mine.actor, row=self.row, text=form.cleaned_data["text"], at=self.at)
        self.tell(_("We read it and answer here."))
        return self.back()


@open_to_subject
class Appeal(OfMine, FormPage):
    form_class = forms.Text
    template_name = "compliance/requests/mine/appeal.html"

    def perform(self, form: Any) -> str:
        working.appeal(visitor=self.mine, request=self.row, text=form.cleaned_data["text"], at=self.at)
        self.tell(_("We look at it again."))
        return self.back()


@open_to_subject
class Copy(OfMine):
    """POST: the archive. It counts, so that looking at a page or a prefetch never uses a download up."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(self.back())

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        try:
            _package, chunks = downloading.take(actor=self.actor, visitor=self.mine, request=self.row, at=self.at)
        except downloading.ProveAgain as refusal:
            self.tell(refusal.sentence, failed=True)
            return HttpResponseRedirect(f"{reverse('subjects:proving')}?next={self.back()}")
        return attachment(chunks, f"{self.row.code}.zip", "application/zip")


@open_to_all("Whoever has the link of the last letter may read the certificate; it names nobody.")
class Certificate(Centre):
    template_name = "compliance/requests/mine/certificate.html"

    def context(self) -> dict[str, Any]:
        proof = downloading.by_token(self.kwargs["token"])
        return {
            **super().context(),
            "row": proof.request,
            "kept": tracks.kept(proof.request, every.titles()),
            "proof": proof,
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        proof = downloading.by_token(self.kwargs["token"])
        data = downloading.certificate(proof, self.at)
        return attachment(data, f"certificate-{proof.request.code}.zip", "application/zip")
