"""/api/v1/reports/: what can be reported, reports that were written, their bundles."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from compliance.reports import queries
from compliance.reports.models import Report
from compliance.reports.rules import TAKE
from compliance.reports.services import making, taking
from panel.kernel.errors import Missing
from panel.ui.api.idempotency import once
from panel.ui.api.views import Collection, Endpoint
from panel.ui.web.files import attachment


class ReportOut(serializers.ModelSerializer[Report]):
    class Meta:
        model = Report
        fields = ("id", "kind", "since", "until", "count", "bundle_id", "manifest", "made_at")
        read_only_fields = fields


class AskIn(serializers.Serializer[Any]):
    """Without `until` it is about now; `since` only for reports about a period."""

    kind = serializers.CharField(max_length=40)
    since = serializers.DateTimeField(required=False, allow_null=True, default=None)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class AskedOut(serializers.Serializer[Any]):
    """The job that writes it: its `result_id` is the report."""

    job = serializers.UUIDField()


class KindOut(serializers.Serializer[Any]):
    name = serializers.CharField()
    title = serializers.CharField()
    sentence = serializers.CharField()
    period = serializers.BooleanField()


@door(TAKE)
class Reports(Collection):
    """Signed reports whose subject the caller may see, newest first; POST asks for one, once per Idempotency-Key."""

    serializer_class = ReportOut
    input_class = AskIn
    ordering = "-made_at"

    def rows(self) -> QuerySet[Report]:
        return queries.visible_to(self.actor)

    @extend_schema(request=AskIn, responses={202: AskedOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        given = self.given()
        return once(request, self.actor, lambda: self._asked(given))

    def _asked(self, given: Mapping[str, Any]) -> Response:
        job = making.ask(actor=self.actor, at=self.at, **given)
        return Response({"job": str(job.id)}, status=202, headers={"Location": reverse("ops:api_job", args=[job.id])})


@door(TAKE)
class Kinds(Endpoint):
    serializer_class = KindOut
    pagination_class = None

    @extend_schema(operation_id="reports_kinds", responses=KindOut(many=True))
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """What the caller can ask for."""
        fake = getattr(self, "swagger_fake_view", False)
        return Response(KindOut([] if fake else queries.kinds(self.actor), many=True).data)


class OfReport(Endpoint):
    serializer_class = ReportOut

    def thing(self) -> Report:
        found = queries.get(self.actor, self.kwargs["report_id"])
        if found is None:
            raise Missing(_("There is no such report."))
        return found


@door(TAKE)
class One(OfReport):
    def get(self, request: Request, report_id: UUID) -> Response:  # noqa: ARG002
        """One report."""
        return Response(self.shown(self.thing()))


@door(TAKE)
class Bundle(OfReport):
    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, report_id: UUID) -> HttpResponseBase:  # noqa: ARG002
        """The signed bundle; taking it is an event of the journal."""
        name, content, data = taking.take(actor=self.actor, report=self.thing(), part="zip", at=self.at)
        return attachment(data, name, content)
