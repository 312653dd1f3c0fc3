"""Separation of duties: which two things one person should not have or do. Pure.

A side is a list of tokens, `role:auditor` or `permit:panel.keep_keys`; somebody has a side when they have one of them.
Rules about acts have no sides: `accounts.approvals` asks them by name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Strength(StrEnum):
    OFF = "off"
    WARN = "warn"
    FORBID = "forbid"


STRENGTH_WORDS = {Strength.OFF: _("Off"), Strength.WARN: _("Warn"), Strength.FORBID: _("Forbid")}


@dataclass(frozen=True)
class Rule:
    """`fixed`: it holds by how the panel is built, and cannot be weakened. `built_in`: it comes with the panel."""

    name: str
    title: Any
    why: Any
    strength: Strength
    first: tuple[str, ...] = ()
    second: tuple[str, ...] = ()
    fixed: bool = False
    built_in: bool = True

    @property
    def about_acts(self) -> bool:
        return not self.first

    def broken_by(self, has: Iterable[str]) -> bool:
        """Whether somebody who has these tokens has both sides."""
        held = set(has)
        return not self.about_acts and bool(held & set(self.first)) and bool(held & set(self.second))


REQUESTER, CREATOR = "requester_approver", "creator_approver"
BUILT_IN = (
    Rule(
        REQUESTER, _("Who asks does not approve"),
        _("Nobody approves what they asked for, not by a second account, a service account or a deputy either."),
        Strength.FORBID, fixed=True,
    ),
    Rule(
        CREATOR, _("Who makes does not approve"),
        _("Who wrote a version does not approve its release, though somebody else asked."), Strength.FORBID,
    ),
    Rule(
        "officer_administrator", _("Privacy officer and administrator"),
        _("Who watches over personal data does not run the system that holds it (GDPR Art. 38(6))."), Strength.WARN,
        ("role:privacy_officer",), ("role:administrator",),
    ),
    Rule(
        "auditor_administrator", _("Auditor and administrator"),
        _("Who checks what was done is not who did it."), Strength.WARN, ("role:auditor",), ("role:administrator",),
    ),
    Rule(
        "key_keeper_reader", _("Keeper of keys and reader of what they seal"),
        _("Who keeps the key-encryption keys does not read what people said or who they are."), Strength.WARN,
        ("permit:panel.keep_keys",), ("permit:conversations.reveal", "permit:auditing.disclose"),
    ),
)  # fmt: skip
