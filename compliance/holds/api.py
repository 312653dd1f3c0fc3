"""/api/v1/holds/: legal holds, their lines and releases, which two people agree to, and who tried to delete all the same."""

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
from compliance.holds.models import Attempt, Hold
from compliance.holds.models import Line as Row
from compliance.holds.rules import permits
from compliance.holds.rules.scope import REASON_LIMIT, TITLE_LIMIT, Kind, Line
from compliance.holds.services import placing, releasing
from panel.kernel.errors import Missing
from panel.ui.api.asked import AskedOut, asked
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


class ReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=REASON_LIMIT)


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


class AttemptOut(serializers.ModelSerializer[Attempt]):
    """Somebody (`by_kind`, `by_id`) tried to destroy the record `target` of the sort `kind`, which a hold keeps."""

    class Meta:
        model = Attempt
        fields = ("id", "hold", "kind", "target", "by_kind", "by_id", "at")
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


@door(permits.RELEASE)
class Release(OfHold):
    input_class = ReasonIn

    @extend_schema(request=ReasonIn, responses={202: AskedOut})
    def post(self, request: Request, hold_id: UUID) -> Response:  # noqa: ARG002
        """Ask that a second person agrees to let it go; a day is left then to call that off."""
        reason = self.given()["reason"]
        return asked(releasing.ask(actor=self.actor, hold=self.thing(), reason=reason, at=self.at))


@door(permits.PLACE)
class Keeping(OfHold):
    input_class = ReasonIn

    @extend_schema(request=ReasonIn, responses=HoldOut)
    def post(self, request: Request, hold_id: UUID) -> Response:  # noqa: ARG002
        """Call a release off: the hold stays in force."""
        reason = self.given()["reason"]
        return Response(HoldOut(releasing.keep(actor=self.actor, hold=self.thing(), reason=reason, at=self.at)).data)


@door(permits.PLACE)
class Discard(OfHold):
    @extend_schema(request=None, responses=HoldOut)
    def post(self, request: Request, hold_id: UUID) -> Response:  # noqa: ARG002
        """Drop a draft that was never in force. It stays listed."""
        return Response(HoldOut(placing.discard(actor=self.actor, hold=self.thing(), at=self.at)).data)


@extend_schema_view(get=extend_schema(operation_id="holds_attempts_list", responses=AttemptOut(many=True)))
@door(permits.VIEW)
class Attempts(Endpoint):
    serializer_class = AttemptOut

    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Deletions that a hold refused, newest first."""
        return self.items(self.paginate_queryset(queries.attempts(self.actor)))
