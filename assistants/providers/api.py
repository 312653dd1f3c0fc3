"""/api/v1/providers: the same verbs as the pages. A key never comes out; `secret` is the id of a secret in the vault."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from assistants.providers import queries, rules, services
from assistants.providers.models import Provider
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag
from panel.ui.api.views import Collection, Endpoint, Item


class ProviderIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    base_url = serializers.CharField(max_length=500)
    secret = serializers.UUIDField(required=False, allow_null=True, default=None)
    default_model = serializers.CharField(max_length=120, required=False, allow_blank=True, default="")
    legal_entity = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    country = serializers.CharField(max_length=2, required=False, allow_blank=True, default="")
    contact = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    retention_note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class ProviderOut(serializers.ModelSerializer[Provider]):
    secret = serializers.UUIDField(source="secret_id", allow_null=True, read_only=True)
    contact = serializers.CharField(allow_null=True, read_only=True)
    models = serializers.JSONField(source="listed_models", read_only=True)

    class Meta:
        model = Provider
        fields = [
            "id", "name", "kind", "base_url", "secret", "default_model", "models", "legal_entity", "country", "contact",
            "retention_note", "enabled", "checked_at", "checked_code", "checked_ms", "created_at", "changed_at",
        ]  # fmt: skip
        read_only_fields = fields


class OutcomeOut(serializers.Serializer[Any]):
    code = serializers.CharField()
    ok = serializers.BooleanField()
    milliseconds = serializers.IntegerField()
    status = serializers.IntegerField()
    models = serializers.ListField(child=serializers.CharField())


@door(rules.VIEW, post=rules.ADD)
class Providers(Collection):
    serializer_class = ProviderOut
    input_class = ProviderIn

    def rows(self) -> QuerySet[Any]:
        return queries.visible_to(self.actor)

    def create(self, given: Mapping[str, Any]) -> Provider:
        return services.create(actor=self.actor, given=services.Given(**given), at=self.at)

    def url_of(self, made: Provider) -> str:
        return reverse("providers:api-detail", args=[made.id])


class OfProvider(Endpoint):
    serializer_class: type[serializers.BaseSerializer[Any]] = ProviderOut

    def thing(self) -> Provider:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["provider_id"]).first()
        if found is None:
            raise Missing(_("There is no such provider."))
        return found


@door(rules.VIEW, patch=rules.CHANGE)
class OneProvider(OfProvider, Item):
    """PATCH takes all fields of a new provider; what it leaves out becomes empty."""

    input_class = ProviderIn

    def tag(self, thing: Provider) -> str:
        return etag(thing.id, thing.revision, thing.checked_at)

    def change(self, thing: Provider, given: Mapping[str, Any]) -> Provider:
        made = services.Given(**given)
        return services.change(actor=self.actor, provider=thing, given=made, revision=thing.revision, at=self.at)


@door(rules.CHANGE)
class Test(OfProvider):
    serializer_class = OutcomeOut

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        outcome = services.test(actor=self.actor, provider=self.thing(), at=self.at)
        return Response(self.shown(outcome))


@door(rules.DISABLE)
class Suspension(OfProvider):
    """POST disables, DELETE enables again."""

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        return Response(self.shown(services.disable(actor=self.actor, provider=self.thing(), at=self.at)))

    def delete(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # noqa: ARG002
        return Response(self.shown(services.enable(actor=self.actor, provider=self.thing(), at=self.at)))
