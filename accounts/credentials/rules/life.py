"""Kinds, scopes and life of API keys. Pure: the gateway reads it without Django."""

from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """A gateway key calls `/v1`; a management key calls `/api/v1` with its owner's rights, cut to its scopes."""

    GATEWAY = "gateway"
    MANAGEMENT = "management"


class State(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


# Scopes of gateway keys; those of management keys are names of permits.
CHAT, MODELS = "chat", "models:read"
GATEWAY_SCOPES = (CHAT, MODELS)
LONGEST = timedelta(days=366)
DEFAULT_LIFE = timedelta(days=90)
SOON = timedelta(days=14)
# A rolled key works beside its successor for this long.
OVERLAP = timedelta(hours=24)


def state_of(revoked_at: datetime | None, expires_at: datetime, at: datetime) -> State:
    if revoked_at is not None:
        return State.REVOKED
    return State.EXPIRED if expires_at <= at else State.ACTIVE
