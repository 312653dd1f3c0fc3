"""Credentials: keyed hashes, what they open, from where, and until when. The gateway reads these columns by SQL: keep
them plain."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from oauth2_provider.models import AbstractAccessToken, AbstractApplication

from accounts.credentials.rules.life import ENDING, NEVER, SETTLED, UNUSED, Kind, State, state_of
from panel.kernel import clock, ids
from panel.kernel.crypto.fields import EncryptedText


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def active(self, at: datetime) -> "ApiKeyQuerySet":
        return self.filter(revoked_at__isnull=True, expires_at__gt=at)

    def ending(self, at: datetime) -> "ApiKeyQuerySet":
        """They work, and end within 30 days."""
        return self.active(at).filter(expires_at__lt=at + ENDING)

    def unused(self, at: datetime) -> "ApiKeyQuerySet":
        """They work, and nobody has used them for 90 days."""
        since = at - UNUSED
        return self.active(at).filter(
            Q(last_used_on__lt=since.date()) | Q(last_used_on__isnull=True, created_at__lt=since)
        )

    def over_scoped(self, at: datetime) -> "ApiKeyQuerySet":
        """They work for 30 days, and a scope or an assistant of theirs was never used."""
        idle = ApiKeyAssistant.objects.filter(api_key=OuterRef("pk"), last_used_on__isnull=True)
        settled = self.active(at).filter(created_at__lt=at - SETTLED)
        return settled.filter(~Q(scopes__contained_by=F("used_scopes")) | Exists(idle))


class ApiKey(models.Model):
    """A key, or the secret of an OAuth client. `key_id` is the public part and stays when the secret is rotated; `digest`
    is HMAC-SHA256 of the whole key under the pepper, `previous_digest` that of the one before, good until
    `previous_until`. `networks` are the ranges it may be used from (empty: from everywhere), `epoch` that of the last
    change, for the gateway's snapshot."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    key_id = models.CharField(max_length=10, unique=True)
    digest = models.BinaryField(max_length=32, unique=True)
    previous_digest = models.BinaryField(max_length=32, null=True, unique=True)
    previous_until = models.DateTimeField(null=True)
    rotated_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Kind])
    name = models.CharField(max_length=80)
    scopes = ArrayField(models.CharField(max_length=80))
    used_scopes = ArrayField(models.CharField(max_length=80), default=list)
    networks = ArrayField(models.CharField(max_length=43), default=list)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="api_keys")
    creator_kind = models.CharField(max_length=10)
    creator_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_on = models.DateField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_address = EncryptedText(null=True, key="data_key")
    last_assistant = models.UUIDField(null=True)
    data_key = models.UUIDField(null=True)
    successor = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="predecessor")
    epoch = models.BigIntegerField(default=0)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="credentials_apikey_kind", condition=Q(kind__in=[one.value for one in Kind])),
            models.CheckConstraint(
                name="credentials_apikey_ends_after_it_begins", condition=Q(expires_at__gt=F("created_at"))
            ),
            models.CheckConstraint(
                name="credentials_apikey_previous_ends",
                condition=Q(previous_digest__isnull=True) | Q(previous_until__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="credentials_apikey_epoch", fields=["epoch"]),
            # The orders of the list; a person's own keys are few and sorted in memory.
            models.Index(name="credentials_apikey_ends", fields=["expires_at", "id"]),
            models.Index(name="credentials_apikey_name", fields=["name", "id"]),
        ]

    def state(self, at: datetime) -> State:
        return state_of(self.revoked_at, self.expires_at, at)

    def overlaps(self, at: datetime) -> bool:
        """Whether the secret before the last rotation still works."""
        return self.previous_until is not None and at < self.previous_until and self.state(at) is State.ACTIVE

    @property
    def began_at(self) -> datetime:
        """When the secret of now was made."""
        return self.rotated_at or self.created_at

    @property
    def endless(self) -> bool:
        return self.expires_at >= NEVER

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "api_key", self.id


class ApiKeyAssistant(models.Model):
    """An assistant that a gateway key may call. Opaque here: the floor above knows what stands behind the id."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="assistants")
    assistant_id = models.UUIDField(db_index=True)
    last_used_on = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="credentials_apikeyassistant_once", fields=["api_key", "assistant_id"])
        ]


class Client(AbstractApplication):  # type: ignore[misc]  # the library has no types
    """The OAuth face of a key of kind `client`, as django-oauth-toolkit wants to find it: confidential, client credentials
    only, no redirects. Its secret is the key's; what the library would keep of one is taken out."""

    id = None
    user = None
    client_secret = None
    key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, primary_key=True, related_name="client")

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                name="credentials_client_credentials_only",
                condition=Q(
                    client_type="confidential", authorization_grant_type="client-credentials", redirect_uris="",
                    post_logout_redirect_uris="", allowed_origins="", algorithm="", skip_authorization=False,
                ),
            )
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.client_id)

    def is_usable(self, request: object) -> bool:  # noqa: ARG002 - the library's signature
        return self.key.state(clock.now()) is State.ACTIVE and self.key.owner.is_active


class AccessToken(AbstractAccessToken):  # type: ignore[misc]
    """A token that a client was given: its id is the token's `jti`, of the token itself only a hash is kept. A row that
    was revoked reaches the gateway by its epoch."""

    user = None
    id_token = None
    source_refresh_token = None
    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    revoked_at = models.DateTimeField(null=True)
    epoch = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="credentials_accesstoken_hashed", condition=Q(token="")),
        ]
        indexes: ClassVar = [
            models.Index(name="credentials_accesstoken_epoch", fields=["epoch"], condition=Q(revoked_at__isnull=False)),
            models.Index(name="credentials_accesstoken_ends", fields=["expires"]),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "access_token", self.id


class SigningKey(models.Model):
    """An Ed25519 key that signs access tokens: the private half is derived from a data key of ring `content`, so the
    gateway can check and never sign. `seal` shows the gateway that the panel wrote the row (engine.bearers). Instants are
    real time: from `signs_from` it signs, after `ends_at` nothing that it signed counts."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    data_key = models.UUIDField()
    public = models.BinaryField(max_length=32, unique=True)
    seal = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    signs_from = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    epoch = models.BigIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                name="credentials_signingkey_ends", condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("made_at"))
            )
        ]
        indexes: ClassVar = [models.Index(name="credentials_signingkey_epoch", fields=["epoch"])]

    @property
    def kid(self) -> str:
        return self.id.hex

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "signing_key", self.id
