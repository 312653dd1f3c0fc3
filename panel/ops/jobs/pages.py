"""/jobs/: long tasks, one of them as it runs, and the schedule."""

from functools import cached_property
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.text import get_valid_filename
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.rules import SIGNED_IN, door
from panel.kernel.models import Job
from panel.kernel.work import results
from panel.ops.jobs import lists, queries, rules, services
from panel.ui.lists.answer import answer
from panel.ui.menu import Text, actor_of
from panel.ui.pages import Act, Page
from panel.ui.web import jobs as words
from panel.ui.web.files import attachment

LIVE = "job-live"


@door(SIGNED_IN)
def jobs(request: HttpRequest) -> HttpResponseBase:
    """The list, newest first."""
    actor = actor_of(request)
    everybodys = access.can(actor, rules.SEE_JOBS)
    page = lists.jobs(request, actor, everybodys=everybodys)
    return answer(request, "ops/jobs.html", page, {"everybodys": everybodys, "tabs": lists.tabs(everybodys=everybodys)})


@door(rules.SEE_JOBS)
def schedule(request: HttpRequest) -> HttpResponseBase:
    """What runs by itself, when it ran last and how, and when it runs next."""
    actor = actor_of(request)
    may = access.can(actor, rules.MANAGE_JOBS)
    page = lists.schedule(request, may=may)
    return answer(request, "ops/schedule.html", page, {"may": may, "tabs": lists.tabs(everybodys=True)})


class OfJob(Page):
    """A page about one job that the actor may see; any other is missing."""

    @cached_property
    def job(self) -> Job:
        return queries.get(self.actor, self.kwargs["job_id"])

    def back(self) -> str:
        return reverse("ops:job", args=[self.job.id])


@door(SIGNED_IN)
class Detail(OfJob):
    template_name = "ops/job.html"

    def context(self) -> dict[str, Any]:
        job, may = self.job, queries.may_steer(self.actor, self.job)
        return {
            **lists.facts(self.actor, job),
            "lines": [(parse_datetime(at), words.told(text, given)) for at, text, given in reversed(job.log)],
            "may_cancel": may and job.ended_at is None and job.cancel_requested_at is None,
            "may_retry": may and job.state in {"failed", "cancelled"},
            "may_download": bool(job.file_name) and queries.is_own(self.actor, job),
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "htmx", None) and request.htmx.target == LIVE:  # type: ignore[attr-defined]
            response = render(request, "ops/job.html#live", {**self.context(), "fresh": True})
            if self.job.ended_at is not None:
                # The buttons and facts around it change too.
                response["HX-Refresh"] = "true"
            return response
        return super().get(request, *args, **kwargs)


@door(SIGNED_IN)
class Card(OfJob):
    """The card alone, for pages that show it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ARG002
        return render(request, "elements/data/job.html", {"shown": words.shown(self.job)})


@door(SIGNED_IN)
class Ticket(OfJob):
    """POST gives a ticket to the stream that tells when this job has something new."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        return HttpResponseRedirect(self.back())

    def post(self, _request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        return JsonResponse({"ticket": services.ticket(actor=self.actor, job=self.job)})


@door(SIGNED_IN)
class Cancellation(OfJob, Act):
    def perform(self) -> Text:
        job = services.cancel(actor=self.actor, job=self.job, at=self.at)
        return _("Cancelled.") if job.ended_at else _("It stops at its next step.")


@door(SIGNED_IN)
class Repetition(OfJob, Act):
    def perform(self) -> Text:
        services.retry(actor=self.actor, job=self.job, at=self.at)
        return _("It waits for a worker and goes on from where it stopped.")


@door(SIGNED_IN)
class File(OfJob):
    """The file that a job made, for who started it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:  # noqa: ARG002
        frames = results.read(self.job.id)
        services.downloaded(actor=self.actor, job=self.job, at=self.at)
        name = get_valid_filename(self.job.file_name)
        return attachment(frames, name, "application/octet-stream", size=self.job.file_size)


@door(rules.MANAGE_JOBS)
class RunNow(Act):
    """POST starts a scheduled name outside its hours."""

    def perform(self) -> Text:
        self.started = services.run_now(actor=self.actor, name=self.kwargs["name"], at=self.at)
        return _("It runs now.") if self.started is None else _("It waits for a worker.")

    def back(self) -> str:
        started = getattr(self, "started", None)
        return reverse("ops:job", args=[started.id]) if started else reverse("ops:schedule")


@door(rules.MANAGE_JOBS)
class Trial(Act):
    """POST starts a job that only counts."""

    def perform(self) -> None:
        self.started = services.try_out(actor=self.actor, at=self.at)

    def back(self) -> str:
        started = getattr(self, "started", None)
        return reverse("ops:job", args=[started.id]) if started else reverse("ops:schedule")
