"""/api/v1/purposes/ and /api/v1/consents/records/: what is asked, and what was chosen, by pseudonym."""

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
from compliance.consent import queries
from compliance.consent.models import Purpose, PurposeVersion, Record
from compliance.consent.rules import permits
from compliance.consent.rules.purposes import AGES, EXPLANATION_LIMIT, LABEL_LIMIT, LONGEST_DAYS, Basis, Use, Words
from compliance.consent.services import purposes
from compliance.policies import queries as policies
from panel.kernel.errors import Invalid, Missing
from panel.ui.api.conditional import etag, match
from panel.ui.api.views import Collection, Endpoint, Item


class WordsIn(serializers.Serializer[Any]):
    label = serializers.CharField(max_length=LABEL_LIMIT)  # type: ignore[assignment]  # the words beside the switch
    explanation = serializers.CharField(max_length=EXPLANATION_LIMIT)


class PurposeIn(serializers.Serializer[Any]):
    slug = serializers.SlugField(max_length=63)
    basis = serializers.ChoiceField(choices=[one.value for one in Basis])
    use = serializers.ChoiceField(choices=[one.value for one in Use])
    texts = serializers.DictField(child=WordsIn(), help_text="Language code to label and explanation.")
    age = serializers.ChoiceField(choices=AGES, default=0)
    expires_days = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=LONGEST_DAYS
    )
    notice = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="A policy of kind notice.")


class PurposeOut(serializers.ModelSerializer[Purpose]):
    class Meta:
        model = Purpose
        fields = (
            "id", "slug", "basis", "use", "age", "expires_days", "notice", "required", "notice_required", "retired_at",
            "created_at", "changed_at",
        )  # fmt: skip
        read_only_fields = fields


class VersionIn(serializers.Serializer[Any]):
    texts = serializers.DictField(child=WordsIn())
    material = serializers.BooleanField(default=True)


class VersionOut(serializers.ModelSerializer[PurposeVersion]):
    class Meta:
        model = PurposeVersion
        fields = ("number", "texts", "digests", "material", "at")
        read_only_fields = fields


class RecordOut(serializers.ModelSerializer[Record]):
    class Meta:
        model = Record
        fields = (
            "id", "subject", "purpose", "act", "at", "channel", "language", "words", "notice_words", "age_confirmed",
            "expires_at", "leaf_id",
        )  # fmt: skip
        read_only_fields = fields


def _texts(given: Mapping[str, Mapping[str, str]]) -> dict[str, Words]:
    return {language: Words.of(words) for language, words in given.items()}


@extend_schema_view(get=extend_schema(operation_id="purposes_list", responses=PurposeOut(many=True)))
@door(permits.VIEW, post=permits.WRITE)
class Purposes(Collection):
    """List purposes; make one with its words."""

    serializer_class = PurposeOut
    input_class = PurposeIn

    def rows(self) -> Any:
        return queries.visible_to(self.actor)

    def create(self, given: Mapping[str, Any]) -> Purpose:
        known = policies.visible_to(self.actor).filter(kind="notice")
        notice = known.filter(id=given["notice"]).first() if given["notice"] else None
        if given["notice"] and notice is None:
            raise Invalid(fields={"notice": _("There is no such notice.")})
        values = {**given, "texts": _texts(given["texts"]), "notice": notice}
        return purposes.create(actor=self.actor, at=self.at, **values)

    def url_of(self, made: Purpose) -> str:
        return reverse("consent:api_purpose", args=[made.id])

    @extend_schema(request=PurposeIn, responses={201: PurposeOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfPurpose(Endpoint):
    serializer_class: Any = PurposeOut

    def thing(self) -> Purpose:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["purpose_id"]).first()
        if found is None:
            raise Missing(_("There is no such purpose."))
        return found


@door(permits.VIEW)
class One(OfPurpose, Item):
    """One purpose, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: Purpose) -> str:
        return etag(thing.id, thing.revision)


@extend_schema_view(get=extend_schema(operation_id="purposes_words_list", responses=VersionOut(many=True)))
@door(permits.VIEW, post=permits.WRITE)
class WordsView(OfPurpose):
    serializer_class = VersionOut
    input_class = VersionIn
    ordering = "-number"

    def get(self, request: Request, purpose_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """Its words, newest first; each language is named by the SHA-256 that receipts pin."""
        fake = getattr(self, "swagger_fake_view", False)
        rows = PurposeVersion.objects.none() if fake else self.thing().versions.all()
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)

    @extend_schema(request=VersionIn, responses={201: VersionOut})
    def post(self, request: Request, purpose_id: UUID) -> Response:  # noqa: ARG002
        """Put new words in force. Needs If-Match."""
        purpose = self.thing()
        match(self.request, etag(purpose.id, purpose.revision))
        given = self.given()
        made = purposes.rewrite(
            actor=self.actor,
            purpose=purpose,
            texts=_texts(given["texts"]),
            material=given["material"],
            revision=purpose.revision,
            at=self.at,
        )
        return Response(VersionOut(made).data, status=201)


@door(permits.WRITE)
class Retirement(OfPurpose):
    @extend_schema(request=None, responses=PurposeOut)
    def post(self, request: Request, purpose_id: UUID) -> Response:  # noqa: ARG002
        """Process for it no more. Again is no change."""
        return Response(PurposeOut(purposes.retire(actor=self.actor, purpose=self.thing(), at=self.at)).data)


@extend_schema_view(get=extend_schema(operation_id="consents_records_list", responses=RecordOut(many=True)))
@door(permits.VIEW)
class Records(Collection):
    """Every act, newest first, by pseudonym."""

    http_method_names = ("get", "head", "options")
    serializer_class = RecordOut

    def rows(self) -> Any:
        return queries.ledger(self.actor)
