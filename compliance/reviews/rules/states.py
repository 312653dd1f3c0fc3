"""The life of a campaign and of each of its items. What is not listed is refused. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _

from panel.kernel.steps import follow


class Campaign(StrEnum):
    DRAFT = "draft"
    FREEZING = "freezing"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Step(StrEnum):
    FREEZE = "freeze"
    OPEN = "open"
    CLOSE = "close"
    SEAL = "seal"
    CANCEL = "cancel"


CAMPAIGN_STEPS: dict[tuple[Campaign, Step], Campaign] = {
    (Campaign.DRAFT, Step.FREEZE): Campaign.FREEZING,
    (Campaign.FREEZING, Step.OPEN): Campaign.OPEN,
    (Campaign.OPEN, Step.CLOSE): Campaign.CLOSING,
    (Campaign.CLOSING, Step.SEAL): Campaign.CLOSED,
    (Campaign.DRAFT, Step.CANCEL): Campaign.CANCELLED,
    (Campaign.FREEZING, Step.CANCEL): Campaign.CANCELLED,
    (Campaign.OPEN, Step.CANCEL): Campaign.CANCELLED,
}
OVER = frozenset({Campaign.CLOSED, Campaign.CANCELLED})
CAMPAIGN_WORDS: dict[str, Any] = {
    Campaign.DRAFT: _("Draft"),
    Campaign.FREEZING: _("Counting rights"),
    Campaign.OPEN: _("Open"),
    Campaign.CLOSING: _("Closing"),
    Campaign.CLOSED: _("Closed"),
    Campaign.CANCELLED: _("Cancelled"),
}


class Item(StrEnum):
    """`gone`: the right ended by other means before somebody decided. `reinstated`: revoked, and given back by another."""

    PENDING = "pending"
    FLAGGED = "flagged"
    KEPT = "kept"
    REVOKED = "revoked"
    REDUCED = "reduced"
    GONE = "gone"
    REINSTATED = "reinstated"


class Act(StrEnum):
    KEEP = "keep"
    REVOKE = "revoke"
    REDUCE = "reduce"
    FLAG = "flag"
    LOSE = "lose"
    REINSTATE = "reinstate"


_UNDECIDED = (Item.PENDING, Item.FLAGGED)
# What stands may be looked at again while the campaign is open; what ended comes back by two people only.
ITEM_STEPS: dict[tuple[Item, Act], Item] = {
    **{(one, Act.KEEP): Item.KEPT for one in (*_UNDECIDED, Item.KEPT)},
    **{(one, Act.REVOKE): Item.REVOKED for one in (*_UNDECIDED, Item.KEPT, Item.REDUCED, Item.REINSTATED)},
    **{(one, Act.REDUCE): Item.REDUCED for one in (*_UNDECIDED, Item.KEPT)},
    **{(one, Act.FLAG): Item.FLAGGED for one in (*_UNDECIDED, Item.KEPT)},
    **{(one, Act.LOSE): Item.GONE for one in (*_UNDECIDED, Item.KEPT, Item.REDUCED, Item.REINSTATED)},
    (Item.REVOKED, Act.REINSTATE): Item.REINSTATED,
}
ENDS = {act: state for (_before, act), state in ITEM_STEPS.items()}
OPEN_ITEMS = frozenset(_UNDECIDED)
CHOICES = (Act.KEEP, Act.REVOKE, Act.REDUCE, Act.FLAG)
ITEM_WORDS: dict[str, Any] = {
    Item.PENDING: _("Open"),
    Item.FLAGGED: _("Flagged"),
    Item.KEPT: _("Kept"),
    Item.REVOKED: _("Revoked"),
    Item.REDUCED: _("Reduced"),
    Item.GONE: _("Gone by itself"),
    Item.REINSTATED: _("Given back"),
}
ACT_WORDS: dict[str, Any] = {
    Act.KEEP: _("Keep"),
    Act.REVOKE: _("Revoke"),
    Act.REDUCE: _("Reduce"),
    Act.FLAG: _("Flag"),
    Act.LOSE: _("Found gone"),
    Act.REINSTATE: _("Give back"),
}


class Default(StrEnum):
    """What happens at the due date to what nobody decided."""

    REVOKE = "revoke"
    KEEP = "keep"
    ESCALATE = "escalate"


DEFAULT_WORDS: dict[str, Any] = {
    Default.REVOKE: _("Revoke it"),
    Default.KEEP: _("Keep it"),
    Default.ESCALATE: _("Ask an administrator for 7 more days, then revoke it"),
}
GRACE = timedelta(days=7)
MAX_WORDS = 500
LONGEST = timedelta(days=180)
REMINDERS = {"week": timedelta(days=7), "days": timedelta(days=3), "day": timedelta(days=1)}


def campaign_step(state: str, step: Step) -> Campaign:
    """Raises NotListedError."""
    return follow(CAMPAIGN_STEPS, Campaign(state), step)


def item_step(state: str, act: Act) -> Item:
    """Raises NotListedError."""
    return follow(ITEM_STEPS, Item(state), act)


def is_repeat(state: str, act: Act) -> bool:
    """Whether this state is what the act leads to. Keeping again with another reason is no repeat."""
    return ENDS[act] == state and act is not Act.KEEP


def reminder(due_at: datetime, at: datetime) -> str:
    """The name of the reminder whose time has come, the nearest to the end; "" before the first and after the end."""
    left = due_at - at
    if left <= timedelta(0):
        return ""
    reached = [(span, name) for name, span in REMINDERS.items() if left <= span]
    return min(reached)[1] if reached else ""
