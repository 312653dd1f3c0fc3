"""/api/v1/webhooks/: programs that hear of events, and what became of each delivery."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from panel.kernel.errors import Invalid, Missing
from panel.ops.outbound import rules
from panel.outbound.models import Delivery, Endpoint
from panel.outbound.webhooks import queries, services
from panel.outbound.webhooks.rules import Outcome
from panel.ui.api import views
from panel.ui.api.conditional import etag, match


class WebhookIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    url = serializers.CharField(max_length=2000, write_only=True, help_text="https:// and a public or allowed host.")
    events = serializers.ListField(
        child=serializers.CharField(max_length=80), max_length=500, help_text='Names of events, or "*" for every one.'
    )


class WebhookChange(WebhookIn):
    """Without `url` the stored address stays."""

    url = serializers.CharField(max_length=2000, write_only=True, required=False, allow_blank=True, default="")


class WebhookOut(serializers.ModelSerializer[Endpoint]):
    class Meta:
        model = Endpoint
        fields = ("id", "name", "host", "events", "state", "failing_since", "old_until", "version", "created_at")
        read_only_fields = fields


class MadeOut(serializers.Serializer[Any]):
    """`secret` is shown now and never again (Standard Webhooks, `whsec_`)."""

    webhook = WebhookOut(source="endpoint", read_only=True)
    secret = serializers.CharField(read_only=True)


class AnswerOut(serializers.Serializer[Any]):
    """What the receiver answered to a test: `problem` is "" when it arrived."""

    status = serializers.IntegerField()
    problem = serializers.CharField()


class DeliveryOut(serializers.ModelSerializer[Delivery]):
    """`event_id` is the `webhook-id` of every try."""

    class Meta:
        model = Delivery
        fields = (
            "id", "event_id", "event", "state", "problem", "status", "ms", "tries", "next_at", "created_at", "ended_at",
        )  # fmt: skip
        read_only_fields = fields


@extend_schema_view(get=extend_schema(operation_id="webhooks_list", responses=WebhookOut(many=True)))
@door(rules.SEE_HOOKS, post=rules.SET_HOOKS)
class Endpoints(views.Collection):
    """List webhooks; make one, with its secret in the answer."""

    serializer_class = WebhookOut
    input_class = WebhookIn
    hidden = ("secret",)

    def rows(self) -> Any:
        return queries.endpoints()

    def create(self, given: Mapping[str, Any]) -> services.Made:
        return services.create(actor=self.actor, at=self.at, **given)

    def shown(self, thing: Any) -> Any:
        return MadeOut(thing).data

    def url_of(self, made: services.Made) -> str:
        return reverse("ops:api_webhook", args=[made.endpoint.id])

    @extend_schema(request=WebhookIn, responses={201: MadeOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfEndpoint(views.Endpoint):
    serializer_class: Any = WebhookOut

    def thing(self) -> Endpoint:
        found = queries.endpoint(self.kwargs["endpoint_id"])
        if found is None:
            raise Missing(_("There is no such webhook."))
        return found


@door(rules.SEE_HOOKS, patch=rules.SET_HOOKS, delete=rules.SET_HOOKS)
class One(OfEndpoint, views.Item):
    """One webhook, with its ETag; changing needs If-Match, deleting destroys its secret."""

    input_class = WebhookChange

    def tag(self, thing: Endpoint) -> str:
        return etag(thing.id, thing.version)

    def change(self, thing: Endpoint, given: Mapping[str, Any]) -> Endpoint:
        return services.change(actor=self.actor, endpoint=thing, version=thing.version, at=self.at, **given)

    @extend_schema(request=WebhookChange, responses=WebhookOut)
    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().patch(request, *args, **kwargs)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, endpoint_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        row = self.thing()
        match(request, self.tag(row))
        services.delete(actor=self.actor, endpoint=row, at=self.at)
        return Response(status=204)


@door(rules.SET_HOOKS)
class Rotation(OfEndpoint):
    @extend_schema(request=None, responses=MadeOut)
    def post(self, request: Request, endpoint_id: UUID) -> Response:  # noqa: ARG002
        """A new secret; for 24 hours both sign."""
        return Response(MadeOut(services.rotate(actor=self.actor, endpoint=self.thing(), at=self.at)).data)


@door(rules.SET_HOOKS)
class Pause(OfEndpoint):
    @extend_schema(request=None, responses=WebhookOut)
    def post(self, request: Request, endpoint_id: UUID) -> Response:  # noqa: ARG002
        """Send nothing; events are collected meanwhile."""
        return Response(self.shown(services.pause(actor=self.actor, endpoint=self.thing(), at=self.at)))


@door(rules.SET_HOOKS)
class Resumption(OfEndpoint):
    @extend_schema(request=None, responses=WebhookOut)
    def post(self, request: Request, endpoint_id: UUID) -> Response:  # noqa: ARG002
        """Send again, what was collected first."""
        return Response(self.shown(services.resume(actor=self.actor, endpoint=self.thing(), at=self.at)))


@door(rules.SET_HOOKS)
class Trial(OfEndpoint):
    @extend_schema(request=None, responses=AnswerOut)
    def post(self, request: Request, endpoint_id: UUID) -> Response:  # noqa: ARG002
        """Send a test event now; at most six a minute."""
        return Response(AnswerOut(services.test(actor=self.actor, endpoint=self.thing(), at=self.at)).data)


STATE = OpenApiParameter(
    "state", str, enum=[one.value for one in Outcome], description="Only deliveries in this state."
)


@extend_schema_view(
    get=extend_schema(operation_id="deliveries_list", parameters=[STATE], responses=DeliveryOut(many=True))
)
@door(rules.SEE_HOOKS)
class Deliveries(OfEndpoint):
    serializer_class = DeliveryOut
    filters = ("state",)

    def get(self, request: Request, endpoint_id: UUID) -> Response:  # noqa: ARG002
        """Deliveries, newest first; `?state=dead` are those that were given up."""
        fake = getattr(self, "swagger_fake_view", False)
        rows = Delivery.objects.none() if fake else self.thing().deliveries.defer("payload")
        if state := request.query_params.get("state", ""):
            if state not in set(Outcome):
                raise Invalid(fields={"state": _("Choose one of: %(states)s.") % {"states": ", ".join(Outcome)}})
            rows = rows.filter(state=state)
        return self.items(self.paginate_queryset(rows))


@door(rules.SET_HOOKS)
class Replay(OfEndpoint):
    @extend_schema(request=None, responses=DeliveryOut)
    def post(self, request: Request, endpoint_id: UUID, delivery_id: UUID) -> Response:  # noqa: ARG002
        """Send once more what was given up, under the same id."""
        found = queries.delivery(self.thing().id, delivery_id)
        if found is None:
            raise Missing(_("There is no such delivery. It may be too old."))
        return Response(DeliveryOut(services.replay(actor=self.actor, delivery=found, at=self.at)).data)
