"""/api/v1/policies/: drafts, versions, publication by two people, acceptances."""

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
from compliance.policies import queries
from compliance.policies.models import Acceptance, Policy, PolicyDraft, PolicyVersion
from compliance.policies.rules import content, permits
from compliance.policies.rules.content import Text
from compliance.policies.rules.kinds import Kind
from compliance.policies.services import drafts, publishing
from panel.kernel.errors import Missing
from panel.ui.api.asked import AskedOut, asked
from panel.ui.api.conditional import etag, match
from panel.ui.api.views import Collection, Endpoint, Item


class PolicyOut(serializers.ModelSerializer[Policy]):
    class Meta:
        model = Policy
        fields = ("id", "slug", "kind", "name", "acceptance", "grace_days", "archived_at", "created_at", "changed_at")
        read_only_fields = fields


class TextIn(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=content.TITLE_LIMIT)
    body = serializers.CharField(max_length=content.BODY_LIMIT, trim_whitespace=False)


class PolicyIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    slug = serializers.SlugField(max_length=63)
    kind = serializers.ChoiceField(choices=[kind.value for kind in Kind])
    acceptance = serializers.BooleanField(default=False)
    grace_days = serializers.IntegerField(default=14, min_value=0, max_value=content.GRACE_LIMIT)
    texts = serializers.DictField(child=TextIn(), default=dict, help_text="Language code to title and body.")


class DraftIn(serializers.Serializer[Any]):
    texts = serializers.DictField(child=TextIn(), help_text="Language code to title and body.")
    summary = serializers.CharField(max_length=content.SUMMARY_LIMIT, allow_blank=True, default="")
    material = serializers.BooleanField(default=True)
    effective_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class DraftOut(serializers.ModelSerializer[PolicyDraft]):
    class Meta:
        model = PolicyDraft
        fields = ("texts", "summary", "material", "effective_at", "edited_by_kind", "edited_by_id", "edited_at")
        read_only_fields = fields


class VersionOut(serializers.ModelSerializer[PolicyVersion]):
    class Meta:
        model = PolicyVersion
        fields = (
            "number", "digest", "texts", "digests", "summary", "material", "effective_at", "published_at", "author_kind",
            "author_id", "approval_id",
        )  # fmt: skip
        read_only_fields = fields


class AcceptanceOut(serializers.ModelSerializer[Acceptance]):
    number = serializers.IntegerField(source="version.number", read_only=True)

    class Meta:
        model = Acceptance
        fields = ("user", "number", "language", "digest", "at")
        read_only_fields = fields


class PublicationIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)


def _texts(given: Mapping[str, Mapping[str, str]]) -> dict[str, Text]:
    return {language: Text.of(text) for language, text in given.items()}


@extend_schema_view(get=extend_schema(operation_id="policies_list", responses=PolicyOut(many=True)))
@door(permits.READ, post=permits.WRITE)
class Policies(Collection):
    """List policies; make one with its draft."""

    serializer_class = PolicyOut
    input_class = PolicyIn

    def rows(self) -> Any:
        return queries.visible_to(self.actor)

    def create(self, given: Mapping[str, Any]) -> Policy:
        return drafts.create(actor=self.actor, at=self.at, **{**given, "texts": _texts(given["texts"])})

    def url_of(self, made: Policy) -> str:
        return reverse("policies:api_policy", args=[made.id])

    @extend_schema(request=PolicyIn, responses={201: PolicyOut})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().post(request, *args, **kwargs)


class OfPolicy(Endpoint):
    serializer_class: Any = PolicyOut

    def thing(self) -> Policy:
        found = queries.visible_to(self.actor).filter(id=self.kwargs["policy_id"]).first()
        if found is None:
            raise Missing(_("There is no such policy."))
        return found


@door(permits.READ)
class One(OfPolicy, Item):
    """One policy, with its ETag."""

    http_method_names = ("get", "head", "options")

    def tag(self, thing: Policy) -> str:
        return etag(thing.id, thing.revision)


@door(permits.VIEW, put=permits.WRITE)
class Draft(OfPolicy):
    """The draft; writing it needs If-Match."""

    serializer_class = DraftOut
    input_class = DraftIn

    @extend_schema(responses=DraftOut)
    def get(self, request: Request, policy_id: UUID) -> Response:  # noqa: ARG002 - DRF passes the URL's parts
        """What the next version will say."""
        return self._answer(self.thing().draft)

    @extend_schema(request=DraftIn, responses=DraftOut)
    def put(self, request: Request, policy_id: UUID) -> Response:  # noqa: ARG002
        """Replace the draft."""
        policy = self.thing()
        match(self.request, etag(policy.id, policy.draft.revision))
        given = self.given()
        draft = drafts.edit(
            actor=self.actor,
            policy=policy,
            revision=policy.draft.revision,
            at=self.at,
            **{**given, "texts": _texts(given["texts"])},
        )
        return self._answer(draft)

    def _answer(self, draft: PolicyDraft) -> Response:
        return Response(DraftOut(draft).data, headers={"ETag": etag(draft.policy_id, draft.revision)})


@door(permits.WRITE)
class Publication(OfPolicy):
    input_class = PublicationIn

    @extend_schema(request=PublicationIn, responses={202: AskedOut})
    def post(self, request: Request, policy_id: UUID) -> Response:  # noqa: ARG002
        """Ask that a second person publishes the draft as it is. Asking again answers with the one that waits."""
        reason = self.given()["reason"]
        return asked(publishing.ask(actor=self.actor, policy=self.thing(), reason=reason, at=self.at))


@extend_schema_view(get=extend_schema(operation_id="policies_versions_list", responses=VersionOut(many=True)))
@door(permits.READ)
class Versions(OfPolicy):
    serializer_class = VersionOut
    ordering = "-number"

    def get(self, request: Request, policy_id: UUID) -> Response:  # noqa: ARG002
        """Published versions, newest first. Each language's words are named by their SHA-256."""
        rows = (
            PolicyVersion.objects.none() if getattr(self, "swagger_fake_view", False) else self.thing().versions.all()
        )
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)


@extend_schema_view(get=extend_schema(operation_id="policies_acceptances_list", responses=AcceptanceOut(many=True)))
@door(permits.VIEW)
class Acceptances(OfPolicy):
    serializer_class = AcceptanceOut
    ordering = "-at"

    def get(self, request: Request, policy_id: UUID) -> Response:  # noqa: ARG002
        """Who accepted which version."""
        fake = getattr(self, "swagger_fake_view", False)
        rows = Acceptance.objects.none() if fake else queries.acceptances(self.thing())
        return self.get_paginated_response(self.get_serializer(self.paginate_queryset(rows), many=True).data)
