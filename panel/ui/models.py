"""Answers to creates that may be sent twice."""

from django.db import models

from panel.kernel.crypto.fields import EncryptedText
from panel.kernel.ids import new_id


class Created(models.Model):
    """The answer to one Idempotency-Key of one actor on one route. Kept for a day; the body is sealed, and what a
    response shows only once was taken out of it before."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField()
    route = models.CharField(max_length=200)
    key_hash = models.BinaryField(max_length=32)
    request_hash = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(default=0)
    location = models.CharField(max_length=300, default="")
    key_id = models.UUIDField()
    body = EncryptedText(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor_kind", "actor_id", "route", "key_hash"], name="ui_created_once"),
        ]
        indexes = [models.Index(fields=["created_at"], name="ui_created_at")]
