"""Classes and their periods, what is due now, the oldest record of each, the switch."""

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
from compliance.retention.forms import REASON_LIMIT
from compliance.retention.models import Rule
from compliance.retention.rules import permits
from compliance.retention.services import planning, ruling, switch
from panel.kernel.errors import Missing
from panel.kernel.registries import deletion
from panel.ui.api.asked import AskedOut, asked
from panel.ui.api.conditional import etag, match
from panel.ui.api.views import Collection, Endpoint, Item

DAYS = "Whole days within the bounds of the category."


class ClassIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=24)
    days = serializers.JSONField(help_text=DAYS)


class PeriodIn(serializers.Serializer[Any]):
    """`reason` is for whoever approves a shorter period."""

    days = serializers.JSONField(help_text=DAYS)
    reason = serializers.CharField(max_length=REASON_LIMIT)


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


class GaugeOut(serializers.Serializer[Any]):
    """`oldest` is null where nothing is kept; `is_late` says that the promise is broken."""

    rule = serializers.CharField(source="rule.name")
    store = serializers.CharField()
    days = serializers.IntegerField()
    oldest = serializers.DateTimeField(allow_null=True)
    is_late = serializers.BooleanField()


class SwitchBody(serializers.Serializer[Any]):
    stopped = serializers.BooleanField()


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

    def url_of(self, made: Rule) -> str:
        return reverse("retention:api_class", args=[made.name])

    @extend_schema(request=ClassIn, responses={201: ClassOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


@door(permits.VIEW, patch=permits.MANAGE)
class Class(Item):
    """One class, with its ETag."""

    serializer_class = ClassOut
    input_class = PeriodIn

    def thing(self) -> Rule:
        found = queries.rules(self.actor).filter(name=self.kwargs["class_name"]).first()
        if found is None:
            raise Missing(_("There is no such class."))
        return found

    def tag(self, thing: Rule) -> str:
        return etag(thing.name, thing.revision)

    @extend_schema(request=PeriodIn, responses={200: ClassOut, 202: AskedOut})
    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        """Keep longer, at once; or shorter: a second person approves it, and it counts a day later. Needs If-Match."""
        rule = self.thing()
        match(request, self.tag(rule))
        given = self.given()
        changed, approval = ruling.change(
            actor=self.actor, rule=rule, days=given["days"], revision=rule.revision, reason=given["reason"], at=self.at
        )
        return asked(approval) if approval else Response(self.shown(changed), headers={"ETag": self.tag(changed)})


@door(permits.VIEW)
class Preview(Endpoint):
    serializer_class = DueOut
    pagination_class = None

    @extend_schema(operation_id="retention_preview", responses=DueOut(many=True))
    def get(self, request: Request) -> Response:  # noqa: ARG002 - DRF's
        """What a run would delete now."""
        return Response(DueOut(planning.preview(self.at), many=True).data)


@door(permits.VIEW)
class Gauges(Endpoint):
    serializer_class = GaugeOut
    pagination_class = None

    @extend_schema(operation_id="retention_gauges", responses=GaugeOut(many=True))
    def get(self, request: Request) -> Response:  # noqa: ARG002 - DRF's
        """The oldest record of each class and store, against what was promised."""
        return Response(GaugeOut(queries.gauges(self.at), many=True).data)


@door(permits.VIEW, put=permits.STOP)
class Switch(Endpoint):
    serializer_class = SwitchBody
    input_class = SwitchBody

    @extend_schema(responses=SwitchBody)
    def get(self, request: Request) -> Response:  # noqa: ARG002 - DRF's
        """Whether every job that deletes is stopped."""
        return Response({"stopped": deletion.is_stopped()})

    @extend_schema(request=SwitchBody, responses=SwitchBody)
    def put(self, request: Request) -> Response:
        """Stop every job that deletes, or let them go on. The same again changes nothing."""
        turn = switch.stop if self.given()["stopped"] else switch.let_go
        turn(actor=self.actor, at=self.at)
        return self.get(request)
