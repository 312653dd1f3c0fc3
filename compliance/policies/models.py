"""Policies: what the organisation says it does with data, in versions that never change, and who accepted which.

The words are for everybody to read: nothing here is sealed, and nobody's name stands in it.
"""

from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from compliance.policies.rules.kinds import PUBLIC, Kind
from panel.kernel import ids


class PolicyQuerySet(models.QuerySet["Policy"]):
    def kept(self) -> "PolicyQuerySet":
        return self.filter(archived_at__isnull=True)

    def public(self) -> "PolicyQuerySet":
        return self.filter(kind__in=list(PUBLIC))

    def published(self) -> "PolicyQuerySet":
        return self.filter(versions__isnull=False).distinct()


class Policy(models.Model):
    """`slug` stands in public addresses. With `acceptance`, staff accept each material version within `grace_days` of the
    day it takes effect. `revision` counts changes of the policy's own fields."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    slug = models.CharField(max_length=63, unique=True)
    kind = models.CharField(max_length=12, choices=[(kind.value, kind.value) for kind in Kind])
    name = models.CharField(max_length=120)
    acceptance = models.BooleanField(default=False)
    grace_days = models.PositiveSmallIntegerField(default=14)
    archived_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    objects: ClassVar = PolicyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.CheckConstraint(
                name="policies_policy_slug", condition=Q(slug__regex=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
            ),
            models.CheckConstraint(name="policies_policy_kind", condition=Q(kind__in=[kind.value for kind in Kind])),
            models.CheckConstraint(name="policies_policy_grace", condition=Q(grace_days__lte=180)),
        ]

    @property
    def journal_ref(self) -> tuple[str, UUID]:
        return "policy", self.id

    @property
    def is_public(self) -> bool:
        return self.kind in PUBLIC


class PolicyDraft(models.Model):
    """What the next version will say. `texts` maps a language to {title, body}; without `effective_at` it takes effect when
    it is published. `revision` is the optimistic lock."""

    policy = models.OneToOneField(Policy, primary_key=True, on_delete=models.CASCADE, related_name="draft")
    texts = models.JSONField(default=dict)
    summary = models.CharField(max_length=1000, blank=True, default="")
    material = models.BooleanField(default=True)
    effective_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)
    edited_by_kind = models.CharField(max_length=12)
    edited_by_id = models.UUIDField(null=True)
    edited_at = models.DateTimeField()

    class Meta:
        default_permissions = ()


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def effective(self, at: object) -> "PolicyVersionQuerySet":
        return self.filter(effective_at__lte=at)


class PolicyVersion(models.Model):
    """One published version; the row never changes. `digests` names each language's words, `digest` the version."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    texts = models.JSONField()
    digests = models.JSONField()
    summary = models.CharField(max_length=1000, blank=True)
    material = models.BooleanField()
    effective_at = models.DateTimeField()
    published_at = models.DateTimeField()
    author_kind = models.CharField(max_length=12)
    author_id = models.UUIDField(null=True)
    approval_id = models.UUIDField(null=True)

    objects: ClassVar = PolicyVersionQuerySet.as_manager()

    class Meta:
        db_table = "policies_version"
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="policies_version_number", fields=["policy", "number"]),
            models.UniqueConstraint(name="policies_version_content", fields=["policy", "digest"]),
            models.CheckConstraint(name="policies_version_from_one", condition=Q(number__gte=1)),
        ]
        indexes: ClassVar = [models.Index(name="policies_version_effective", fields=["policy", "-effective_at"])]


class Acceptance(models.Model):
    """Somebody on the staff accepted a version, with the language whose words they read. The row never changes."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT, related_name="acceptances")
    language = models.CharField(max_length=6)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="policies_acceptance_once", fields=["user", "version"]),
        ]
