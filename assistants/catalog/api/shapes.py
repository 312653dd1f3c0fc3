"""What the catalogue's endpoints read and write."""

from typing import Any

from rest_framework import serializers

from assistants.catalog.models import Assistant, AssistantVersion, Draft, Publication
from assistants.catalog.queries import versions
from assistants.catalog.rules import content


class AssistantOut(serializers.ModelSerializer[Assistant]):
    version = serializers.SerializerMethodField(help_text="Number of the live version, null before the first.")
    stopped_reason = serializers.CharField(read_only=True, allow_null=True)

    class Meta:
        model = Assistant
        fields = (
            "id",
            "slug",
            "name",
            "description",
            "owner",
            "team",
            "state",
            "version",
            "store_content",
            "stopped_reason",
            "stopped_at",
            "created_at",
            "changed_at",
        )
        read_only_fields = fields

    def get_version(self, assistant: Assistant) -> int | None:
        return assistant.live_version.number if assistant.live_version else None


class AssistantIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    slug = serializers.CharField(max_length=63, help_text="The model name that clients send.")
    description = serializers.CharField(max_length=500, required=False, allow_blank=True)
    team_id = serializers.UUIDField(required=False, allow_null=True)


class DescriptionIn(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    description = serializers.CharField(max_length=500, allow_blank=True)
    team_id = serializers.UUIDField(required=False, allow_null=True, help_text="Left out: the team stays.")


class DraftOut(serializers.ModelSerializer[Draft]):
    system_prompt = serializers.CharField(read_only=True)

    class Meta:
        model = Draft
        fields = ("system_prompt", "provider_id", "model", "policy_id", "parameters", "revision", "edited_at")
        read_only_fields = fields


class DraftIn(serializers.Serializer[Any]):
    system_prompt = serializers.CharField(max_length=content.PROMPT_LIMIT, allow_blank=True, trim_whitespace=False)
    provider_id = serializers.UUIDField(allow_null=True)
    model = serializers.CharField(max_length=content.MODEL_LIMIT, allow_blank=True)
    policy_id = serializers.UUIDField(allow_null=True)
    parameters = serializers.DictField(required=False, default=dict)


class VersionOut(serializers.ModelSerializer[AssistantVersion]):
    message = serializers.CharField(read_only=True)

    class Meta:
        model = AssistantVersion
        fields = ("number", "digest", "message", "author_kind", "author_id", "created_at")
        read_only_fields = fields


class WholeVersionOut(VersionOut):
    """With the content that the digest is the SHA-256 of (canonical JSON)."""

    content = serializers.SerializerMethodField()

    class Meta(VersionOut.Meta):
        fields = (*VersionOut.Meta.fields, "content")  # type: ignore[assignment]
        read_only_fields = fields  # type: ignore[assignment]

    def get_content(self, version: AssistantVersion) -> dict[str, Any]:
        return versions.content_of(version).as_dict()


class PublicationOut(serializers.ModelSerializer[Publication]):
    version = serializers.SerializerMethodField()
    message = serializers.CharField(read_only=True)

    class Meta:
        model = Publication
        fields = ("id", "kind", "version", "message", "by_kind", "by_id", "at")
        read_only_fields = fields

    def get_version(self, publication: Publication) -> int:
        return publication.version.number


class PublicationIn(serializers.Serializer[Any]):
    message = serializers.CharField(max_length=500, help_text="What changed and why.")
    version = serializers.IntegerField(
        min_value=1, required=False, help_text="An older version to roll back to; without it the draft is published."
    )
    draft_revision = serializers.IntegerField(
        min_value=1, required=False, help_text="Publish only this revision of the draft."
    )


class ReasonIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=300)


class SuspensionOut(serializers.Serializer[Any]):
    state = serializers.CharField()
    silent_workers = serializers.ListField(
        child=serializers.CharField(), help_text="Gateway workers that had not confirmed within a second."
    )
