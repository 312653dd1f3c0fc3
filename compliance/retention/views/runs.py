"""Pages of the runs: what each will delete or did, who agreed, stopping it, its manifest."""

from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.access.rules import door
from accounts.approvals.queries import standing
from compliance.retention import forms, queries
from compliance.retention.models import Run
from compliance.retention.rules import permits
from compliance.retention.rules.states import WORDS, State
from compliance.retention.services import manifest, planning, running
from compliance.retention.services.effects import WHY
from panel.kernel import jobs
from panel.kernel.errors import Missing
from panel.ui.lists.answer import answer
from panel.ui.lists.columns import Column, Empty, Filter
from panel.ui.lists.page import ListPage
from panel.ui.lists.sources import Rows
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, FormPage, Page
from panel.ui.web.files import attachment

LOOKS = {
    State.SCHEDULED: "draft",
    State.PREVIEWED: "draft",
    State.APPROVED: "draft",
    State.RUNNING: "running",
    State.VERIFYING: "running",
    State.COMPLETED: "done",
    State.DEFERRED: "done",
    State.FAILED: "failed",
    State.ABORTED: "paused",
    State.WITHDRAWN: "paused",
}
REASONS = {
    "schedule": gettext_lazy("On schedule"),
    "catch_up": gettext_lazy("Caught up"),
    "manual": gettext_lazy("By hand"),
}


@door(permits.VIEW)
def runs(request: HttpRequest) -> HttpResponseBase:
    """Every run, newest first."""
    actor = actor_of(request)
    columns = [
        Column(
            "made_at", gettext_lazy("Run"), cell="moment", sort="made_at", card="title",
            url=lambda row: reverse("retention:run", args=[row.id]),
        ),
        Column(
            "state", gettext_lazy("State"), value=lambda row: LOOKS[State(row.state)], cell="state", card="state",
            second=lambda row: WORDS[State(row.state)],
        ),
        Column("reason", gettext_lazy("Why"), value=lambda row: REASONS[row.reason]),
        Column("due", gettext_lazy("Due"), value=lambda row: planning.total(row, "due"), numeric=True),
        Column("held", gettext_lazy("Held"), value=lambda row: planning.total(row, "held"), numeric=True),
    ]  # fmt: skip
    page = ListPage(
        request,
        Rows(queries.visible_to(actor)),
        columns,
        sort="-made_at",
        filters=[
            Filter("state", gettext_lazy("State"), list(WORDS.items()), lambda rows, value: rows.filter(state=value))
        ],
        empty=Empty(
            gettext_lazy("No run yet"), gettext_lazy("One begins every day by itself. Its preview says what would go.")
        ),
        csv_name="retention-runs",
    )
    return answer(request, "compliance/retention/runs.html", page, {"may": queries.rights(actor)})


@door(permits.MANAGE)
class New(Act):
    """POST looks what is due and makes a run of it."""

    made: Run | None = None

    def perform(self) -> Text | None:
        self.made = planning.begin(actor=self.actor, reason="manual", at=self.at)
        return _("Looked. This is what would go.")

    def back(self) -> str:
        return reverse("retention:run", args=[self.made.id]) if self.made else reverse("retention:runs")


class OfRun(Page):
    @cached_property
    def run(self) -> Run:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["run_id"]).first()
        if found is None:
            raise Missing(_("There is no such run."))
        return found

    def context(self) -> dict[str, Any]:
        state = State(self.run.state)
        may = queries.rights(self.actor)
        waits = standing.waiting_about(self.run.journal_ref, self.at) if state is State.PREVIEWED else None
        return {
            "run": self.run,
            "look": LOOKS[state],
            "word": WORDS[state],
            "may": may,
            "waits": waits,
            "can_approve": may["manage"] and state is State.PREVIEWED and waits is None,
            "can_look_again": may["manage"] and state is State.PREVIEWED,
            "begun": state in {State.RUNNING, State.VERIFYING},
            "can_stop": may["stop"] and state in {State.PREVIEWED, State.APPROVED, State.RUNNING, State.VERIFYING},
            "can_resume": may["manage"] and state in {State.FAILED, State.ABORTED},
            "back": self.back(),
        }

    def back(self) -> str:
        return reverse("retention:run", args=[self.run.id])


@door(permits.VIEW)
class Detail(OfRun):
    template_name = "compliance/retention/run.html"

    def context(self) -> dict[str, Any]:
        titles, steps = queries.titles(), queries.steps(self.run)
        rows = [
            {**one, "title": titles.get(one["store"], one["store"]), "moment": parse_datetime(one["oldest"] or "")}
            for one in self.run.preview
        ]
        return {
            **super().context(),
            "reason": REASONS[self.run.reason],
            "rows": rows,
            "needs": [(one["rule"], WHY[one["why"]]) for one in self.run.needs],
            "steps": steps[-200:],
            "due": planning.total(self.run, "due"),
            "held": planning.total(self.run, "held"),
            "gone": sum(one.gone for one in steps),
            "kept": sum(one.held_count for one in steps),
            "dropped": sum(bool(one.dropped) for one in steps),
            "job": self._job(),
        }

    def _job(self) -> Any:
        """What does it, while it is under way or was broken off."""
        wanted = self.run.state in {State.RUNNING, State.VERIFYING, State.FAILED, State.ABORTED, State.APPROVED}
        return jobs.latest(self.run.journal_ref, planning.JOB) if wanted else None


@door(permits.MANAGE)
class Approval(OfRun, FormPage):
    form_class = forms.Approval
    template_name = "compliance/retention/approval.html"

    def context(self) -> dict[str, Any]:
        return {**super().context(), "due": planning.total(self.run, "due")}

    def perform(self, form: Any) -> str:
        planning.ask(actor=self.actor, run=self.run, reason=form.cleaned_data["reason"], at=self.at)
        self.tell(_("Asked. It begins a day after a second person agrees with exactly this."))
        return self.back()


@door(permits.MANAGE)
class Preview(OfRun, Act):
    def perform(self) -> Text:
        planning.look_again(actor=self.actor, run=self.run, at=self.at)
        return _("Looked again, from now.")


@door(permits.STOP)
class Abortion(OfRun, Act):
    def perform(self) -> Text:
        stopped = running.abort(actor=self.actor, run=self.run, at=self.at)
        if stopped.state == State.WITHDRAWN:
            return _("Called off. Nothing was deleted; the next run looks again.")
        return _("Stopped. What is done stays done; it can go on later.")


@door(permits.MANAGE)
class Resumption(OfRun, Act):
    def perform(self) -> Text:
        running.resume(actor=self.actor, run=self.run, at=self.at)
        return _("It goes on where it stopped.")


@door(permits.VIEW)
class Manifest(OfRun):
    """The signed bundle, which verifies without the panel."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002 - Django's
        if self.run.bundle is None:
            raise Missing(_("This run has no manifest yet."))
        return attachment(manifest.archive(self.run, at=self.at), f"retention-{self.run.id}.zip", "application/zip")
