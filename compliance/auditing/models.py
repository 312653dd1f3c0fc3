"""The change feed: django-auditlog's entry without the columns that could hold personal data."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from auditlog.models import AbstractLogEntry
from django.db import models

from panel.kernel import actors, clock
from panel.kernel.actors import Actor

acting: ContextVar[Callable[[], Actor]] = ContextVar("auditing_actor", default=lambda: actors.SYSTEM)


class Change(AbstractLogEntry):  # type: ignore[misc] # django-auditlog has no types
    """One saved change of one row, written by django-auditlog's signals beside the journal.

    Its own columns for the actor's account, e-mail and network address do not exist here; whom it concerns is an id, and
    the object is named by its key, never by `str()`.
    """

    actor = None
    actor_email = None
    remote_addr = None
    remote_port = None
    changes_text = None
    actor_kind = models.CharField(max_length=12)
    actor_id = models.UUIDField(null=True)

    class Meta:
        indexes = [models.Index(name="auditing_change_actor", fields=["actor_id", "-timestamp"])]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fill in who acts; the feed is written once and never changed."""
        actor = acting.get()()
        self.actor_kind, self.actor_id, self.cid = actor.kind, actor.id, actor.request_id or None
        self.object_repr, self.timestamp = self.object_pk, clock.now()
        super().save(*args, **kwargs)
