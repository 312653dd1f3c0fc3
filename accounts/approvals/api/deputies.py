"""/api/v1/deputies/: who stands in for whom. A person in a session names one, a key never does."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import SIGNED_IN, door
from accounts.approvals.models import Deputy
from accounts.approvals.queries import standing
from accounts.approvals.rules.permits import DELEGATE
from accounts.approvals.rules.states import MAX_WORDS
from accounts.approvals.services import deputies
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag
from panel.ui.api.views import Collection, Item


class DeputyOut(serializers.ModelSerializer[Deputy]):
    """`person` is who is stood in for; `ended_at`: ended before its time."""

    person = serializers.UUIDField(source="person_id")
    deputy = serializers.UUIDField(source="deputy_id")
    reason = serializers.CharField()

    class Meta:
        model = Deputy
        fields = ("id", "person", "deputy", "reason", "starts_at", "ends_at", "ended_at")
        read_only_fields = fields


class DeputyIn(serializers.Serializer[Any]):
    deputy = serializers.UUIDField()
    reason = serializers.CharField(max_length=MAX_WORDS)
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()


@extend_schema_view(get=extend_schema(operation_id="deputies_list", responses=DeputyOut(many=True)))
@door(SIGNED_IN, post=DELEGATE)
class Deputies(Collection):
    """List who stands in for one, and for whom one does; name a deputy for oneself."""

    serializer_class = DeputyOut
    input_class = DeputyIn

    def rows(self) -> Any:
        return standing.deputies(self.actor)

    def create(self, given: Mapping[str, Any]) -> Deputy:
        return deputies.name(
            actor=self.actor, deputy_id=given["deputy"], reason=given["reason"], starts_at=given["starts_at"],
            ends_at=given["ends_at"], at=self.at,
        )  # fmt: skip

    def url_of(self, made: Deputy) -> str:
        return reverse("approvals:api_deputy", args=[made.id])

    @extend_schema(request=DeputyIn, responses={201: DeputyOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


@door(SIGNED_IN)
class One(Item):
    """One deputy, with an ETag; DELETE ends it before its time."""

    serializer_class = DeputyOut
    http_method_names = ("get", "head", "options", "delete")

    def thing(self) -> Deputy:
        found = standing.deputy_of(self.actor, self.kwargs["deputy_id"])
        if found is None:
            raise Missing(_("There is no such deputy."))
        return found

    def tag(self, thing: Deputy) -> str:
        return etag(thing.id, thing.ended_at)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, deputy_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """By the person or by their deputy."""
        deputies.end(actor=self.actor, deputy=self.thing(), at=self.at)
        return Response(status=204)
