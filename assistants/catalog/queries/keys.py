"""API keys that may call an assistant, from the floor below."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from accounts.credentials.models import ApiKey


@dataclass(frozen=True, slots=True)
class Key:
    id: UUID
    name: str
    key_id: str
    expires_at: datetime


def of(assistant_id: UUID, at: datetime) -> list[Key]:
    """Keys that work now, by name."""
    rows = ApiKey.objects.active(at).filter(assistants__assistant_id=assistant_id).order_by("name")
    return [Key(row.id, row.name, row.key_id, row.expires_at) for row in rows]


def count(assistant_id: UUID, at: datetime) -> int:
    return ApiKey.objects.active(at).filter(assistants__assistant_id=assistant_id).count()
