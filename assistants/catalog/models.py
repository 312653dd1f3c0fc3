"""Assistants, their draft, their immutable versions, and what was live when.

The gateway reads by SQL, rows with `epoch` above its own:
`catalog_assistant(id, slug, name, state, live_version_id, key_id, store_content, epoch)`, its newest `catalog_storage`,
`catalog_binding`, and for the live version `catalog_version(id, assistant_id, number, digest, provider_id, policy_id, model,
content, key_id)`. Calls are answered only in state "live". `content` is an envelope under the assistant's data key (purpose
"assistant", serving ring), place ("catalog_version", "content", row = the version's id, version = 1); inside is the canonical
JSON of `rules.content.Content`, whose SHA-256 is `digest` (docs/reference/version-format.md).
"""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.access.models import TeamGrant, UserGrant
from accounts.access.rules import OBJECT_PERMISSIONS
from assistants.catalog.rules.purposes import KEEPS, ROUTES
from assistants.catalog.rules.states import State
from panel.kernel import ids
from panel.kernel.crypto.fields import EncryptedJSON, EncryptedText

EXPECTED = ["allow", "redact", "block"]
STATES = [state.value for state in State]


class Assistant(models.Model):
    """`slug` is the model name that clients send. `revision` counts changes for If-Match. Free words (reasons, messages,
    prompts) are sealed under the assistant's key: people write of people."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    slug = models.CharField(max_length=63, unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=500, blank=True, default="")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    team = models.ForeignKey("people.Team", null=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(max_length=10, choices=[(one, one) for one in STATES], default=State.DRAFT.value)
    live_version = models.ForeignKey("AssistantVersion", null=True, on_delete=models.PROTECT, related_name="+")
    key_id = models.UUIDField()
    store_content = models.BooleanField(default=False)
    stopped_reason = EncryptedText(key="key_id", null=True)
    stopped_by_kind = models.CharField(max_length=12, blank=True, default="")
    stopped_by_id = models.UUIDField(null=True)
    stopped_at = models.DateTimeField(null=True)
    epoch = models.BigIntegerField(db_index=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        permissions = tuple(OBJECT_PERMISSIONS)
        constraints: ClassVar = [
            models.CheckConstraint(
                name="catalog_assistant_slug", condition=Q(slug__regex=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
            ),
            models.CheckConstraint(name="catalog_assistant_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(
                name="catalog_assistant_live_has_version",
                condition=Q(state__in=["live", "paused"], live_version__isnull=False)
                | Q(state="draft", live_version__isnull=True)
                | Q(state="archived"),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="catalog_assistant_name", fields=["name", "id"]),
            models.Index(name="catalog_assistant_changed", fields=["changed_at", "id"]),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "assistant", self.id


class AssistantUserGrant(UserGrant):
    content_object = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="user_grants")


class AssistantTeamGrant(TeamGrant):
    content_object = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="team_grants")


class AssistantVersion(models.Model):
    """An immutable version: `digest` is the SHA-256 (hex) of the canonical content, the same content has one version.

    Provider, policy and model stand beside the sealed content so that "used by" can be asked; they are part of the digest.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    key_id = models.UUIDField()
    content = EncryptedText(key="key_id")
    provider = models.ForeignKey("providers.Provider", on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey("guard.GuardPolicy", on_delete=models.PROTECT, related_name="+")
    model = models.CharField(max_length=200)
    message = EncryptedText(key="key_id")
    author_kind = models.CharField(max_length=12)
    author_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    epoch = models.BigIntegerField(db_index=True)

    class Meta:
        db_table = "catalog_version"
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="catalog_version_number", fields=["assistant", "number"]),
            models.UniqueConstraint(name="catalog_version_content", fields=["assistant", "digest"]),
            models.CheckConstraint(name="catalog_version_digest", condition=Q(digest__regex="^[0-9a-f]{64}$")),
            models.CheckConstraint(name="catalog_version_from_one", condition=Q(number__gte=1)),
        ]


