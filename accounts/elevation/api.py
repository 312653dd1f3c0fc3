"""/api/v1/access-requests/: ask for a right and answer; /api/v1/elevations/: a role for hours; /api/v1/emergencies/.

Who asks is a person in a session: a key has the rights that it was given and asks for no others.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import SIGNED_IN, ObjectRole, Role, door
from accounts.elevation import queries
from accounts.elevation.models import AccessRequest, BrokenGlass
from accounts.elevation.rules import ASK_ROLE, BREAK_GLASS, EMERGENCY_HOURS, HOURS, REVIEW, state_at
from accounts.elevation.services import glass, requests, roles
from panel.kernel.crypto import keyring
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag
from panel.ui.api.views import Collection, Endpoint, Item

MAX_WORDS = 500
ROLES = [one.value for one in Role if one is not Role.MEMBER]
GIVEN = [*ROLES, *(one.codename for one in ObjectRole)]


class RequestOut(serializers.ModelSerializer[AccessRequest]):
    """`permit` is what was missing, on the object if there is one; `role` what was given or would be."""

    person = serializers.UUIDField(source="person_id")
    reason = serializers.CharField()
    answer = serializers.CharField()
    state = serializers.SerializerMethodField()

    class Meta:
        model = AccessRequest
        fields = (
            "id", "person", "permit", "object_kind", "object_id", "role", "reason", "state", "asked_at",
            "decided_by_kind", "decided_by_id", "decided_at", "answer", "expires_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_state(self, row: AccessRequest) -> str:
        return state_at(row.state, row.asked_at, self.context["view"].at)


class RequestIn(serializers.Serializer[Any]):
    permit = serializers.CharField(max_length=80)
    object_kind = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    object_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=MAX_WORDS)


class ApproveIn(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=GIVEN)
    until = serializers.DateTimeField()
    answer = serializers.CharField(max_length=MAX_WORDS, required=False, allow_blank=True, default="")
    despite = serializers.BooleanField(required=False, default=False)


class DeclineIn(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=MAX_WORDS)


class ElevationIn(serializers.Serializer[Any]):
    role = serializers.ChoiceField(choices=ROLES)
    hours = serializers.ChoiceField(choices=HOURS)
    reason = serializers.CharField(max_length=MAX_WORDS)


class ElevationOut(serializers.Serializer[Any]):
    """What waits for somebody else's word, under /api/v1/approvals/."""

    approval = serializers.UUIDField(source="id")
    expires_at = serializers.DateTimeField()


class EmergencyIn(ElevationIn):
    hours = serializers.ChoiceField(choices=EMERGENCY_HOURS)


