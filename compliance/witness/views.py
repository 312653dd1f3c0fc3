"""Whose journals this panel witnesses, and the door at which they ask."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.access import queries as access
from accounts.access.rules import door, open_to_all
from compliance.witness import forms, queries, rules, services
from compliance.witness.models import Log
from panel.kernel import clock
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage


def _state(row: Log) -> str:
    return "failed" if row.forked_at else "degraded" if row.doubted_at else "live" if row.size else "waiting"


def _word(row: Log) -> Text:
    words: dict[str, Text] = {
        "failed": _("Signed two versions"), "degraded": _("Last proof did not hold"), "live": _("Continues"),
        "waiting": _("Never asked"),
    }  # fmt: skip
    return words[_state(row)]


@door(rules.VIEW)
def listing(request: HttpRequest) -> HttpResponseBase:
    may = access.can(actor_of(request), rules.KEEP)
    columns = [
        Column("origin", gettext_lazy("Journal"), cell="title", sort="origin", card="title"),
        Column("state", gettext_lazy("State"), value=_state, second=_word, cell="state", card="state"),
        Column("size", gettext_lazy("Entries"), numeric=True),
        Column("cosigned", gettext_lazy("Cosigned"), numeric=True),
        Column("seen_at", gettext_lazy("Last"), value=lambda row: row.seen_at, cell="ago", numeric=True),
        Column("acts", "", value=lambda row: row, cell="compliance/witness/cells.html#log", csv=False),
    ]
    page = ListPage(
        request, Rows(queries.logs(), ["origin"]), columns if may else columns[:-1], sort="origin", csv_name="witnessed",
        empty=Empty(
            gettext_lazy("No journal is witnessed"),
            gettext_lazy("Two panels that witness each other notice when one of them is cut or written anew."),
            gettext_lazy("Witness a journal") if may else "",
            reverse("witness:new") if may else "",
        ),
    )  # fmt: skip
    key = queries.verifier()
    context = {
        "may": may,
        "key": key.text() if key else "",
        "prefix": request.build_absolute_uri(reverse("witness:list")),
    }
    return answer(request, "compliance/witness/list.html", page, context)


@door(rules.KEEP)
class New(FormPage):
    form_class = forms.Watch
    template_name = "compliance/witness/new.html"

    def perform(self, form: Any) -> str:
        services.watch(actor=self.actor, at=self.at, **form.cleaned_data)
        self.tell(_("Witnessed from now on. Give the other panel the address and the key below."))
        return reverse("witness:list")


@door(rules.KEEP)
class Removal(Act):
    def perform(self) -> Text:
        services.forget(actor=self.actor, log_id=self.kwargs["witnessed_id"], at=self.at)
        return _("Not witnessed any more. What was cosigned stays true.")

    def back(self) -> str:
        return reverse("witness:list")


@open_to_all("A journal asks for the witness's signature; only what a known key signed is looked at.")
@csrf_exempt
@require_POST
def add_checkpoint(request: HttpRequest) -> HttpResponse:
    """c2sp.org/tlog-witness: 200 with the cosignature, else 400, 403, 404, 409, 422 as it says."""
    reply = services.cosign(body=request.body, at=clock.now())
    return HttpResponse(reply.text, status=reply.status, content_type=reply.content)
