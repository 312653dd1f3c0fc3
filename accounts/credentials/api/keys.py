"""/api/v1/keys/: the key itself stands in the answer to its making, once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from accounts.credentials.models import ApiKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.queries import programs
from accounts.credentials.rules import permits as rules
from accounts.credentials.rules.life import DEFAULT_LIFE, Kind
from accounts.credentials.services import keys as services
from accounts.credentials.services import rotation
from accounts.people.models import Service
from panel.kernel.errors import Invalid, Missing
from panel.ui.api.conditional import etag
from panel.ui.api.idempotency import once
from panel.ui.api.views import Collection, Endpoint, Item


class KeyOut(serializers.ModelSerializer[ApiKey]):
    state = serializers.SerializerMethodField()
    assistants = serializers.SerializerMethodField()

    class Meta:
        model = ApiKey
        fields = (
            "id", "key_id", "name", "kind", "state", "scopes", "assistants", "networks", "owner", "created_at",
            "expires_at", "revoked_at", "last_used_on", "last_used_at", "rotated_at", "previous_until",
        )  # fmt: skip
        read_only_fields = fields

    def get_state(self, key: ApiKey) -> str:
        return key.state(self.context["view"].at).value

    def get_assistants(self, key: ApiKey) -> list[UUID]:
        return queries.assistants_of(key)


class IssuedOut(KeyOut):
    """`key` is shown now and never again."""

    key = serializers.CharField(read_only=True)

    class Meta(KeyOut.Meta):
        fields = (*KeyOut.Meta.fields, "key")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]


class KeyIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind], default=Kind.GATEWAY.value)
    scopes = serializers.ListField(child=serializers.CharField(max_length=80), max_length=100)
    assistants = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=1000)
    networks = serializers.ListField(child=serializers.CharField(max_length=43), required=False, max_length=20)
    service = serializers.UUIDField(required=False, help_text="The service account that holds it, else you.")
    expires_at = serializers.DateTimeField(required=False)


class RotationIn(serializers.Serializer[Any]):
    """`old_until`: how long the old secret works; 24 hours unless said otherwise, 7 days at most."""

    old_until = serializers.DateTimeField(required=False)


def shown_once(issued: services.Issued) -> ApiKey:
    """The row with the key beside it, for the one answer that carries it."""
    issued.key.key = issued.token  # type: ignore[attr-defined]
    return issued.key


@extend_schema_view(get=extend_schema(operation_id="keys_list", responses=KeyOut(many=True)))
@door(rules.USE, post=rules.ISSUE)
class Keys(Collection):
    """List API keys; make one."""

    serializer_class = KeyOut
    input_class = KeyIn
    hidden = ("key",)

    def rows(self) -> Any:
        return queries.visible_to(self.actor)

    def get_serializer_class(self) -> Any:
        return IssuedOut if self.request and self.request.method == "POST" else KeyOut

    def create(self, given: Mapping[str, Any]) -> ApiKey:
        issued = services.issue(
            actor=self.actor,
            name=given["name"],
            kind=Kind(given["kind"]),
            scopes=given["scopes"],
            assistants=given.get("assistants", ()),
            networks=given.get("networks", ()),
            service=self.service(given.get("service")),
            expires_at=given.get("expires_at", self.at + DEFAULT_LIFE),
            at=self.at,
        )
        return shown_once(issued)

    def service(self, wanted: UUID | None) -> Service | None:
        found = programs.one(self.actor, str(wanted)) if wanted else None
        if wanted and found is None:
            raise Invalid(fields={"service": _("You answer for no such service account.")})
        return found

    def url_of(self, made: ApiKey) -> str:
        return reverse("credentials:api_key", args=[made.id])

    @extend_schema(request=KeyIn, responses={201: IssuedOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfKey(Endpoint):
    serializer_class: Any = KeyOut

    def thing(self) -> ApiKey:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["api_key_id"]).first()
        if found is None:
            raise Missing(_("There is no such key."))
        return found


@door(rules.USE)
class Key(OfKey, Item):
    """One API key, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: ApiKey) -> str:
        return etag(thing.id, thing.epoch, thing.state(self.at).value, thing.last_used_on)


@door(rules.USE)
class Revocation(OfKey):
    @extend_schema(request=None, responses=KeyOut)
    def post(self, request: Request, api_key_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """End the key everywhere; answers when every live worker knows, or after a second."""
        key = self.thing()
        services.revoke(actor=self.actor, key=key, at=self.at)
        return Response(self.shown(self.thing()))


@door(rules.USE)
class Rotation(OfKey):
    input_class = RotationIn

    @extend_schema(request=RotationIn, responses={201: IssuedOut})
    def post(self, request: Request, api_key_id: UUID) -> Response:  # noqa: ARG002
        """Draw a new secret under the same `key_id`; the old one works beside it until `old_until`."""
        key, given = self.thing(), self.given()
        return once(request, self.actor, lambda: self._rotated(key, given.get("old_until")), hidden=("key",))

    def _rotated(self, key: ApiKey, old_until: datetime | None) -> Response:
        made = shown_once(rotation.rotate(actor=self.actor, key=key, at=self.at, old_until=old_until))
        return Response(IssuedOut(made, context=self.get_serializer_context()).data, status=201)

    @extend_schema(request=None, responses={200: KeyOut})
    def delete(self, request: Request, api_key_id: UUID) -> Response:  # noqa: ARG002
        """End the old secret before its time; answers when every live worker knows, or after a second."""
        rotation.end_previous(actor=self.actor, key=self.thing(), at=self.at)
        return Response(self.shown(self.thing()))
