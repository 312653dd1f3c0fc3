"""Asking for a right: states and periods. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from accounts.access.rules import EVERYBODY, Permit, Role

# How long a request waits for an answer, how long a right is given at most, and what the form proposes.
WAITS, LONGEST, USUAL = timedelta(days=14), timedelta(days=90), timedelta(days=7)
OPEN_AT_MOST = 20
"""Open requests of one person."""


# A role for hours: what can be chosen, and what a person takes alone in an emergency.
HOURS, EMERGENCY_HOURS = (1, 2, 4, 8, 24), (1, 2, 4)
ASK_ROLE = Permit("elevation.ask_role", _("Ask for a role for some hours"), EVERYBODY, by_key=False)
BREAK_GLASS = Permit("elevation.break_glass", _("Take a role in an emergency"), EVERYBODY, fresh=True, by_key=False)
REVIEW = Permit(
    "elevation.review", _("Review what was done in an emergency"),
    frozenset({Role.ADMINISTRATOR, Role.AUDITOR}), by_key=False,
)  # fmt: skip
PERMITS = (ASK_ROLE, BREAK_GLASS, REVIEW)


class Glass(StrEnum):
    """The life of a role taken in an emergency. What was taken is always reviewed by somebody else."""

    RUNNING = "running"
    ENDED = "ended"
    REVIEWED = "reviewed"


GLASS_STEPS = {(Glass.RUNNING, Glass.ENDED), (Glass.ENDED, Glass.REVIEWED)}
GLASS_WORDS = {
    Glass.RUNNING: _("Runs"),
    Glass.ENDED: _("Waits for a review"),
    Glass.REVIEWED: _("Reviewed"),
}


def glass_at(state: str, ends_at: datetime, at: datetime) -> Glass:
    """One whose time is over has ended, whether or not somebody wrote it down yet."""
    return Glass.ENDED if state == Glass.RUNNING and at >= ends_at else Glass(state)


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
