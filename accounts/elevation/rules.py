"""Asking for a right: states and periods. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

# How long a request waits for an answer, how long a right is given at most, and what the form proposes.
WAITS, LONGEST, USUAL = timedelta(days=14), timedelta(days=90), timedelta(days=7)
OPEN_AT_MOST = 20
"""Open requests of one person."""


class State(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


EXPIRED = "expired"
STATE_WORDS = {
    State.OPEN: _("Waits"),
    State.APPROVED: _("Approved"),
    State.DECLINED: _("Declined"),
    State.WITHDRAWN: _("Withdrawn"),
    EXPIRED: _("Never answered"),
}


def state_at(state: str, asked_at: datetime, at: datetime) -> str:
    """An open request that nobody answered in time has expired."""
    return EXPIRED if state == State.OPEN and at - asked_at >= WAITS else state