class Draft(models.Model):
    """What the next version will be. `revision` is the optimistic lock: an edit names the one that it saw."""

    assistant = models.OneToOneField(Assistant, primary_key=True, on_delete=models.CASCADE, related_name="draft")
    key_id = models.UUIDField()
    system_prompt = EncryptedText(key="key_id")
    provider = models.ForeignKey("providers.Provider", null=True, on_delete=models.PROTECT, related_name="+")
    policy = models.ForeignKey("guard.GuardPolicy", null=True, on_delete=models.PROTECT, related_name="+")
    model = models.CharField(max_length=200, blank=True, default="")
    parameters = models.JSONField(default=dict)
    guards = models.JSONField(default=dict)
    base = models.ForeignKey(AssistantVersion, null=True, on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    edited_by_kind = models.CharField(max_length=12)
    edited_by_id = models.UUIDField(null=True)
    edited_at = models.DateTimeField()

    class Meta:
        default_permissions = ()


class Publication(models.Model):
    """A version went live: for the first time, or again by a roll-back. The row never changes."""

    class Kind(models.TextChoices):
        PUBLISH = "publish"
        ROLLBACK = "rollback"

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="publications")
    version = models.ForeignKey(AssistantVersion, on_delete=models.PROTECT, related_name="publications")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key_id = models.UUIDField()
    message = EncryptedText(key="key_id")
    by_kind = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="catalog_publication_kind", condition=Q(kind__in=["publish", "rollback"])),
        ]
        indexes: ClassVar = [models.Index(name="catalog_publication_latest", fields=["assistant", "-at"])]


class Binding(models.Model):
    """Calls serve a purpose: those of one key or of all, by one route or by all ("")."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="bindings")
    purpose = models.ForeignKey("consent.Purpose", on_delete=models.PROTECT, related_name="+")
    api_key = models.ForeignKey("credentials.ApiKey", null=True, on_delete=models.CASCADE, related_name="+")
    route = models.CharField(max_length=12, blank=True, default="")
    required = models.BooleanField(default=True)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    epoch = models.BigIntegerField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="catalog_binding_once", fields=["assistant", "purpose", "api_key", "route"], nulls_distinct=False,
                condition=Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(name="catalog_binding_route", condition=Q(route__in=list(ROUTES))),
        ]  # fmt: skip


class Storage(models.Model):
    """What is kept from `at` on, and words for which purpose; the newest counts. `told`: people see who read theirs."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assistant = models.ForeignKey(Assistant, on_delete=models.PROTECT, related_name="storages")
    number = models.PositiveIntegerField()
    keep = models.CharField(max_length=14)
    purpose = models.ForeignKey("consent.Purpose", null=True, on_delete=models.PROTECT, related_name="+")
    told = models.BooleanField(default=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="catalog_storage_number", fields=["assistant", "number"]),
            models.CheckConstraint(name="catalog_storage_keep", condition=Q(keep__in=list(KEEPS))),
        ]


class PinnedCase(models.Model):
    """Words that a person may send, and what the guards must do with them; run before every publish.

    With an `answer` the case is about what a model may say to them: the words must get through, and `expected` is what
    must become of the answer. The words are sealed under a key of their own (owners: the assistant and the case).
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assistant = models.ForeignKey(Assistant, on_delete=models.CASCADE, related_name="cases")
    key_id = models.UUIDField()
    title = EncryptedText(key="key_id")
    messages = EncryptedJSON(key="key_id")
    answer = EncryptedText(key="key_id", null=True)
    expected = models.CharField(max_length=8)
    stage = models.CharField(max_length=20, blank=True, default="")
    by_kind = models.CharField(max_length=12)
    by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="catalog_case_expected", condition=Q(expected__in=EXPECTED)),
        ]


class CaseResult(models.Model):
    """What a case said of a version when it was published. The row never changes; the case may go."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    version = models.ForeignKey(AssistantVersion, on_delete=models.PROTECT, related_name="results")
    case_id = models.UUIDField()
    expected = models.CharField(max_length=8)
    got = models.CharField(max_length=8)
    passed = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(name="catalog_result_version", fields=["version", "-at"])]
