"""One request for officers, and what they do with it."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.rules import door
from accounts.people import queries as people
from compliance.requests import forms
from compliance.requests.queries import clocks, previews, reading, tracks
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import ARTICLES, ERASING, GROUND_NAMES, PACKED, SOURCE_NAMES, Ground, Kind, Source
from compliance.requests.rules.states import OPEN, STATE_NAMES, TONES, State
from compliance.requests.rules.words import PROOFS
from compliance.requests.services import effects, working, writing
from compliance.requests.services.erasure import approving
from compliance.requests.services.stores import every
from compliance.requests.views.base import Doing, OfRequest
from compliance.requests.views.centre import address_of
from compliance.subjects import queries as subjects
from panel.kernel import jobs
from panel.ui.menu import Text
from panel.ui.pages import Act
from panel.ui.web.jobs import shown as shown_job


@door(permits.SEE)
class Detail(OfRequest):
    template_name = "compliance/requests/detail.html"

    def context(self) -> dict[str, Any]:
        row, state = self.row, State(self.row.state)
        due = clocks.due(row, self.at)
        return {
            **super().context(),
            **self._offers(state),
            "source": SOURCE_NAMES[Source(row.source)],
            "proof": PROOFS.get(row.proof, row.proof),
            "ground": GROUND_NAMES[Ground(row.ground)] if row.ground else "",
            "article": ARTICLES[Kind(row.kind)],
            "tone": TONES[state],
            "state": STATE_NAMES[state],
            "name": subjects.pseudonym(row.subject_id) if row.subject_id else "",
            "due": due,
            "rule": tracks.rule(due),
            "days": clocks.days_left(row, self.at),
            "steps": tracks.steps(row),
            "timeline": tracks.timeline(row, staff=True),
            "preview": self._preview(),
            "kept": tracks.kept(row, every.titles()),
            "job": self._job(),
            "assignee": people.name(row.assignee) if row.assignee else "",
            **self._words(),
        }

    def _words(self) -> dict[str, Any]:
        """What people wrote is for who works on it; an auditor sees that it was written."""
        row = self.row
        if not access.can(self.actor, permits.HANDLE):
            return {"words": "", "agent": "", "messages_": []}
        if not reading.readable(row):
            return {"words": "", "agent": "", "messages_": [], "forgotten": True}
        names = ("words", "agent", "agent_contact", "mandate")
        document = getattr(row, "document", None)
        return {
            **{one: reading.opened(row, one) for one in names},
            "messages_": reading.messages(row, notes=True),
            "document": document,
        }

    def _preview(self) -> previews.Preview | None:
        if self.row.kind not in ERASING | PACKED or self.row.subject_id is None or self.row.state not in OPEN:
            return None
        return None if self.row.state in {State.EXECUTING, State.PARTIAL} else approving.preview_of(self.row)

    def _job(self) -> Any:
        found = jobs.latest(self.row.journal_ref)
        return shown_job(found) if found is not None else None

    def _offers(self, state: State) -> dict[str, bool]:
        kind = Kind(self.row.kind)
        working_ = state is State.WORKING
        return {
            "copied": kind in PACKED,
            "may_take": state is State.VERIFIED,
            "may_prove": state in {State.RECEIVED, State.VERIFYING},
            "may_extend": state in {State.WORKING, State.AWAITING, State.PARTIAL} and self.row.extended_at is None,
            "may_deny": working_,
            "may_erase": working_ and kind in ERASING,
            "may_pack": working_ and kind in PACKED,
            "may_answer": working_ and kind in effects.SIMPLE,
            "may_correct": working_ and kind is Kind.RECTIFICATION,
            "may_link": state in {State.VERIFIED, State.WORKING} and bool(reading.same_person(self.row)),
            "may_exempt": working_ and kind in ERASING | PACKED,
            "may_lift": effects.is_restricting(self.row),
            "may_retry": state is State.PARTIAL,
            "may_end": state is State.PARTIAL and bool(reading.not_searched(self.row)),
            "open": state in OPEN,
            "proved": state in {State.FULFILLED, State.ENDED} and kind in ERASING,
        }


@door(permits.HANDLE)
class Taking(OfRequest, Act):
    def perform(self) -> Text:
        working.take(actor=self.actor, request=self.row, at=self.at)
        return _("It is yours now.")


@door(permits.HANDLE)
class Assignment(Doing):
    form_class = forms.Assignment
    heading, verb = gettext_lazy("Give it to somebody"), gettext_lazy("Give")

    def form_options(self) -> dict[str, Any]:
        return {"officers": reading.officers(self.at)}

    def perform(self, form: Any) -> str:
        working.take(actor=self.actor, request=self.row, at=self.at, assignee=UUID(form.cleaned_data["assignee"]))
        return self.back()


@door(permits.HANDLE)
class Challenge(Doing):
    form_class = forms.Challenge
    heading, verb = gettext_lazy("Ask for proof"), gettext_lazy("Mail a link")
    lead = gettext_lazy("They get a link to confirm that it was them. Ask for no more than is needed.")

    def perform(self, form: Any) -> str:
        working.challenge(
            actor=self.actor, request=self.row, doubt=form.cleaned_data["doubt"], address=address_of(self.request),
            at=self.at,
        )  # fmt: skip
        return self.back()


@door(permits.HANDLE)
class Identity(Doing):
    form_class = forms.Identity
    heading, verb = gettext_lazy("Say who it is"), gettext_lazy("This is them")
    lead = gettext_lazy("What you write stands in a note that the person does not see.")

    def perform(self, form: Any) -> str:
        working.recognise(actor=self.actor, request=self.row, at=self.at, **form.cleaned_data)
        return self.back()


@door(permits.HANDLE)
class Extension(Doing):
    form_class = forms.Extension
    heading, verb = gettext_lazy("Extend the deadline"), gettext_lazy("Extend and tell them")
    lead = gettext_lazy("Once, before the first date. A letter with the reason goes out at once.")

    def perform(self, form: Any) -> str:
        working.extend(actor=self.actor, request=self.row, reason=form.cleaned_data["reason"], at=self.at)
        return self.back()


@door(permits.HANDLE)
class Denial(Doing):
    form_class = forms.Denial
    heading, verb = gettext_lazy("Deny the request"), gettext_lazy("Deny and tell them")
    lead = gettext_lazy("They read ground and reason, can ask you to look again once, and where to complain.")

    def perform(self, form: Any) -> str:
        working.deny(actor=self.actor, request=self.row, at=self.at, **form.cleaned_data)
        return self.back()


@door(permits.HANDLE)
class Message(Doing):
    form_class = forms.Text
    heading, verb = gettext_lazy("Write to the person"), gettext_lazy("Send")
    lead = gettext_lazy("It stands on their page; a letter says that it does.")

    def perform(self, form: Any) -> str:
        writing.to_person(actor=self.actor, request=self.row, text=form.cleaned_data["text"], at=self.at)
        return self.back()


@door(permits.HANDLE)
class Note(Doing):
    form_class = forms.Text
    heading, verb = gettext_lazy("Note for colleagues"), gettext_lazy("Keep")

    def perform(self, form: Any) -> str:
        writing.note(actor=self.actor, row=self.row, text=form.cleaned_data["text"], at=self.at)
        return self.back()


@door(permits.HANDLE)
class Linking(Doing):
    form_class = forms.Link
    heading, verb = gettext_lazy("Answer it with an older one"), gettext_lazy("Link")

    def form_options(self) -> dict[str, Any]:
        return {"others": [(one.id, one.code) for one in reading.same_person(self.row)]}

    def perform(self, form: Any) -> str:
        other = next(one for one in reading.same_person(self.row) if str(one.id) == form.cleaned_data["other"])
        working.link(actor=self.actor, request=self.row, other=other, at=self.at)
        return self.back()
