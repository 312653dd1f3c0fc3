"""/api/v1/reviews/: campaigns, their rights, decisions, reports."""

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
from compliance.reviews.models import Campaign, Item, Report
from compliance.reviews.queries import reading
from compliance.reviews.queries.words import facts
from compliance.reviews.rules.permits import DECIDE, MANAGE, VIEW
from compliance.reviews.rules.scope import Reviewers, Scope
from compliance.reviews.rules.states import CHOICES, MAX_WORDS, Act, Default
from compliance.reviews.services import campaigns, closing, deciding
from compliance.reviews.services.deciding import Word
from compliance.reviews.services.reports import kept
from panel.kernel.errors import Missing
from panel.ui.api.views import Collection, Endpoint
from panel.ui.web.files import attachment


class CampaignOut(serializers.ModelSerializer[Campaign]):
    class Meta:
        model = Campaign
        fields = (
            "id", "name", "state", "scope", "reviewers", "reviewer_id", "second_id", "default", "made_at", "due_at",
            "escalated_at", "frozen_at", "count", "digest", "closed_at", "drift", "numbers",
        )  # fmt: skip
        read_only_fields = fields


class ScopeIn(serializers.Serializer[Any]):
    kinds = serializers.ListField(child=serializers.CharField(max_length=16), default=list, max_length=20)
    object = serializers.UUIDField(required=False, allow_null=True, default=None)
    team = serializers.UUIDField(required=False, allow_null=True, default=None)
    role = serializers.CharField(required=False, allow_blank=True, default="", max_length=80)


class CampaignIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    scope = ScopeIn(default=dict)
    reviewers = serializers.ChoiceField(choices=[one.value for one in Reviewers], default=Reviewers.NAMED.value)
    reviewer = serializers.UUIDField()
    second = serializers.UUIDField(required=False, allow_null=True, default=None)
    default = serializers.ChoiceField(choices=[one.value for one in Default], default=Default.REVOKE.value)
    due_at = serializers.DateTimeField()


class ItemOut(serializers.ModelSerializer[Item]):
    """`facts` are the frozen ones; their canonical bytes are what population and hash are made of."""

    facts = serializers.SerializerMethodField()

    class Meta:
        model = Item
        fields = (
            "id", "place", "kind", "holder_kind", "holder_id", "object_kind", "object_id", "right", "flags", "used_at",
            "facts", "state", "reviewer_id", "escalated", "decided_at", "decided_by_id", "by_default", "exception",
        )  # fmt: skip
        read_only_fields = fields

    def get_facts(self, row: Item) -> dict[str, Any]:
        return facts(row)


class DecisionIn(serializers.Serializer[Any]):
    act = serializers.ChoiceField(choices=[one.value for one in CHOICES])
    reason = serializers.CharField(max_length=MAX_WORDS, allow_blank=True, default="")
    right = serializers.CharField(max_length=80, allow_blank=True, default="", help_text="What `reduce` leaves.")


class ReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=MAX_WORDS)


class ReportOut(serializers.ModelSerializer[Report]):
    class Meta:
        model = Report
        fields = ("id", "kind", "campaign", "as_of", "bundle_id", "manifest", "made_at")
        read_only_fields = fields


