"""/api/v1/assistants/<id>/purposes/, storage/ and consents/: what calls serve, and what end users of an application chose.

An application shows `label` and `explanation`, and passes on what its end user chose with the hash that stood beside them.
"""

from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access.rules import door
from assistants.catalog.api.assistants import OfAssistant
from assistants.catalog.models import Binding
from assistants.catalog.queries import purposes as queries
from assistants.catalog.rules import permits
from assistants.catalog.rules.purposes import KEEPS, ROUTES
from assistants.catalog.services import purposes as verbs
from assistants.catalog.services import vouching
from compliance.consent.rules import permits as consent
from compliance.consent.rules.states import Act
from compliance.consent.services import choosing
from panel.kernel.errors import Missing
from panel.ui.api.conditional import etag, match, tagged
from panel.ui.api.idempotency import once

LONGEST = 512
END_USER = "X-End-User-Id"


class PurposeIn(serializers.Serializer[Any]):
    purpose_id = serializers.UUIDField()
    route = serializers.ChoiceField(choices=list(ROUTES), default="", allow_blank=True, help_text="Empty: every route.")
    api_key_id = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="Null: every key.")
    required = serializers.BooleanField(  # type: ignore[assignment]  # a field of this name, not DRF's option
        default=True, help_text="Whether calls without a yes are refused."
    )


class PurposeOut(serializers.ModelSerializer[Binding]):
    purpose = serializers.CharField(source="purpose.slug", read_only=True)

    class Meta:
        model = Binding
        fields = ("id", "purpose", "purpose_id", "route", "api_key", "required", "made_at")
        read_only_fields = fields


class AskedOut(serializers.Serializer[Any]):
    """`words` and `notice` are the SHA-256 to send back; `state` is that of the end user in `X-End-User-Id`."""

    purpose = serializers.CharField()
    asked = serializers.BooleanField(help_text="False: told, not asked; its legal basis is not consent.")
    required = serializers.BooleanField()  # type: ignore[assignment]  # as above
    basis = serializers.CharField()
    age = serializers.IntegerField(help_text="Only from this age, 0 without a gate.")
    language = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # the words beside the switch
    explanation = serializers.CharField()
    words = serializers.CharField()
    notice = serializers.CharField()
    notice_url = serializers.CharField()
    state = serializers.CharField()


class StorageIn(serializers.Serializer[Any]):
    keep = serializers.ChoiceField(choices=list(KEEPS))
    purpose_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    told = serializers.BooleanField(default=True, help_text="Whether people see that somebody read what they said.")


class StorageOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    keep = serializers.CharField()
    purpose_id = serializers.UUIDField(allow_null=True)
    told = serializers.BooleanField()
    at = serializers.DateTimeField(allow_null=True)


class ConsentIn(serializers.Serializer[Any]):
    end_user = serializers.CharField(max_length=LONGEST, help_text="As it is sent in `safety_identifier` or `user`.")
    purpose = serializers.SlugField(max_length=63)
    act = serializers.ChoiceField(choices=[Act.GIVE.value, Act.WITHDRAW.value])
    language = serializers.CharField(max_length=6, required=False, default="", allow_blank=True)
    words = serializers.CharField(
        max_length=64, required=False, default="", allow_blank=True, help_text="The SHA-256 that was shown."
    )
    notice = serializers.CharField(max_length=64, required=False, default="", allow_blank=True)
    age_confirmed = serializers.BooleanField(default=False)
    shown_at = serializers.DateTimeField(required=False, allow_null=True, default=None)
    place = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True, help_text="Where the words were shown."
    )


class ConsentOut(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    act = serializers.CharField()
    at = serializers.DateTimeField()
    purpose = serializers.CharField(source="purpose.slug")
    words = serializers.CharField()
    expires_at = serializers.DateTimeField(allow_null=True)


@extend_schema_view(get=extend_schema(operation_id="assistants_purposes_list", responses=PurposeOut(many=True)))
@door(permits.VIEW, post=permits.BIND)
class Purposes(OfAssistant):
    serializer_class = PurposeOut
    input_class = PurposeIn
    ordering = "-id"

    def get(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Purposes that its calls serve."""
        fake = getattr(self, "swagger_fake_view", False)
        rows = Binding.objects.none() if fake else queries.bindings(self.thing())
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(request=PurposeIn, responses={201: PurposeOut})
    def post(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """Bind a purpose: from the next call on, one without a yes is refused."""
        assistant, given = self.thing(), self.given()

        def bind() -> Response:
            made = verbs.bind(actor=self.actor, assistant=assistant, at=self.at, **given)
            return Response(self.shown(made), status=201)

        return once(request, self.actor, bind)


@door(permits.VIEW, delete=permits.BIND)
class Purpose(OfAssistant):
    serializer_class = PurposeOut

    def found(self) -> Binding:
        found = queries.binding(self.thing(), self.kwargs["binding_id"])
        if found is None:
            raise Missing(_("This purpose is not bound here."))
        return found

    def get(self, request: Request, assistant_id: UUID, binding_id: UUID) -> Response:  # noqa: ARG002
        """One purpose of its calls."""
        return Response(self.shown(self.found()))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, assistant_id: UUID, binding_id: UUID) -> Response:  # noqa: ARG002
        """Let it go: nobody is refused because of it any more."""
        verbs.unbind(actor=self.actor, binding=self.found(), at=self.at)
        return Response(status=204)


@door(permits.VIEW, put=permits.KEEP)
class Storage(OfAssistant):
    serializer_class = StorageOut
    input_class = StorageIn

    @extend_schema(responses=StorageOut)
    def get(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """What is kept of its calls, with its ETag."""
        value = vouching.storage_of(self.thing())
        return tagged(request, self.shown(value), self._tag(value["number"]))

    @extend_schema(request=StorageIn, responses=StorageOut)
    def put(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """Settle it anew; needs If-Match. People can look up every change."""
        assistant = self.thing()
        number = vouching.storage_of(assistant)["number"]
        match(request, self._tag(number))
        made = verbs.settle(actor=self.actor, assistant=assistant, number=number, at=self.at, **self.given())
        return Response(self.shown(made), headers={"ETag": self._tag(made.number)})

    def _tag(self, number: int) -> str:
        return etag("storage", self.kwargs["assistant_id"], number)


_WHO = OpenApiParameter(END_USER, str, OpenApiParameter.HEADER, description="Whose state is asked for; needs vouching.")


@door(permits.VIEW, post=consent.VOUCH)
class Consents(OfAssistant):
    serializer_class = ConsentOut
    input_class = ConsentIn
    pagination_class = None

    @extend_schema(operation_id="assistants_consents_asked", parameters=[_WHO], responses=AskedOut(many=True))
    def get(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """What to show an end user and ask them, in the language of `Accept-Language`, and how they stand."""
        named = request.headers.get(END_USER, "")
        found = vouching.asked(actor=self.actor, assistant=self.thing(), end_user=named, at=self.at)
        return Response(AskedOut(found, many=True).data, headers={"Cache-Control": "no-store"})

    @extend_schema(request=ConsentIn, responses={201: ConsentOut})
    def post(self, request: Request, assistant_id: UUID) -> Response:  # noqa: ARG002
        """Pass on what an end user chose. Answers when the gateway follows on every live worker."""
        assistant, given = self.thing(), self.given()
        done: list[Any] = []

        def choose() -> Response:
            done.append(vouching.pass_on(actor=self.actor, assistant=assistant, given=given, at=self.at))
            return Response(self.shown(done[0]), status=201)

        answer = once(request, self.actor, choose)
        if done:
            choosing.hold(done[0])
        return answer
