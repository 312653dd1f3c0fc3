"""Answers to creates that may be sent twice, and how each person wants each list."""

from datetime import datetime
from typing import Any

from django.db import connection, models

from panel.kernel.crypto.fields import EncryptedJSON, EncryptedText
from panel.kernel.ids import new_id

_CLAIM = """
    INSERT INTO ui_created (id, actor_kind, actor_id, route, key_hash, request_hash, created_at, status, location, key_id)
    VALUES (%(id)s, %(actor_kind)s, %(actor_id)s, %(route)s, %(key_hash)s, %(request_hash)s, %(created_at)s, 0, '',
            %(key_id)s)
    ON CONFLICT (actor_kind, actor_id, route, key_hash) DO NOTHING
"""
_WHO = ("actor_kind", "actor_id", "route", "key_hash")


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

    @classmethod
    def claim(cls, **values: Any) -> tuple["Created", bool]:
        """The row of this key and whether it is new. Waits while another transaction holds the same key."""
        own = new_id()
        with connection.cursor() as cursor:
            cursor.execute(_CLAIM, {"id": own, **values})
        row = cls.objects.get(**{name: values[name] for name in _WHO})
        return row, row.pk == own

    def keep(self, *, status: int, location: str, body: str) -> None:
        self.status, self.location, self.body = status, location, body
        self.save(update_fields=["status", "location", "body"])

    @classmethod
    def forget(cls, *, before: datetime) -> int:
        return cls.objects.filter(created_at__lt=before).delete()[0]


class ListSetting(models.Model):
    """How one person wants one list. `name` is the page's, `hidden` are names of columns; `views` is sealed,
    because a name or a search can tell of people: a list of {"id", "name", "query", "default"}."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    person = models.UUIDField()
    name = models.CharField(max_length=100)
    hidden = models.JSONField(default=list)
    compact = models.BooleanField(default=False)
    key_id = models.UUIDField()
    views = EncryptedJSON(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "name"], name="ui_listsetting_once")]
