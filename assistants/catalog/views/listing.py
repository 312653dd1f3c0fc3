"""The list of assistants, and a new one."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from assistants.catalog import forms
from assistants.catalog.models import Assistant
from assistants.catalog.queries import assistants, parts
from assistants.catalog.rules import permits
from assistants.catalog.services import assistants as verbs
from assistants.catalog.views.base import STATE_WORDS, mark
from panel.kernel.actors import Actor
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import actor_of
from panel.ui.pages import FormPage

STATE = Filter("state", gettext_lazy("State"), list(STATE_WORDS.items()), lambda rows, value: rows.filter(state=value))


def _version(row: Assistant) -> str:
    return f"v{row.live_version.number}" if row.live_version else "–"


def _second(row: Assistant) -> str:
    return row.stopped_reason if row.state == "paused" else row.slug


def _columns(owners: dict[Any, str], policies: dict[Any, str]) -> list[Column]:
    return [
        Column(
            "name",
            gettext_lazy("Assistant"),
            cell="title",
            second=_second,
            mono=lambda row: row.state != "paused",
            sort="name",
            card="title",
            url=lambda row: reverse("catalog:detail", args=[row.id]),
        ),
        Column(
            "state",
            gettext_lazy("State"),
            value=lambda row: mark(row.state),
            second=lambda row: STATE_WORDS[row.state],
            cell="state",
            sort="state",
            card="state",
        ),
        Column("version", gettext_lazy("Version"), value=_version, cell="mono"),
        Column(
            "policy",
            gettext_lazy("Guard policy"),
            value=lambda row: policies.get(row.live_version.policy_id, "–") if row.live_version else "–",
        ),
        Column("owner", gettext_lazy("Owner"), value=lambda row: owners.get(row.owner_id, ""), cell="actor"),
        Column("changed_at", gettext_lazy("Changed"), cell="ago", sort="changed_at", numeric=True),
    ]


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
    page.columns = _columns({}, {})
    page.columns = _columns(*assistants.people_and_policies(page.objects))
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
