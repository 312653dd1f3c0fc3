"""The data map: what every field and store says of itself, and the record of processing that follows from it."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access import queries as access
from accounts.access.rules import door
from compliance.auditing import forms, rules
from compliance.auditing.services import feed as services
from compliance.auditing.views import record
from panel.kernel import clock
from panel.kernel.registries import privacy, settings
from panel.kernel.registries.privacy import Personal
from panel.ui.drawings import paper
from panel.ui.lists.answer import answer, safe
from panel.ui.lists.columns import Column, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Memory
from panel.ui.menu import Text, actor_of
from panel.ui.pages import FormPage, Page
from panel.ui.web.files import attachment

SIZE = 500
ERASE: dict[str, Text] = {
    "row": gettext_lazy("row deleted"),
    "blank": gettext_lazy("field emptied"),
    "key": gettext_lazy("key destroyed"),
    "period": gettext_lazy("ends by retention"),
    "keep": gettext_lazy("kept: a duty"),
}
EXPORT: dict[str, Text] = {
    "copy": gettext_lazy("copied"),
    "mask": gettext_lazy("masked"),
    "omit": gettext_lazy("left out"),
}


@dataclass(frozen=True)
class Place:
    """A field ("app.model", its name) or a store outside the database (the name alone)."""

    pk: str
    table: str
    field: str
    personal: bool
    category: str
    subject: str
    why: str
    export: str
    erase: str
    retention: str
    secret: bool


def places() -> list[Place]:
    """Every declaration, third-party tables and stores outside the database included."""
    fields = [(model, field, said) for (model, field), said in privacy.declarations().items()]
    stores = [(name, "", said) for name, said in privacy.stores().items()]
    return [_place(*one) for one in sorted(fields + stores, key=lambda one: (one[0], one[1]))]


def _place(table: str, field: str, said: privacy.Declaration) -> Place:
    key = f"{table}.{field}" if field else table
    if isinstance(said, Personal):
        return Place(
            key, table, field, True, said.category, said.subject, said.purpose, said.export, said.erase, said.retention,
            False,
        )  # fmt: skip
    return Place(key, table, field, False, "", "", said.why, "omit" if said.secret else "", "", "", said.secret)


COLUMNS = [
    Column("place", gettext_lazy("Place"), value=lambda one: one.pk, cell="mono", sort="pk", card="title"),
    Column("category", gettext_lazy("Category"), sort="category", cell="tag"),
    Column("why", gettext_lazy("What for, or why not personal")),
    Column("subject", gettext_lazy("Whose"), cell="mono"),
    Column("export", gettext_lazy("In a copy"), value=lambda one: EXPORT.get(one.export, "")),
    Column("erase", gettext_lazy("When erased"), value=lambda one: ERASE.get(one.erase, "")),
    Column("retention", gettext_lazy("Ends with"), sort="retention"),
]


def _filters(rows: list[Place]) -> list[Filter]:
    def words(name: str) -> list[tuple[str, Text]]:
        return [(one, one) for one in sorted({getattr(row, name) for row in rows} - {""})]

    personal = [("yes", gettext_lazy("Personal")), ("no", gettext_lazy("Not personal"))]
    return [
        Filter(
            "personal", gettext_lazy("Personal"), personal, keep=lambda row, value: row.personal == (value == "yes")
        ),
        Filter("category", gettext_lazy("Category"), words("category"), keep=lambda row, value: row.category == value),
        Filter("erase", gettext_lazy("When erased"), list(ERASE.items()), keep=lambda row, value: row.erase == value),
        Filter("retention", gettext_lazy("Ends with"), words("retention"), keep=lambda row, v: row.retention == v),
    ]


@door(rules.SEE_MAP)
def datamap(request: HttpRequest) -> HttpResponseBase:
    rows = places()
    page = ListPage(
        request, Memory(rows, lambda row: f"{row.pk} {row.category} {row.why}"), COLUMNS, sort="place",
        filters=_filters(rows), searchable=gettext_lazy("Search by table, field or purpose"), csv_name="data-map",
        size=SIZE,
    )  # fmt: skip
    found = {"personal": sum(one.personal for one in rows), "all": len(rows), "silent": privacy.undeclared()}
    return answer(request, "compliance/auditing/datamap.html", page, found)


@door(rules.SEE_MAP)
class Record(Page):
    """GDPR Art. 30(1), made from what the panel does."""

    template_name = "compliance/auditing/record.html"

    def context(self) -> dict[str, Any]:
        found = record.made(self.at)
        return {"record": found, "may": access.can(self.actor, rules.WRITE_RECORD)}


@door(rules.SEE_MAP)
def record_csv(request: HttpRequest) -> HttpResponseBase:
    at = clock.now()
    out = StringIO()
    writer = csv.writer(out)
    for line in _lines(record.made(at)):
        writer.writerow([safe(cell) for cell in line])
    services.note_record(actor=actor_of(request), form="csv", at=at)
    return _file(out.getvalue().encode(), "csv", "text/csv; charset=utf-8")


def _lines(found: record.Record) -> Iterator[list[Any]]:
    yield [_("Part"), _("Name"), _("Value"), _("More"), _("Note")]
    for part in found.parts:
        for row in part.rows:
            yield [part.title, *row, *[""] * (4 - len(row))]


@door(rules.SEE_MAP)
def record_pdf(request: HttpRequest) -> HttpResponseBase:
    at = clock.now()
    found = record.made(at)
    sections = [paper.Section(part.title, part.text, part.head, part.rows, part.widths) for part in found.parts]
    facts = [
        _("Record of processing activities, GDPR Art. 30(1)."),
        _("As of %(at)s.") % {"at": at.isoformat(timespec="minutes")},
    ]
    services.note_record(actor=actor_of(request), form="pdf", at=at)
    title = _("Record of processing: %(name)s") % {"name": found.controller}
    return _file(paper.pdf(title, facts, sections, foot=title), "pdf", "application/pdf")


def _file(content: bytes, ending: str, kind: str) -> HttpResponseBase:
    return attachment(content, f"{slugify(_('record of processing'))}.{ending}", kind)


@door(rules.WRITE_RECORD)
class Controller(FormPage):
    """Who answers for the processing: what no program can know."""

    form_class = forms.Controller
    template_name = "compliance/auditing/controller.html"

    def initial(self) -> dict[str, Any]:
        return {name.partition(".")[2]: value for name, value in settings.values(rules.CONTROLLER).items()}

    def perform(self, form: Any) -> str:
        services.name_controller(actor=self.actor, values=form.cleaned_data, at=self.at)
        self.tell(_("Saved. The record of processing says so from now on."))
        return reverse("auditing:record")
