"""/api/v1/jobs/: long tasks of the caller, or of everybody with the permit."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import SIGNED_IN, door
from panel.kernel.errors import Invalid
from panel.kernel.models import Job
from panel.ops.jobs import queries, services
from panel.ui.api.conditional import etag
from panel.ui.api.views import Collection, Endpoint, Item
from panel.ui.web import jobs as words


class JobOut(serializers.ModelSerializer[Job]):
    title = serializers.SerializerMethodField()
    phase = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            "id", "name", "title", "state", "done", "total", "unit", "phase", "actor_kind", "actor_id", "about_kind",
            "about_id", "result_kind", "result_id", "file_name", "file_size", "error_code", "error", "attempts",
            "created_at", "started_at", "ended_at", "cancel_requested_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_title(self, job: Job) -> str:
        return words.title(job.name)

    def get_phase(self, job: Job) -> str:
        return words.told(job.phase, job.words)


ASKED = [OpenApiParameter("state", str, enum=list(words.STATES), description="Only jobs in this state.")]


@extend_schema_view(
    get=extend_schema(operation_id="jobs_list", parameters=ASKED, responses=JobOut(many=True))
)  # fmt: skip
@door(SIGNED_IN)
class Jobs(Collection):
    """List jobs, newest first; `?state=` narrows."""

    serializer_class = JobOut
    http_method_names = ("get", "head", "options")
    filters = tuple(one.name for one in ASKED)

    def rows(self) -> Any:
        found = queries.visible_to(self.actor).defer("log", "checkpoint")
        state = self.request.query_params.get("state", "")
        if state and state not in words.STATES:
            raise Invalid(fields={"state": _("Choose one of: %(states)s.") % {"states": ", ".join(words.STATES)}})
        return found.filter(state=state) if state else found


class OfJob(Endpoint):
    serializer_class: Any = JobOut

    def thing(self) -> Job:
        return queries.get(self.actor, self.kwargs["job_id"])


@door(SIGNED_IN)
class OneJob(OfJob, Item):
    """One job, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: Job) -> str:
        return etag(thing.id, thing.state, thing.done, thing.attempts, thing.phase, bool(thing.cancel_requested_at))


@door(SIGNED_IN)
class Cancellation(OfJob):
    """POST cancels: at once when it waits, at its next step when it runs."""

    @extend_schema(request=None, responses=JobOut)
    def post(self, _request: Request, *_args: Any, **_kwargs: Any) -> Response:
        return Response(self.shown(services.cancel(actor=self.actor, job=self.thing(), at=self.at)))


@door(SIGNED_IN)
class Repetition(OfJob):
    """POST queues a failed or cancelled job again; it goes on from its checkpoint."""

    @extend_schema(request=None, responses=JobOut)
    def post(self, _request: Request, *_args: Any, **_kwargs: Any) -> Response:
        return Response(self.shown(services.retry(actor=self.actor, job=self.thing(), at=self.at)))