@extend_schema_view(get=extend_schema(operation_id="reviews_list", responses=CampaignOut(many=True)))
@door(DECIDE, post=MANAGE)
class Campaigns(Collection):
    """List reviews; begin one: a job freezes its population."""

    serializer_class = CampaignOut
    input_class = CampaignIn

    def rows(self) -> Any:
        return reading.visible_to(self.actor)

    def create(self, given: Mapping[str, Any]) -> Campaign:
        scope = Scope.of(dict(given["scope"] or {}))
        plan = campaigns.Wanted(
            given["name"], scope, given["reviewers"], given["reviewer"], given["second"], given["default"]
        )
        return campaigns.begin(actor=self.actor, wanted=plan, due_at=given["due_at"], at=self.at)

    def url_of(self, made: Campaign) -> str:
        return reverse("reviews:api_campaign", args=[made.id])

    @extend_schema(request=CampaignIn, responses={201: CampaignOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfCampaign(Endpoint):
    serializer_class: Any = CampaignOut

    def thing(self) -> Campaign:
        found = reading.visible_to(self.actor).filter(id=self.kwargs["campaign_id"]).first()
        if found is None:
            raise Missing(_("There is no such review."))
        return found


@door(DECIDE)
class One(OfCampaign):
    def get(self, request: Request, campaign_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """One review."""
        return Response(CampaignOut(self.thing()).data)


@door(MANAGE)
class Closing(OfCampaign):
    @extend_schema(request=None, responses={202: CampaignOut})
    def post(self, request: Request, campaign_id: UUID) -> Response:  # noqa: ARG002
        """Close it when everything is decided; a job signs the report."""
        return Response(
            CampaignOut(closing.close(actor=self.actor, campaign=self.thing(), at=self.at)).data, status=202
        )


@door(MANAGE)
class Cancellation(OfCampaign):
    input_class = ReasonIn

    @extend_schema(request=ReasonIn, responses=CampaignOut)
    def post(self, request: Request, campaign_id: UUID) -> Response:  # noqa: ARG002
        """End it without a result."""
        reason = self.given()["reason"]
        return Response(
            CampaignOut(campaigns.cancel(actor=self.actor, campaign=self.thing(), reason=reason, at=self.at)).data
        )


@extend_schema_view(get=extend_schema(operation_id="reviews_items_list", responses=ItemOut(many=True)))
@door(DECIDE)
class Items(OfCampaign):
    serializer_class = ItemOut
    ordering = "place"

    def get(self, request: Request, campaign_id: UUID) -> Response:  # noqa: ARG002
        """Rights of a review that the caller reviews or may see, what is urgent first."""
        fake = getattr(self, "swagger_fake_view", False)
        rows = Item.objects.none() if fake else reading.items(self.actor, self.thing())
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)


class OfItem(Endpoint):
    serializer_class: Any = ItemOut

    def thing(self) -> Item:
        found = reading.item(self.actor, self.kwargs["item_id"])
        if found is None:
            raise Missing(_("There is no such right in a review that you may see."))
        return found


@door(DECIDE)
class OneItem(OfItem):
    def get(self, request: Request, item_id: UUID) -> Response:  # noqa: ARG002
        """One right."""
        return Response(ItemOut(self.thing()).data)


@door(DECIDE)
class Decision(OfItem):
    input_class = DecisionIn

    @extend_schema(request=DecisionIn, responses=ItemOut)
    def post(self, request: Request, item_id: UUID) -> Response:  # noqa: ARG002
        """Keep, revoke, reduce or flag: only its reviewer, never about oneself. The same again does nothing."""
        given = self.given()
        word = Word(Act(given["act"]), given["reason"], given["right"])
        row = deciding.decide(actor=self.actor, item=self.thing(), word=word, at=self.at)
        return Response(ItemOut(row).data)


@extend_schema_view(get=extend_schema(operation_id="reviews_reports_list", responses=ReportOut(many=True)))
@door(VIEW)
class Reports(Endpoint):
    serializer_class = ReportOut
    ordering = "-made_at"

    def get(self, request: Request) -> Response:  # noqa: ARG002
        """Signed reports."""
        rows = reading.reports(self.actor)
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)


@door(VIEW)
class Bundle(Endpoint):
    serializer_class = ReportOut

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, report_id: UUID) -> HttpResponseBase:  # noqa: ARG002
        """The signed bundle; taking it is an event of the journal."""
        found = reading.report(self.actor, report_id)
        if found is None:
            raise Missing(_("There is no such report."))
        name, content, data = kept.take(actor=self.actor, report=found, part="zip", at=self.at)
        return attachment(data, name, content)
