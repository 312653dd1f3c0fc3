"""/api/v1/approvals/: read what waits; a person in a session also decides, a key never does."""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import SIGNED_IN, door
from accounts.approvals.models import Approval
from accounts.approvals.queries import reading, standing
from accounts.approvals.rules.permits import DECIDE
from accounts.approvals.rules.states import MAX_WORDS
from accounts.approvals.services import asking, deciding
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag
from panel.ui.api.views import Endpoint, Item


class ApprovalOut(serializers.ModelSerializer[Approval]):
    """`content` is the exact text whose SHA-256 is `digest` (null when its key was destroyed)."""

    state = serializers.SerializerMethodField()
    content = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Approval
        fields = (
            "id", "kind", "object_kind", "object_id", "asker_kind", "asker_id", "state", "digest", "content", "reason",
            "needed", "asked_at", "expires_at", "closed_at", "closed_by_kind", "closed_by_id",
        )  # fmt: skip
        read_only_fields = fields

    def get_state(self, row: Approval) -> str:
        return reading.state_of(row, self.context["view"].at).value

    def get_content(self, row: Approval) -> str | None:
        return reading.read(row, compare=False).text or None

    def get_reason(self, row: Approval) -> str | None:
        return reading.words_of(row).reason or None


class ApproveIn(serializers.Serializer[Any]):
    digest = serializers.RegexField(r"^[0-9a-f]{64}\Z")
    note = serializers.CharField(max_length=MAX_WORDS, required=False, allow_blank=True, default="")


class RefuseIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=MAX_WORDS)


@extend_schema_view(get=extend_schema(operation_id="approvals_list", responses=ApprovalOut(many=True)))
@door(SIGNED_IN)
class Approvals(Endpoint):
    """List approvals that you asked for, may decide or have decided."""

    serializer_class = ApprovalOut
    http_method_names = ("get", "head", "options")

    def rows(self) -> Any:
        return standing.visible_to(self.actor, self.at)

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        page = self.paginate_queryset(self.rows())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class OfApproval(Endpoint):
    serializer_class: Any = ApprovalOut

    def thing(self) -> Approval:
        found = standing.visible_to(self.actor, self.at).filter(id=self.kwargs["approval_id"]).first()
        if found is None:
            raise Missing(_("There is no such approval."))
        return found


@door(SIGNED_IN)
class One(OfApproval, Item):
    """One approval, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: Approval) -> str:
        return etag(thing.id, reading.state_of(thing, self.at).value, thing.closed_at)


@door(DECIDE)
class Approving(OfApproval):
    input_class = ApproveIn

    @extend_schema(request=ApproveIn, responses=ApprovalOut)
    def post(self, request: Request, approval_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Approve exactly the content with this digest; with enough approvers it is performed at once."""
        given = self.given()
        row = deciding.approve(
            actor=self.actor, approval=self.thing(), seen=given["digest"], note=given["note"], at=self.at
        )
        return Response(self.shown(row))


@door(DECIDE)
class Refusal(OfApproval):
    input_class = RefuseIn

    @extend_schema(request=RefuseIn, responses=ApprovalOut)
    def post(self, request: Request, approval_id: UUID) -> Response:  # noqa: ARG002
        """Refuse, with a reason that who asked will read."""
        row = deciding.refuse(actor=self.actor, approval=self.thing(), reason=self.given()["reason"], at=self.at)
        return Response(self.shown(row))


@door(SIGNED_IN)
class Withdrawal(OfApproval):
    @extend_schema(request=None, responses=ApprovalOut)
    def post(self, request: Request, approval_id: UUID) -> Response:  # noqa: ARG002
        """Take back what you asked for."""
        return Response(self.shown(asking.withdraw(actor=self.actor, approval=self.thing(), at=self.at)))
