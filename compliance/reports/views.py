"""Reports: those that were written, asking for one, taking one out."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from compliance.reports import forms, queries
from compliance.reports.models import Report
from compliance.reports.rules import TAKE
from compliance.reports.services import making, taking
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import actor_of
from panel.ui.pages import FormPage, Page
from panel.ui.web.files import attachment


def _about(row: Report) -> str:
    until = date_format(row.until, "j M Y, H:i")
    return f"{date_format(row.since, 'j M Y')} – {until}" if row.since else until


@door(TAKE)
def listing(request: HttpRequest) -> HttpResponseBase:
    actor = actor_of(request)
    names: dict[Any, str] = {}
    columns = [
        Column("kind", gettext_lazy("Report"), value=lambda row: queries.title(row.kind), cell="title", card="title"),
        Column("until", gettext_lazy("About"), value=_about, sort="until"),
        Column("count", gettext_lazy("Rows"), numeric=True),
        Column(
            "by", gettext_lazy("By"), value=lambda row: names.get(row.made_by_id, _("The panel itself")), cell="actor"
        ),
        Column("made_at", gettext_lazy("Made"), cell="ago", sort="made_at", numeric=True),
        Column("take", gettext_lazy("Take"), value=lambda row: str(row.id), csv=False,
               cell="compliance/reports/cells.html#take"),
    ]  # fmt: skip
    kinds = [(one.name, one.title) for one in queries.kinds(actor)]
    page = ListPage(
        request, Rows(queries.visible_to(actor)), columns, sort="-made_at", csv_name="reports",
        filters=[Filter("kind", gettext_lazy("Report"), kinds, lambda rows, value: rows.filter(kind=value))],
        empty=Empty(
            gettext_lazy("No report yet"),
            gettext_lazy("A report is a signed bundle of PDF, CSV, JSON and HTML that say the same."),
            gettext_lazy("Write a report"), reverse("reports:new"),
        ),
    )  # fmt: skip
    names |= queries.names(list(page.objects))
    return answer(request, "compliance/reports/list.html", page)


@door(TAKE)
class New(FormPage):
    form_class = forms.Ask
    template_name = "compliance/reports/new.html"

    def form_options(self) -> dict[str, Any]:
        return {"kinds": [(one.name, one.title) for one in queries.kinds(self.actor)]}

    def initial(self) -> dict[str, Any]:
        return {"kind": self.request.GET.get("kind", "")}

    def context(self) -> dict[str, Any]:
        return {"kinds": queries.kinds(self.actor)}

    def perform(self, form: Any) -> str:
        job = making.ask(actor=self.actor, at=self.at, **form.cleaned_data)
        self.tell(_("The report is being written. It will stand in the list."))
        return reverse("ops:job", args=[job.id])


@door(TAKE)
class Taking(Page):
    """A report's bundle, or one of its files. Taking it is an event."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        found = queries.get(self.actor, self.kwargs["report_id"])
        if found is None:
            raise Missing(_("There is no such report."))
        name, content, data = taking.take(actor=self.actor, report=found, part=self.kwargs["part"], at=self.at)
        return attachment(data, name, content)
