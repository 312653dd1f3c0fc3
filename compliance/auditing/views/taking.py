"""Checking the journal and taking it out, both by jobs."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from accounts.people import queries as people
from compliance.auditing import forms, queries, rules
from compliance.auditing.models import Verification
from compliance.auditing.services import exports, ranges, verifying
from panel.journal import events
from panel.kernel import jobs
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text
from panel.ui.pages import FormPage, Page

CARRIED = ("event", "by", "means", "area", "person", "object", "request")


@door(rules.VIEW)
class Export(FormPage):
    """A job writes the file. What narrows the list comes along in the address."""

    form_class = forms.Export
    template_name = "compliance/auditing/export.html"

    def context(self) -> dict[str, Any]:
        return {"name": _("Export"), "title": _("Export the journal"), "back": reverse("auditing:journal")}

    def form_options(self) -> dict[str, Any]:
        named = sorted(events.registered().values(), key=lambda one: str(one.title).casefold())
        return {
            "areas": [(one, one) for one in queries.areas()],
            "events": [(one.name, one.title) for one in named],
            "people": [(str(one), name) for one, name in people.choices()],
        }

    def initial(self) -> dict[str, Any]:
        return {name: self.request.GET[name] for name in CARRIED if self.request.GET.get(name)}

    def perform(self, form: Any) -> str:
        given = dict(form.cleaned_data)
        kind = given.pop("form")
        narrowed = queries.Chosen.of(
            {
                name: value.isoformat() if hasattr(value, "isoformat") else str(value)
                for name, value in given.items()
                if value
            }
        )
        job = exports.start(actor=self.actor, form=kind, chosen=narrowed, at=self.at)
        return reverse("ops:job", args=[job.id])


@door(rules.VIEW)
class Taking(FormPage):
    """A range of the journal as a bundle that is verified elsewhere."""

    form_class = forms.Range
    template_name = "compliance/auditing/export.html"

    def context(self) -> dict[str, Any]:
        title, back = _("Take out the journal as a bundle"), reverse("auditing:verifications")
        return {"name": _("Take out"), "title": title, "back": back, "bundle": True}

    def perform(self, form: Any) -> str:
        job = ranges.start(actor=self.actor, at=self.at, **form.cleaned_data)
        return reverse("ops:job", args=[job.id])


def _state(row: Verification) -> str:
    return "running" if row.ended_at is None else "failed" if row.problem or row.findings else "done"


def _word(row: Verification) -> Text:
    if row.ended_at is None:
        return _("Running")
    if row.problem:
        return _("Not checked")
    return _("%(n)s findings") % {"n": len(row.findings or [])} if row.findings else _("Intact")


def _range(row: Verification) -> str:
    return f"{row.first} – {row.last if row.last is not None else '…'}"


@door(rules.VIEW)
class Verifications(FormPage):
    """Earlier checks, and the form of a new one."""

    form_class = forms.Verification
    template_name = "compliance/auditing/verifications.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return answer(request, self.template_name, self.page(), {"form": self.form()})

    def page(self) -> ListPage:
        columns = [
            Column(
                "asked_at", gettext_lazy("Asked"), cell="moment", sort="asked_at", card="title",
                url=lambda row: reverse("auditing:verification", args=[row.id]),
            ),
            Column("range", gettext_lazy("Entries"), value=_range),
            Column("state", gettext_lazy("Verdict"), value=_state, second=_word, cell="state", card="state"),
            Column("read", gettext_lazy("Read"), numeric=True),
        ]  # fmt: skip
        empty = Empty(
            gettext_lazy("Not checked by hand yet"), gettext_lazy("A check reads every entry and every signature.")
        )
        return ListPage(self.request, Rows(queries.verifications()), columns, sort="-asked_at", empty=empty)

    def context(self) -> dict[str, Any]:
        page = self.page()
        page.read()
        return {"page": page}

    def perform(self, form: Any) -> str:
        row = verifying.start(actor=self.actor, at=self.at, **form.cleaned_data)
        return reverse("auditing:verification", args=[row.id])


@door(rules.VIEW)
class Checked(Page):
    """One check: how far it is, and what it found."""

    template_name = "compliance/auditing/verification.html"

    def context(self) -> dict[str, Any]:
        row = queries.verification(self.kwargs["verification_id"])
        if row is None:
            raise Missing(_("There is no such check."))
        job = jobs.latest(row.journal_ref)
        cut = {**row.cut, "until": parse_datetime(row.cut["until"] or "")} if row.cut else {}
        return {"row": row, "range": _range(row), "state": _state(row), "word": _word(row), "job": job, "cut": cut}
