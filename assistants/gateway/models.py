"""Where records wait between the gateway process and the worker, and the key that content is sealed to on the way."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from panel.kernel import clock, ids

models.BinaryField.register_lookup(Length)


class Inbox(models.Model):
    """Frames as the gateway shipped them, by COPY, at least once. A frame that cannot be read stays and raises an alarm."""

    id = models.UUIDField(primary_key=True, editable=False)
    received_at = models.DateTimeField()
    frame = models.BinaryField()
    failed = models.BooleanField(default=False, db_default=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(name="gateway_inbox_waiting", fields=["received_at"], condition=Q(failed=False)),
        ]


class ContentKey(models.Model):
    """An X25519 pair: the gateway seals stored content to `public`, only the worker can open it.

    `private` is an envelope under the installation's "spool" key (content ring), place ("gateway_contentkey", "private",
    row = id). The newest row is in use; an older one opens what was sealed before.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    public = models.BinaryField()
    private = models.BinaryField()
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="gateway_contentkey_x25519", condition=Q(public__length=32)),
        ]
