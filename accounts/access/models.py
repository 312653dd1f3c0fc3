"""Grants: who may what, with who gave it, why and until when."""

from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from accounts.access.rules import Change, ObjectRole, Role
from accounts.people.models import Team, User
from panel.kernel import clock, ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.crypto.fields import EncryptedText

if TYPE_CHECKING:
    from datetime import datetime

TEAM_KEY = "person:team-grants"


# The few grants that end, for whoever looks which did.
ENDS = models.Index(
    fields=["expires_at"], condition=Q(expires_at__isnull=False), name="%(app_label)s_%(class)s_end"
)  # fmt: skip


class GrantQuerySet(models.QuerySet[Any]):
    def in_force(self, at: "datetime") -> "GrantQuerySet":
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=at))

    def ended(self, at: "datetime") -> "GrantQuerySet":
        return self.filter(expires_at__lte=at)


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


class CustomRole(models.Model):
    """A named set of permits that the organisation made. `revision` counts its versions, which stand in the journal;
    a retired one gives nothing and is never given again."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    name = models.CharField(max_length=60)
    purpose = models.CharField(max_length=200, blank=True, default="")
    permits = ArrayField(models.CharField(max_length=80))
    revision = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("name"), name="access_customrole_name", condition=Q(retired_at__isnull=True)),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "custom_role", self.id


class CustomRoleGrant(Provenance):
    """A custom role of a user. One row per (user, role): given again, it is changed."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="custom_role_grants")
    role = models.ForeignKey(CustomRole, on_delete=models.PROTECT, related_name="grants")

    objects: ClassVar[Any] = GrantQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="access_customrolegrant_once", fields=["user", "role"]),
            models.CheckConstraint(
                name="access_customrolegrant_ends_after_it_begins",
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("given_at")),
            ),
        ]


class Guest(Provenance):
    """Somebody from outside, such as an auditor: sees the sections of `permits` and what is shared with them, until
    `expires_at`, which every guest has. A guest has no role."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True)
    permits = ArrayField(models.CharField(max_length=80), default=list)

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(name="access_guest_ends", condition=Q(expires_at__gt=F("given_at")))
        ]


class GrantChange(models.Model):
    """One line of the history of rights: what was given, changed, taken back or ran out. Append-only; the reason dies
    with the receiver's key. `object_kind` "" is the whole organisation, `role` the role as it was called then."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    at = models.DateTimeField()
    act = models.CharField(max_length=8, choices=[(one.value, one.value) for one in Change])
    object_kind = models.CharField(max_length=40, blank=True, default="")
    object_id = models.UUIDField(null=True)
    receiver_kind = models.CharField(max_length=8)
    receiver_id = models.UUIDField()
    role = models.CharField(max_length=80)
    expires_at = models.DateTimeField(null=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    key_id = models.UUIDField()
    reason = EncryptedText()

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(name="access_grantchange_object", fields=["object_id", "-id"]),
            models.Index(name="access_grantchange_receiver", fields=["receiver_id", "-id"]),
        ]

    @classmethod
    def note(
        cls, act: Change, *, actor: Actor, receiver: "User | Team", role: str, reason: str, at: "datetime",
        obj: tuple[str, UUID] | None = None, expires_at: "datetime | None" = None,
    ) -> None:  # fmt: skip
        """Write a line, beside the journal's entry."""
        line = cls(act=act, at=at, role=role, expires_at=expires_at, receiver_id=receiver.id)
        if isinstance(receiver, Team):
            line.receiver_kind, line.key_id = "team", keyring.named(TEAM_KEY)
        else:
            line.receiver_kind, line.key_id = "user", receiver.key_id
        line.object_kind, line.object_id = obj or ("", None)
        line.actor_kind, line.actor_id, line.reason = actor.kind, actor.id, reason
        line.save(force_insert=True)


class UserGrant(Provenance, UserObjectPermissionBase):
    """A user's role on one object. A slice subclasses it and adds `content_object = ForeignKey(...)` and the Meta of
    `grant_meta`; the Permission is the object role."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    objects: ClassVar[Any] = GrantQuerySet.as_manager()  # type: ignore[assignment]  # guardian's manager is not used

    class Meta(UserObjectPermissionBase.Meta):
        abstract = True
        default_permissions = ()
        indexes: ClassVar = [ENDS]

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
        indexes: ClassVar = [ENDS]

    @property
    def role(self) -> ObjectRole:
        return ObjectRole[self.permission.codename.upper()]

    @property
    def receiver_id(self) -> UUID:
        return self.group.team.id


class TeamUserGrant(UserGrant):
    """A user's role on a team: an editor manages its members."""

    content_object = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="user_grants")


class TeamTeamGrant(TeamGrant):
    content_object = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="team_grants")
