"""Invitations: who was asked in, by whom, as what, and until when. The secret of the link is signin's."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.people.models import Team
from panel.kernel import ids


class Invitation(models.Model):
    """`role` is a built-in role, a custom role by its name then, or "guest". `made_at` and `expires_at` are real time, as
    the link's; each sending makes a new link and a new end."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=60)
    team = models.ForeignKey(Team, null=True, on_delete=models.SET_NULL, related_name="+")
    inviter_kind = models.CharField(max_length=10)
    inviter_id = models.UUIDField(null=True)
    days = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent = models.PositiveSmallIntegerField(default=1)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [models.Index(name="invitations_newest", fields=["-made_at", "-id"])]
        constraints: ClassVar = [
            models.UniqueConstraint(name="invitations_one_open", fields=["user"], condition=Q(withdrawn_at=None)),
            models.CheckConstraint(name="invitations_ends_after_it_begins", condition=Q(expires_at__gt=F("made_at"))),
        ]