class EmergencyOut(serializers.ModelSerializer[BrokenGlass]):
    reason = serializers.CharField()
    note = serializers.CharField(allow_null=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = BrokenGlass
        fields = (
            "id", "person_id", "role", "reason", "state", "started_at", "ends_at", "ended_at", "reviewer_id",
            "reviewed_at", "note",
        )  # fmt: skip
        read_only_fields = fields

    def get_state(self, row: BrokenGlass) -> str:
        return queries.glass_state(row, self.context["view"].at).value


class ReviewIn(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=MAX_WORDS)


@extend_schema_view(get=extend_schema(operation_id="access_requests_list", responses=RequestOut(many=True)))
@door(SIGNED_IN)
class Requests(Collection):
    """List one's own requests and those that one may answer; ask for a right."""

    serializer_class = RequestOut
    input_class = RequestIn

    def rows(self) -> Any:
        return queries.visible_to(self.actor)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        page = self.paginate_queryset(self.rows()) or []
        keyring.warm(one.key_id for one in page)
        return self.items(page)

    def create(self, given: Mapping[str, Any]) -> AccessRequest:
        obj = (given["object_kind"], given["object_id"]) if given["object_id"] else None
        return requests.ask(actor=self.actor, permit=given["permit"], obj=obj, reason=given["reason"], at=self.at)

    def url_of(self, made: AccessRequest) -> str:
        return reverse("elevation:api_request", args=[made.id])

    @extend_schema(request=RequestIn, responses={201: RequestOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfRequest(Endpoint):
    serializer_class: Any = RequestOut

    def thing(self) -> AccessRequest:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["asked_id"]).first()
        if found is None:
            raise Missing(_("There is no such request."))
        return found


@door(SIGNED_IN)
class OneRequest(OfRequest, Item):
    """One request, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: AccessRequest) -> str:
        return etag(thing.id, state_at(thing.state, thing.asked_at, self.at))


@door(SIGNED_IN)
class Approval(OfRequest):
    input_class = ApproveIn

    @extend_schema(request=ApproveIn, responses=RequestOut)
    def post(self, request: Request, asked_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Give it, until an instant at most 90 days away."""
        row = requests.approve(actor=self.actor, request=self.thing(), at=self.at, **self.given())
        return Response(self.shown(row))


@door(SIGNED_IN)
class Declining(OfRequest):
    input_class = DeclineIn

    @extend_schema(request=DeclineIn, responses=RequestOut)
    def post(self, request: Request, asked_id: UUID) -> Response:  # noqa: ARG002
        """Say no, and why or what to do instead."""
        row = requests.decline(actor=self.actor, request=self.thing(), answer=self.given()["answer"], at=self.at)
        return Response(self.shown(row))


@door(SIGNED_IN)
class Withdrawal(OfRequest):
    @extend_schema(request=None, responses=RequestOut)
    def post(self, request: Request, asked_id: UUID) -> Response:  # noqa: ARG002
        """Take back what you asked for."""
        return Response(self.shown(requests.withdraw(actor=self.actor, request=self.thing(), at=self.at)))


@door(ASK_ROLE)
class Elevations(Endpoint):
    serializer_class: Any = ElevationOut
    input_class = ElevationIn

    @extend_schema(request=ElevationIn, responses={201: ElevationOut})
    def post(self, request: Request) -> Response:  # noqa: ARG002 - DRF's signature
        """Ask for a role for some hours; somebody else decides."""
        return Response(self.shown(roles.ask(actor=self.actor, at=self.at, **self.given())), status=201)


@extend_schema_view(get=extend_schema(operation_id="emergencies_list", responses=EmergencyOut(many=True)))
@door(SIGNED_IN, post=BREAK_GLASS)
class Emergencies(Collection):
    """List one's own emergencies, or all for who reviews them; take a role that one was named for."""

    serializer_class = EmergencyOut
    input_class = EmergencyIn

    def rows(self) -> Any:
        return queries.glass_visible_to(self.actor)

    def create(self, given: Mapping[str, Any]) -> BrokenGlass:
        return glass.take(actor=self.actor, at=self.at, **given)

    @extend_schema(request=EmergencyIn, responses={201: EmergencyOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfEmergency(Endpoint):
    serializer_class: Any = EmergencyOut

    def thing(self) -> BrokenGlass:
        found = queries.glass_visible_to(self.actor).filter(id=self.kwargs["glass_id"]).first()
        if found is None:
            raise Missing(_("There is no such emergency."))
        return found


@door(SIGNED_IN)
class Ending(OfEmergency):
    @extend_schema(request=None, responses=EmergencyOut)
    def post(self, request: Request, glass_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Give the role back before its time."""
        return Response(self.shown(glass.end(actor=self.actor, glass=self.thing(), at=self.at)))


@door(REVIEW)
class Review(OfEmergency):
    input_class = ReviewIn

    @extend_schema(request=ReviewIn, responses=EmergencyOut)
    def post(self, request: Request, glass_id: UUID) -> Response:  # noqa: ARG002
        """Close the review of what somebody else did, with a note."""
        row = glass.review(actor=self.actor, glass=self.thing(), note=self.given()["note"], at=self.at)
        return Response(self.shown(row))
