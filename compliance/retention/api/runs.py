"""Runs: what each will delete or did, agreeing with it, stopping it, its manifest."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from compliance.retention import queries
from compliance.retention.forms import REASON_LIMIT
from compliance.retention.models import Run, Step
from compliance.retention.rules import permits
from compliance.retention.services import manifest, planning, running
from panel.kernel.errors import Conflict, Missing
from panel.ui.api.asked import AskedOut, asked
from panel.ui.api.conditional import etag
from panel.ui.api.views import Collection, Endpoint, Item
from panel.ui.web.files import attachment


class RunIn(serializers.Serializer[Any]):
    """Nothing to say: a run deletes what is due."""


class ApprovalIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=REASON_LIMIT)


class RunOut(serializers.ModelSerializer[Run]):
    class Meta:
        model = Run
        fields = (
            "id", "state", "reason", "made_at", "as_of", "rules", "preview", "needs", "approved_at", "begins_at",
            "began_at", "ended_at", "problem",
        )  # fmt: skip
        read_only_fields = fields


class StepOut(serializers.ModelSerializer[Step]):
    """`gone` and `held_count` are numbers of records; `dropped` names a partition that went as a whole."""

    class Meta:
        model = Step
        fields = ("id", "rule", "store", "unit", "part", "gone", "held_count", "dropped", "done", "at")
        read_only_fields = fields


@extend_schema_view(get=extend_schema(operation_id="retention_runs_list", responses=RunOut(many=True)))
@door(permits.VIEW, post=permits.MANAGE)
class Runs(Collection):
    """List runs; begin one."""

    serializer_class = RunOut
    input_class = RunIn

    def rows(self) -> Any:
        return queries.visible_to(self.actor)

    def create(self, given: Mapping[str, Any]) -> Run:  # noqa: ARG002 - nothing is given
        made = planning.begin(actor=self.actor, reason="manual", at=self.at)
        if made is None:
            raise Conflict(_("A run is under way. Finish or stop it first."))
        return made

    def url_of(self, made: Run) -> str:
        return reverse("retention:api_run", args=[made.id])

    @extend_schema(request=RunIn, responses={201: RunOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfRun(Endpoint):
    serializer_class: Any = RunOut

    def thing(self) -> Run:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["run_id"]).first()
        if found is None:
            raise Missing(_("There is no such run."))
        return found


@door(permits.VIEW)
class One(OfRun, Item):
    """One run, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: Run) -> str:
        return etag(thing.id, thing.state)


@extend_schema_view(get=extend_schema(operation_id="retention_steps_list", responses=StepOut(many=True)))
@door(permits.VIEW)
class Steps(OfRun):
    serializer_class = StepOut

    def get(self, request: Request, run_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """What it deleted so far, newest first; each line was written in one transaction with what went."""
        fake = getattr(self, "swagger_fake_view", False)
        rows = Step.objects.none() if fake else self.thing().steps.all()
        return self.items(self.paginate_queryset(rows))


@door(permits.MANAGE)
class Approval(OfRun):
    input_class = ApprovalIn

    @extend_schema(request=ApprovalIn, responses={202: AskedOut})
    def post(self, request: Request, run_id: UUID) -> Response:  # noqa: ARG002
        """Ask that a second person agrees with exactly this preview; it begins a day later."""
        reason = self.given()["reason"]
        return asked(planning.ask(actor=self.actor, run=self.thing(), reason=reason, at=self.at))


@door(permits.MANAGE)
class LookingAgain(OfRun):
    @extend_schema(request=None, responses=RunOut)
    def post(self, request: Request, run_id: UUID) -> Response:  # noqa: ARG002
        """Preview anew, from now. An approval of the old preview is void."""
        return Response(self.shown(planning.look_again(actor=self.actor, run=self.thing(), at=self.at)))


@door(permits.STOP)
class Abortion(OfRun):
    @extend_schema(request=None, responses=RunOut)
    def post(self, request: Request, run_id: UUID) -> Response:  # noqa: ARG002
        """Stop it between two steps. What is done stays done and written down."""
        return Response(self.shown(running.abort(actor=self.actor, run=self.thing(), at=self.at)))


@door(permits.MANAGE)
class Resumption(OfRun):
    @extend_schema(request=None, responses={202: RunOut})
    def post(self, request: Request, run_id: UUID) -> Response:  # noqa: ARG002
        """Let a job go on where it stopped."""
        return Response(self.shown(running.resume(actor=self.actor, run=self.thing(), at=self.at)), status=202)


@door(permits.VIEW)
class Manifest(OfRun):
    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, run_id: UUID) -> HttpResponseBase:  # noqa: ARG002
        """The signed manifest of a run that is over, as a bundle that verifies without the panel."""
        run = self.thing()
        if run.bundle is None:
            raise Missing(_("This run has no manifest yet."))
        return attachment(manifest.archive(run, at=self.at), f"retention-{run.id}.zip", "application/zip")
