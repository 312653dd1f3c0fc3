"""Kinds, scopes and life of credentials. Pure: the gateway reads it without Django."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """A gateway key calls `/v1`; a management key calls `/api/v1` with its owner's rights, cut to its scopes; a client
    gets short-lived tokens for either at `/oauth/token`."""

    GATEWAY = "gateway"
    MANAGEMENT = "management"
    CLIENT = "client"


class State(StrEnum):
    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


# Scopes on the gateway; those on the panel's own API are `manage:<area>`, or the name of one permit.
CHAT, EMBEDDINGS, MODELS = "chat", "embeddings", "models"
GATEWAY_SCOPES = (CHAT, EMBEDDINGS, MODELS)
MANAGE = "manage:"
# What stands in place of an end when there is none; only where the policy allows it.
NEVER = datetime(9999, 1, 1, tzinfo=UTC)
LONGEST_DAYS, MOST_DAYS = 366, 3660
DEFAULT_LIFE = timedelta(days=90)
SOON = timedelta(days=14)
# The old secret of a rotated key works beside the new one: this long unless something else is chosen, and at most so long.
OVERLAP, LONGEST_OVERLAP = timedelta(hours=24), timedelta(days=7)
# A key that has not shown for so long what it needs has more than it needs; one unused for so long is asked about.
SETTLED, UNUSED, ENDING = timedelta(days=30), timedelta(days=90), timedelta(days=30)


def state_of(revoked_at: datetime | None, expires_at: datetime, at: datetime) -> State:
    if revoked_at is not None:
        return State.REVOKED
    return State.EXPIRED if expires_at <= at else State.ACTIVE


def ends_of(expires_at: datetime, created_at: datetime, at: datetime) -> datetime:
    """The end of a rotated key: as long from now as it was given at first."""
    return NEVER if expires_at >= NEVER else at + (expires_at - created_at)
