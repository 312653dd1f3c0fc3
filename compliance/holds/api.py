"""/api/v1/holds/: legal holds and their lines. A release is asked for and approved in the panel, by two people."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from compliance.holds import queries
from compliance.holds.models import Hold
from compliance.holds.models import Line as Row
from compliance.holds.rules import permits
from compliance.holds.rules.scope import REASON_LIMIT, TITLE_LIMIT, Kind, Line
from compliance.holds.services import placing
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag, match
from panel.ui.api.views import Collection, Endpoint, Item


class LineIn(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=[one.value for one in Kind])
    value = serializers.UUIDField(required=False, allow_null=True, default=None)
    from_day = serializers.DateField(required=False, allow_null=True, default=None)
    to_day = serializers.DateField(required=False, allow_null=True, default=None)


class HoldIn(serializers.Serializer[Any]):
    reference = serializers.CharField(max_length=40)
    title = serializers.CharField(max_length=TITLE_LIMIT)
    reason = serializers.CharField(max_length=REASON_LIMIT)
    lines = LineIn(many=True)


class WideningIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=REASON_LIMIT)
    lines = LineIn(many=True)


class HoldOut(serializers.ModelSerializer[Hold]):
    class Meta:
        model = Hold
        fields = ("id", "reference", "state", "revision", "made_at", "placed_at", "cooling_since", "released_at")
        read_only_fields = fields


class LineOut(serializers.ModelSerializer[Row]):
    class Meta:
        model = Row
        fields = ("id", "kind", "subject", "assistant", "item", "from_day", "to_day")
        read_only_fields = fields


def _lines(given: Any) -> list[Line]:
    return [Line(Kind(one["kind"]), one["value"], one["from_day"], one["to_day"]) for one in given]


@extend_schema_view(get=extend_schema(operation_id="holds_list", responses=HoldOut(many=True)))
@door(permits.VIEW, post=permits.PLACE)
class Holds(Collection):
    """List legal holds; place one."""

    serializer_class = HoldOut
    input_class = HoldIn

    def rows(self) -> Any:
        return queries.visible_to(self.actor)

    def create(self, given: Mapping[str, Any]) -> Hold:
        wanted = placing.Wanted(given["reference"], given["title"], given["reason"], _lines(given["lines"]))
        return placing.place(actor=self.actor, wanted=wanted, at=self.at)

    def url_of(self, made: Hold) -> str:
        return reverse("holds:api_hold", args=[made.id])

    @extend_schema(request=HoldIn, responses={201: HoldOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfHold(Endpoint):
    serializer_class: Any = HoldOut

    def thing(self) -> Hold:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["hold_id"]).first()
        if found is None:
            raise Missing(_("There is no such hold."))
        return found


@door(permits.VIEW)
class One(OfHold, Item):
    """One hold, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: Hold) -> str:
        return etag(thing.id, thing.revision)


@extend_schema_view(get=extend_schema(operation_id="holds_lines_list", responses=LineOut(many=True)))
@door(permits.VIEW, post=permits.PLACE)
class Lines(OfHold):
    serializer_class = LineOut
    input_class = WideningIn

    def get(self, request: Request, hold_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """What it covers, oldest first."""
        fake = getattr(self, "swagger_fake_view", False)
        rows = Row.objects.none() if fake else self.thing().lines.all()
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(request=WideningIn, responses={201: HoldOut})
    def post(self, request: Request, hold_id: UUID) -> Response:  # noqa: ARG002
        """Cover more. Needs If-Match; nothing is ever covered less."""
        hold = self.thing()
        match(self.request, etag(hold.id, hold.revision))
        given = self.given()
        lines = _lines(given["lines"])
        made = placing.widen(actor=self.actor, hold=hold, lines=lines, reason=given["reason"], at=self.at)
        return Response(HoldOut(made.hold).data, status=201)
