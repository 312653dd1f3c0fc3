"""Where records wait between the gateway process and the worker, the key that content is sealed to on the way, and
versions that are only tried."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length

from panel.kernel import clock, ids
from panel.kernel.crypto.fields import EncryptedText

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


class Trial(models.Model):
    """What a draft said when somebody tried it: an unpublished version, named by the SHA-256 (hex) of its content.

    The gateway reads it by (assistant, digest) for one call with a ticket, and checks the digest; no assistant's live
    version can be one. `content` as in catalog_version: canonical JSON under the assistant's key, place
    ("gateway_trial", "content", row = id). Rows never change.
    """

    id = models.UUIDField(primary_key=True, default=ids.new_id, editable=False)
    assistant = models.ForeignKey("catalog.Assistant", on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    key_id = models.UUIDField()
    content = EncryptedText(key="key_id")
    author_kind = models.CharField(max_length=12)
    author_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints: ClassVar = [
            models.UniqueConstraint(name="gateway_trial_content", fields=["assistant", "digest"]),
            models.CheckConstraint(name="gateway_trial_digest", condition=Q(digest__regex="^[0-9a-f]{64}$")),
        ]
