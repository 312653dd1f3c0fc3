"""What makes a right worth a second look. Pure."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

DORMANT_AFTER = timedelta(days=90)
SETTLED = timedelta(days=30)

# In the order of urgency: what stands first is shown first.
FLAGS: dict[str, Any] = {
    "owner_left": _("Owner left"),
    "orphaned": _("Nobody answers for it"),
    "duty_conflict": _("Breaks separation of duties"),
    "privileged": _("Privileged"),
    "never_used": _("Never used"),
    "dormant": _("Not used in 90 days"),
    "over_scoped": _("May do more than it does"),
    "endless": _("Has no end"),
}
UNUSED = frozenset({"never_used", "dormant"})
"""Keeping one of these asks for a reason."""
LEFT = frozenset({"owner_left", "orphaned"})
_ORDER = {name: place for place, name in enumerate(FLAGS)}


def of_use(used_at: datetime | None, given_at: datetime | None, at: datetime) -> frozenset[str]:
    """From a record that would know of a use: never used (a month after it was given), or not for 90 days."""
    if used_at is not None:
        return frozenset({"dormant"}) if at - used_at > DORMANT_AFTER else frozenset()
    return frozenset({"never_used"}) if given_at is None or at - given_at > SETTLED else frozenset()


def severity(flags: frozenset[str] | set[str] | list[str]) -> int:
    """0 is the most urgent."""
    return min((_ORDER[one] for one in flags if one in _ORDER and one != "endless"), default=len(_ORDER))


def proposal(flags: frozenset[str] | set[str] | list[str]) -> str:
    """What is proposed, and nothing is preselected."""
    return "revoke" if LEFT & set(flags) else ""
