"""Pages of guard policies: the list, one with its stages and a dry run, making and changing one."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from assistants.guard import forms, queries, services
from assistants.guard.models import GuardPolicy
from assistants.guard.rules import permits
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import actor_of
from panel.ui.pages import FormPage, Page

COLUMNS = [
    Column(
        "name",
        gettext_lazy("Policy"),
        cell="title",
        sort="name",
        card="title",
        second=lambda policy: gettext_lazy("Built in") if policy.preset else gettext_lazy("Your own"),
        url=lambda policy: reverse("guard:detail", args=[policy.id]),
    ),
    Column("blocks", gettext_lazy("Blocks"), value=lambda policy: queries.stages_in(policy, "block")),
    Column("redacts", gettext_lazy("Redacts"), value=lambda policy: queries.stages_in(policy, "redact")),
    Column("version", gettext_lazy("Content"), cell="hash", card="none"),
    Column("changed_at", gettext_lazy("Changed"), cell="ago", sort="changed_at", numeric=True),
]


@door(permits.VIEW)
def policies(request: HttpRequest) -> HttpResponseBase:
    """The list."""
    actor = actor_of(request)
    page = ListPage(
        request,
        Rows(queries.visible_to(actor), ["name"]),
        COLUMNS,
        sort="name",
        empty=Empty(gettext_lazy("No policy"), gettext_lazy("The built-in policies come with the installation.")),
        csv_name="guard-policies",
    )
    return answer(request, "assistants/guard/list.html", page, {"may": queries.rights(actor)})


class OfPolicy(Page):
    @cached_property
    def policy(self) -> GuardPolicy:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["policy_id"]).first()
        if found is None:
            raise Missing(_("There is no such guard policy."))
        return found

    def context(self) -> dict[str, Any]:
        return {"policy": self.policy, "may": queries.rights(self.actor), "stages": queries.stages(self.policy)}


@door(permits.VIEW)
class Detail(OfPolicy, FormPage):
    """The stages, and a dry run: the answer to the POST is the page itself, so that the text stands in no address."""

    form_class = forms.Trial
    template_name = "assistants/guard/detail.html"

    def perform(self, form: Any) -> HttpResponse:
        found = queries.dry_run(self.policy, form.cleaned_data["text"])
        answered = self.show(form=form, trial=found)
        answered["Cache-Control"] = "no-store"
        return answered


@door(permits.CHANGE)
class New(FormPage):
    form_class = forms.New
    template_name = "assistants/guard/new.html"

    def form_options(self) -> dict[str, Any]:
        return {"sources": [(str(key), name) for key, name in queries.choices()]}

    def initial(self) -> dict[str, Any]:
        return {"source": self.request.GET.get("source") or str(queries.default().id)}

    def perform(self, form: Any) -> str:
        source = queries.get(form.cleaned_data["source"])
        policy = services.create(actor=self.actor, name=form.cleaned_data["name"], document=source.document, at=self.at)
        self.tell(_("Made as a copy of %(name)s. Change its stages now.") % {"name": source.name})
        return reverse("guard:edit", args=[policy.id])


@door(permits.CHANGE)
class Edit(OfPolicy, FormPage):
    edits = True
    form_class = forms.Stages
    template_name = "assistants/guard/edit.html"

    def initial(self) -> dict[str, Any]:
        return forms.Stages.initial_of(self.policy.document, self.policy.revision)

    def perform(self, form: Any) -> str:
        services.change(
            actor=self.actor,
            policy=self.policy,
            document=form.document(self.policy.document),
            revision=form.cleaned_data["revision"],
            at=self.at,
        )
        self.tell(_("Saved. Calls that begin now use it."))
        return reverse("guard:detail", args=[self.policy.id])
