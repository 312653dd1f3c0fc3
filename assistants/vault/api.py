"""/api/v1/secrets/: everything about secrets but their values, which go in and never come out."""

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
from assistants.vault import queries, rules, services
from assistants.vault.models import Secret, SecretBinding, SecretVersion
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag, match
from panel.ui.api.views import Collection, Endpoint, Item


class SecretOut(serializers.ModelSerializer[Secret]):
    class Meta:
        model = Secret
        fields = ("id", "name", "kind", "state", "current", "owner", "expires_at", "created_at", "changed_at")
        read_only_fields = fields


class SecretIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=[kind.value for kind in rules.Kind])
    value = serializers.CharField(write_only=True, trim_whitespace=False, max_length=rules.VALUE_LIMIT)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)


class ValueIn(serializers.Serializer[Any]):
    value = serializers.CharField(write_only=True, trim_whitespace=False, max_length=rules.VALUE_LIMIT)


class RotationIn(ValueIn):
    expires_at = serializers.DateTimeField(required=False, allow_null=True, help_text="The new value's end.")


class VersionOut(serializers.ModelSerializer[SecretVersion]):
    class Meta:
        model = SecretVersion
        fields = ("number", "created_by_kind", "created_by_id", "created_at")
        read_only_fields = fields


class BindingOut(serializers.ModelSerializer[SecretBinding]):
    class Meta:
        model = SecretBinding
        fields = ("user_kind", "user_id", "created_at")
        read_only_fields = fields


class BindingIn(serializers.Serializer[Any]):
    user_kind = serializers.ChoiceField(choices=rules.USER_KINDS)
    user_id = serializers.UUIDField()


def tag(secret: Secret) -> str:
    return etag(secret.id, secret.revision)


@extend_schema_view(get=extend_schema(operation_id="secrets_list", responses=SecretOut(many=True)))
@door(rules.VIEW, post=rules.ADD)
class Secrets(Collection):
    """List secrets; store one."""

    serializer_class = SecretOut
    input_class = SecretIn

    def rows(self) -> Any:
        return queries.visible_to(self.actor)

    def create(self, given: Mapping[str, Any]) -> Secret:
        return services.create(actor=self.actor, at=self.at, **given)

    def url_of(self, made: Secret) -> str:
        return reverse("vault:api_secret", args=[made.id])

    @extend_schema(request=SecretIn, responses={201: SecretOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfSecret(Endpoint):
    serializer_class: Any = SecretOut

    def thing(self) -> Secret:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["secret_id"]).first()
        if found is None:
            raise Missing(_("There is no such secret."))
        return found

    def unchanged(self) -> Secret:
        """For a change: the secret that the caller read last, by If-Match."""
        secret = self.thing()
        match(self.request, tag(secret))
        return secret

    def answer(self, secret: Secret) -> Response:
        return Response(SecretOut(secret).data, headers={"ETag": tag(secret)})


@door(rules.VIEW)
class One(OfSecret, Item):
    """One secret, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: Secret) -> str:
        return tag(thing)


@door(rules.ROTATE)
class Rotation(OfSecret):
    input_class = RotationIn

    @extend_schema(request=RotationIn, responses=SecretOut)
    def post(self, request: Request, secret_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Put a new value in use at once."""
        secret = self.unchanged()
        given = self.given()
        done = services.rotate(actor=self.actor, secret=secret, revision=secret.revision, at=self.at, **given)
        return self.answer(done)


@door(rules.DISABLE)
class Suspension(OfSecret):
    @extend_schema(request=None, responses=SecretOut)
    def post(self, request: Request, secret_id: UUID) -> Response:  # noqa: ARG002
        """Nothing can use it until it is enabled again."""
        secret = self.unchanged()
        return self.answer(services.disable(actor=self.actor, secret=secret, revision=secret.revision, at=self.at))

    @extend_schema(request=None, responses={200: SecretOut})
    def delete(self, request: Request, secret_id: UUID) -> Response:  # noqa: ARG002
        """Enable it."""
        secret = self.unchanged()
        return self.answer(services.enable(actor=self.actor, secret=secret, revision=secret.revision, at=self.at))


@door(rules.DESTROY)
class Destruction(OfSecret):
    @extend_schema(request=None, responses=SecretOut)
    def post(self, request: Request, secret_id: UUID) -> Response:  # noqa: ARG002
        """Destroy its key: no version can ever be read again."""
        secret = self.unchanged()
        return self.answer(services.destroy(actor=self.actor, secret=secret, revision=secret.revision, at=self.at))


@extend_schema_view(get=extend_schema(operation_id="secrets_versions_list", responses=VersionOut(many=True)))
@door(rules.VIEW)
class Versions(OfSecret):
    serializer_class = VersionOut
    ordering = "-number"

    def rows(self) -> Any:
        return (
            SecretVersion.objects.none() if getattr(self, "swagger_fake_view", False) else self.thing().versions.all()
        )

    def get(self, request: Request, secret_id: UUID) -> Response:  # noqa: ARG002
        """Versions, newest first. Values are write-only."""
        page = self.paginate_queryset(self.rows())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


@extend_schema_view(get=extend_schema(operation_id="secrets_bindings_list", responses=BindingOut(many=True)))
@door(rules.VIEW, post=rules.BIND)
class Bindings(OfSecret):
    serializer_class = BindingOut
    input_class = BindingIn
    ordering = "-created_at"

    def rows(self) -> Any:
        return (
            SecretBinding.objects.none() if getattr(self, "swagger_fake_view", False) else self.thing().bindings.all()
        )

    def get(self, request: Request, secret_id: UUID) -> Response:  # noqa: ARG002
        """What may use it."""
        page = self.paginate_queryset(self.rows())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(request=BindingIn, responses={201: BindingOut})
    def post(self, request: Request, secret_id: UUID) -> Response:  # noqa: ARG002
        """Let something use it. Binding twice is no change."""
        given = self.given()
        user = (given["user_kind"], given["user_id"])
        made = services.bind(actor=self.actor, secret=self.thing(), user=user, at=self.at)
        return Response(BindingOut(made).data, status=201)


@door(rules.BIND)
class Binding(OfSecret):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, secret_id: UUID, kind: str, user_id: UUID) -> Response:  # noqa: ARG002
        """Take the permission away."""
        services.unbind(actor=self.actor, secret=self.thing(), user=(kind, user_id), at=self.at)
        return Response(status=204)
