"""Secrets and their versions. No method here or anywhere returns a value; `services.use` alone opens one, for its user.

The gateway reads by SQL, rows with `epoch` above its own:
`vault_secret(id, state, current, expires_at, key_id, epoch)`, `vault_secretversion(id, secret_id, number, sealed)`
and `vault_secretbinding(secret_id, user_kind, user_id)`. `sealed` is an envelope under the secret's own data key (purpose
"secret"), place ("vault_secretversion", "sealed", row = the secret's id, version = number). A secret may be used when it
is active, not past `expires_at`, and bound to the user, ("provider", provider id) for a provider. Every change bumps the
secret's epoch. `length` is in characters.
"""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.access.models import TeamGrant, UserGrant
from accounts.access.rules import OBJECT_PERMISSIONS
from assistants.vault.rules import Kind, State
from panel.kernel import ids
from panel.kernel.crypto.fields import EncryptedText


class SecretQuerySet(models.QuerySet["Secret"]):
    def kept(self) -> "SecretQuerySet":
        return self.exclude(state=State.DESTROYED)


class Secret(models.Model):
    """A named secret. `current` is the number of the version in use, `revision` counts changes for If-Match."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=10, choices=[(kind.value, kind.value) for kind in Kind])
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in State], default=State.ACTIVE.value
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    key_id = models.UUIDField()
    current = models.PositiveIntegerField(default=1)
    expires_at = models.DateTimeField(null=True)
    epoch = models.BigIntegerField(db_index=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects: ClassVar = SecretQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = tuple(OBJECT_PERMISSIONS)
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="vault_secret_name", condition=~Q(state=State.DESTROYED.value)),
            models.CheckConstraint(name="vault_secret_state", condition=Q(state__in=[state.value for state in State])),
            models.CheckConstraint(name="vault_secret_kind", condition=Q(kind__in=[kind.value for kind in Kind])),
            models.CheckConstraint(name="vault_secret_current", condition=Q(current__gte=1)),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "secret", self.id


class SecretUserGrant(UserGrant):
    content_object = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="user_grants")


class SecretTeamGrant(TeamGrant):
    content_object = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="team_grants")


class SecretVersion(models.Model):
    """One value, sealed; the row never changes. `shown` is the sealed last four characters, so that it dies with the key.

    `fingerprint` is a keyed digest of the value: scanners recognise a leaked value without knowing it
    (`queries.recognise`).
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    secret = models.ForeignKey(Secret, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    key_id = models.UUIDField()
    sealed = models.BinaryField()
    shown = EncryptedText(key="key_id")
    fingerprint = models.BinaryField(max_length=16)
    length = models.PositiveIntegerField()
    created_by_kind = models.CharField(max_length=12)
    created_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    epoch = models.BigIntegerField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="vault_version_number", fields=["secret", "number"]),
            models.CheckConstraint(name="vault_version_from_one", condition=Q(number__gte=1)),
        ]


class SecretBinding(models.Model):
    """Permission for one user of secrets, such as ("provider", id), to be given this secret's value."""

    secret = models.ForeignKey(Secret, on_delete=models.CASCADE, related_name="bindings")
    user_kind = models.CharField(max_length=40)
    user_id = models.UUIDField()
    created_by_kind = models.CharField(max_length=12)
    created_by_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="vault_binding_once", fields=["secret", "user_kind", "user_id"]),
        ]
        indexes: ClassVar = [models.Index(name="vault_binding_user", fields=["user_kind", "user_id"])]
