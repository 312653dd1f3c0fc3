"""Grants: who may what, with who gave it, why and until when."""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.access.rules import ObjectRole, Role
from panel.kernel import clock, ids
from panel.kernel.actors import Actor
from panel.kernel.crypto.fields import EncryptedText

if TYPE_CHECKING:
    from datetime import datetime


class GrantQuerySet(models.QuerySet[Any]):
    def in_force(self, at: "datetime") -> "GrantQuerySet":
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))


class Provenance(models.Model):
    """What stands on every grant. `reason` is sealed under the receiver's key (a team's: under the key of team grants)."""

    giver_kind = models.CharField(max_length=10)
    giver_id = models.UUIDField(null=True)
    key_id = models.UUIDField()
    reason = EncryptedText()
    given_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    def given_by(self, actor: Actor) -> None:
        self.giver_kind, self.giver_id = actor.kind, actor.id


class RoleGrant(Provenance):
    """An organisation role of a user. One row per (user, role): given again, it is changed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=16, choices=[(one.value, one.value) for one in Role])

    objects: ClassVar[Any] = GrantQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="access_rolegrant_once", fields=["user", "role"]),
            models.CheckConstraint(name="access_rolegrant_role", condition=Q(role__in=[one.value for one in Role])),
            models.CheckConstraint(
                name="access_rolegrant_ends_after_it_begins",
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("given_at")),
            ),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "role_grant", self.id


class UserGrant(Provenance, UserObjectPermissionBase):
    """A user's role on one object. A slice subclasses it and adds `content_object = ForeignKey(...)` and the Meta of
    `grant_meta`; the Permission is the object role."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    objects: ClassVar[Any] = GrantQuerySet.as_manager()  # type: ignore[assignment]  # guardian's manager is not used

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True
        default_permissions = ()

    @property
    def role(self) -> ObjectRole:
        return ObjectRole[self.permission.codename.upper()]

    @property
    def receiver_id(self) -> UUID:
        return self.user_id


class TeamGrant(Provenance, GroupObjectPermissionBase):
    """A team's role on one object; see UserGrant."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    objects: ClassVar[Any] = GrantQuerySet.as_manager()  # type: ignore[assignment]  # guardian's manager is not used

    class Meta(GroupObjectPermissionBase.Meta):
        abstract = True
        default_permissions = ()

    @property
    def role(self) -> ObjectRole:
        return ObjectRole[self.permission.codename.upper()]

    @property
    def receiver_id(self) -> UUID:
        return self.group.team.id
