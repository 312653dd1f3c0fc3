"""/api/v1/retention/: classes, what is due now, runs. Two people agree in the panel."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from compliance.retention import queries
from compliance.retention.models import Rule, Run
from compliance.retention.rules import permits
from compliance.retention.services import planning, ruling
from panel.kernel.errors import Conflict, Missing
from panel.ui.api.conditional import etag
from panel.ui.api.views import Collection, Endpoint, Item


class ClassIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=24)
    days = serializers.JSONField(help_text="Whole days within the bounds of the category.")


class ClassOut(serializers.ModelSerializer[Rule]):
    class Meta:
        model = Rule
        fields = ("name", "category", "days", "is_default", "pending_days", "pending_at", "revision", "changed_at")
        read_only_fields = fields


class DueOut(serializers.Serializer[Any]):
    rule = serializers.CharField()
    store = serializers.CharField()
    days = serializers.IntegerField()
    due = serializers.IntegerField()
    held = serializers.IntegerField()
    oldest = serializers.CharField(allow_null=True)


class RunIn(serializers.Serializer[Any]):
    """Nothing to say: a run deletes what is due."""


class RunOut(serializers.ModelSerializer[Run]):
    class Meta:
        model = Run
        fields = (
            "id", "state", "reason", "made_at", "as_of", "rules", "preview", "needs", "approved_at", "begins_at",
            "began_at", "ended_at", "problem",
        )  # fmt: skip
        read_only_fields = fields


@extend_schema_view(get=extend_schema(operation_id="retention_classes_list", responses=ClassOut(many=True)))
@door(permits.VIEW, post=permits.MANAGE)
class Classes(Collection):
    """List classes; make one for what is said."""

    serializer_class = ClassOut
    input_class = ClassIn
    ordering = "name"

    def rows(self) -> Any:
        return queries.rules(self.actor)

    def create(self, given: Mapping[str, Any]) -> Rule:
        return ruling.make(actor=self.actor, name=given["name"], days=given["days"], at=self.at)

    @extend_schema(request=ClassIn, responses={201: ClassOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


@door(permits.VIEW)
class Preview(Endpoint):
    serializer_class = DueOut
    pagination_class = None

    @extend_schema(operation_id="retention_preview", responses=DueOut(many=True))
    def get(self, request: Request) -> Response:  # noqa: ARG002 - DRF's
        """What a run would delete now."""
        return Response(DueOut(planning.preview(self.at), many=True).data)


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


@door(permits.VIEW)
class One(Item):
    """One run, with its ETag."""

    http_method_names = ("get", "head", "options")
    serializer_class = RunOut

    def thing(self) -> Run:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["run_id"]).first()
        if found is None:
            raise Missing(_("There is no such run."))
        return found

    def tag(self, thing: Run) -> str:
        return etag(thing.id, thing.state)
