"""The link of the first run."""

from django.db import models

from panel.kernel import clock, ids


class SetupLink(models.Model):
    """The token makes the administrator, not the first visitor. Only its hash is stored."""

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    digest = models.BinaryField(max_length=32, unique=True)
    person = models.UUIDField(null=True)
    stage = models.CharField(max_length=20)
    created_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
