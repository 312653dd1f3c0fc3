"""The list of assistants, and a new one."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from assistants.catalog import forms
from assistants.catalog.queries import assistants, parts, usage
from assistants.catalog.rules import permits
from assistants.catalog.services import assistants as verbs
from assistants.catalog.views.base import STATE_WORDS
from assistants.catalog.views.columns import columns
from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import BulkAct, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import actor_of
from panel.ui.pages import FormPage

STATE = Filter("state", gettext_lazy("State"), list(STATE_WORDS.items()), lambda rows, value: rows.filter(state=value))


@door(permits.VIEW)
def listing(request: HttpRequest) -> HttpResponseBase:
    """Every assistant that the actor may see; `?view=mine` those that they own."""
    actor = actor_of(request)
    rows, mine = assistants.visible_to(actor), request.GET.get("view") == "mine"
    page = ListPage(
        request,
        Rows((rows.filter(owner_id=actor.id) if mine else rows).select_related("live_version"), ["name", "slug"]),
        [],
        sort="name",
        filters=[STATE],
        empty=_empty(actor),
        searchable=gettext_lazy("Search by name"),
        csv_name="assistants",
    )
    page.columns = columns({}, {}, {})
    names = assistants.people_and_policies(page.objects)
    page.columns = columns(*names, usage.weeks([row.id for row in page.objects], clock.now()))
    stoppable = assistants.stoppable(actor, page.objects)
    if stoppable:
        page.bulk = [BulkAct(_("Stop"), reverse("catalog:suspensions"), "circle-x", "danger-quiet")]
        page.pickable = lambda row: row.id in stoppable
    counts = assistants.counts(actor)
    url = reverse("catalog:list")
    tabs = [
        {"label": _("All"), "url": url, "count": sum(counts.values()), "current": not mine},
        {"label": _("Mine"), "url": f"{url}?view=mine", "count": assistants.owned(actor), "current": mine},
    ]
    context = {"counts": counts, "views": tabs, "may_add": assistants.may_add(actor)}
    return answer(request, "assistants/catalog/list.html", page, context)


def _empty(actor: Actor) -> Empty:
    text = _(
        "An assistant is a prompt, a model and a guard policy behind one model name that any OpenAI client can call."
    )
    if not assistants.may_add(actor):
        return Empty(_("No assistant is shared with you"), text)
    return Empty(_("No assistant yet"), text, _("New assistant"), reverse("catalog:new"))


@door(permits.ADD)
class New(FormPage):
    form_class = forms.New
    template_name = "assistants/catalog/new.html"

    def form_options(self) -> dict[str, Any]:
        return {"teams": parts.teams()}

    def perform(self, form: Any) -> str:
        assistant = verbs.create(actor=self.actor, at=self.at, **form.cleaned_data)
        self.tell(_("Made. Write its draft next; nobody can call it before you publish."))
        return reverse("catalog:draft", args=[assistant.id])
