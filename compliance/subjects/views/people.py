"""Data subjects for the privacy officer and the auditor: pseudonyms, until somebody says why a name must be read."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import door
from compliance.subjects import forms, queries, rules
from compliance.subjects.models import Link, Subject
from compliance.subjects.services import grouping
from panel.journal import events
from panel.journal import queries as ledger
from panel.kernel.errors import Invalid, Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.pages import FormPage, Page

NEWEST = 50
HOLD = "holds.place"
"""By its name: legal holds know data subjects, and not the other way round."""


@dataclass(frozen=True)
class Exactly(Rows):
    """Searched by exact identifiers only: names are sealed, and a part of one must not find anybody."""

    def search(self, words: list[str]) -> "Exactly":
        return Exactly(self.queryset.filter(id__in=queries.exact(words, queries.scopes())))


class Words:
    """Kinds of names of the rows that are shown, in one query."""

    def __init__(self) -> None:
        self._kinds: dict[UUID, set[str]] = {}

    def learn(self, rows: Iterable[Subject]) -> None:
        self._kinds = queries.kinds_of([one.id for one in rows])

    def __call__(self, row: Subject) -> str:
        if row.id not in self._kinds:
            self.learn([row])
        return queries.kind_words(self._kinds.get(row.id, set()))


@door(rules.SEE)
def listing(request: HttpRequest) -> HttpResponseBase:
    words = Words()
    columns = [
        Column(
            "name", gettext_lazy("Person"), value=lambda row: queries.pseudonym(row.id), cell="title", card="title",
            url=lambda row: reverse("subjects:subject", args=[row.id]),
        ),
        Column("kinds", gettext_lazy("Known by"), value=words),
        Column("id", gettext_lazy("First seen"), value=lambda row: row.created_at, cell="ago", sort="id", numeric=True),
    ]  # fmt: skip
    page = ListPage(
        request, Exactly(queries.persons()), columns, sort="-id",
        empty=Empty(
            gettext_lazy("Nobody is known yet"),
            gettext_lazy("Whoever talks to an assistant, signs in or proves an address appears here under a pseudonym."),
        ),
        searchable=gettext_lazy("An exact e-mail address, end-user id or subject id"), csv_name="subjects",
    )  # fmt: skip
    words.learn(page.objects)
    return answer(request, "compliance/subjects/list.html", page, {})


class OfSubject(Page):
    """A page about one person; any of their subject ids leads here."""

    @cached_property
    def subject(self) -> Subject:
        found = queries.subject(self.kwargs["subject_id"])
        if found is None:
            raise Missing(_("There is no such data subject."))
        return found

    def context(self) -> dict[str, Any]:
        return {**super().context(), "subject": self.subject, "name": queries.pseudonym(self.subject.id)}


@door(rules.SEE)
class Detail(OfSubject):
    template_name = "compliance/subjects/subject.html"

    def context(self) -> dict[str, Any]:
        ids = queries.together(self.subject.id)
        rows = [(row, queries.opened(row)) for one in ids for row in queries.identifiers(one)]
        return {
            **super().context(),
            "known": [
                (
                    rules.KIND_NAMES[rules.Kind(row.kind)],
                    rules.masked(row.kind, value) if value else _("Destroyed"),
                    row,
                )
                for row, value in rows
            ],
            "members": [(one, queries.pseudonym(one)) for one in ids],
            "links": [self._told(one) for one in queries.links(self.subject.id)],
            "history": [(one.at, events.title(one.event), one.id) for one in self._history(ids)],
            "may_reveal": access.can(self.actor, rules.REVEAL),
            "may_group": access.can(self.actor, rules.ASK_GROUP),
            "may_hold": access.can(self.actor, rights.permits()[HOLD]),
        }

    @staticmethod
    def _history(ids: list[UUID]) -> list[Any]:
        found = [row for one in ids for row in ledger.entries(object_id=one).order_by("-id")[:NEWEST]]
        return sorted(found, key=lambda one: one.id, reverse=True)[:NEWEST]

    @staticmethod
    def _told(one: Link) -> tuple[str, str, Any, Link]:
        pair = {"one": queries.pseudonym(one.subject_id), "other": queries.pseudonym(one.person_id)}
        return _("%(one)s is %(other)s") % pair, "", rules.PROOF_NAMES[rules.Proof(one.proof)], one


@door(rules.REVEAL)
class Reveal(OfSubject, FormPage):
    """POST shows what names the person, once, on this answer only."""

    form_class = forms.Reason
    template_name = "compliance/subjects/reveal.html"

    def perform(self, form: Any) -> HttpResponseBase:
        rows = grouping.reveal(
            actor=self.actor, subject=self.subject.id, reason=form.cleaned_data["reason"], at=self.at
        )
        known = [(rules.KIND_NAMES[rules.Kind(row.kind)], value or _("Destroyed")) for row, value in rows]
        return self.show(known=known)


@door(rules.ASK_GROUP)
class Merge(OfSubject, FormPage):
    form_class = forms.Merge
    template_name = "compliance/subjects/merge.html"

    def perform(self, form: Any) -> str:
        given = form.cleaned_data
        found = queries.exact([given["other"]], queries.scopes())
        if len(found) != 1:
            raise Invalid(fields={"other": _("This names nobody, or more than one person.")})
        grouping.ask_merge(actor=self.actor, one=self.subject.id, other=found.pop(), reason=given["reason"], at=self.at)
        self.tell(_("Asked. Somebody else has to approve it."))
        return reverse("subjects:subject", args=[self.subject.id])


@door(rules.ASK_GROUP)
class Split(OfSubject, FormPage):
    form_class = forms.Reason
    template_name = "compliance/subjects/split.html"

    def perform(self, form: Any) -> str:
        grouping.ask_split(actor=self.actor, subject=self.subject.id, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("Asked. Somebody else has to approve it."))
        return reverse("subjects:subject", args=[self.subject.id])
