"""/api/v1/service-accounts/: programs that hold keys of their own."""

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
from accounts.credentials.queries import programs
from accounts.credentials.rules import permits as rules
from accounts.credentials.services import accounts
from accounts.people.models import Service
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag
from panel.ui.api.views import Collection, Endpoint, Item


class ServiceOut(serializers.ModelSerializer[Service]):
    """`state`: active, orphaned (nobody who can sign in answers for it), disabled."""

    id = serializers.UUIDField(source="user_id", read_only=True)
    state = serializers.SerializerMethodField()

    class Meta:
        model = Service
        fields = ("id", "name", "purpose", "responsible", "state")
        read_only_fields = fields

    def get_state(self, service: Service) -> str:
        return programs.standing_of(service)


class ServiceIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    purpose = serializers.CharField(max_length=200, required=False, allow_blank=True)


class HandoverIn(serializers.Serializer[Any]):
    person = serializers.UUIDField()


class ClosingIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=200)


@extend_schema_view(get=extend_schema(operation_id="service_accounts_list", responses=ServiceOut(many=True)))
@door(rules.USE, post=rules.ADD_SERVICE)
class Services(Collection):
    """List service accounts; add one that you answer for."""

    serializer_class = ServiceOut
    input_class = ServiceIn

    def rows(self) -> Any:
        return programs.visible_to(self.actor)

    def create(self, given: Mapping[str, Any]) -> Service:
        return accounts.add(actor=self.actor, name=given["name"], purpose=given.get("purpose", ""), at=self.at)

    def url_of(self, made: Service) -> str:
        return reverse("credentials:api_service", args=[made.user_id])

    @extend_schema(request=ServiceIn, responses={201: ServiceOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfService(Endpoint):
    serializer_class: Any = ServiceOut

    def thing(self) -> Service:
        found = programs.visible_to(self.actor).filter(user_id=self.kwargs["service_id"]).first()
        if found is None:
            raise Missing(_("There is no such service account."))
        return found


@door(rules.USE)
class One(OfService, Item):
    """One service account, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: Service) -> str:
        return etag(thing.user_id, thing.responsible_id, programs.standing_of(thing))


@door(rules.USE)
class Handover(OfService):
    input_class = HandoverIn

    @extend_schema(request=HandoverIn, responses=ServiceOut)
    def post(self, request: Request, service_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Let somebody else answer for it."""
        to = self.given()["person"]
        return Response(self.shown(accounts.hand_over(actor=self.actor, service=self.thing(), to=to, at=self.at)))


@door(rules.USE)
class Closing(OfService):
    input_class = ClosingIn

    @extend_schema(request=ClosingIn, responses=ServiceOut)
    def post(self, request: Request, service_id: UUID) -> Response:  # noqa: ARG002
        """Disable it: its keys, clients and tokens end with it."""
        accounts.close(actor=self.actor, service=self.thing(), reason=self.given()["reason"], at=self.at)
        return Response(self.shown(self.thing()))
