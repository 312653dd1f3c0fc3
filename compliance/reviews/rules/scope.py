"""What a campaign is about, and who reviews it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from compliance.reviews.rules.populations import Found


class Reviewers(StrEnum):
    """NAMED: one person; OWNER: who owns the object or manages the team, and the named person for everything else."""

    NAMED = "named"
    OWNER = "owner"


REVIEWER_WORDS: dict[str, Any] = {
    Reviewers.NAMED: _("The person named below"),
    Reviewers.OWNER: _("Owners of each object and managers of each team; the person below for everything else"),
}


@dataclass(frozen=True)
class Scope:
    """Empty is everything. `members` are the users of the chosen team, looked up when it is frozen."""

    kinds: tuple[str, ...] = ()
    obj: UUID | None = None
    team: UUID | None = None
    role: str = ""

    @classmethod
    def of(cls, given: dict[str, Any]) -> "Scope":
        return cls(
            tuple(given.get("kinds") or ()),
            UUID(given["object"]) if given.get("object") else None,
            UUID(given["team"]) if given.get("team") else None,
            given.get("role") or "",
        )

    def stored(self) -> dict[str, Any]:
        return {
            "kinds": sorted(self.kinds),
            "object": str(self.obj) if self.obj else None,
            "team": str(self.team) if self.team else None,
            "role": self.role,
        }

    def holds(self, found: Found, members: Collection[UUID]) -> bool:
        """Whether this right is reviewed. A team: what it has, and what its members have."""
        if self.kinds and found.kind not in self.kinds:
            return False
        if self.obj and (found.obj is None or found.obj[1] != self.obj):
            return False
        if self.team and not self._of_team(found, members):
            return False
        return not self.role or found.right == self.role

    def _of_team(self, found: Found, members: Collection[UUID]) -> bool:
        if found.holder == ("team", self.team) or (found.obj is not None and found.obj == ("team", self.team)):
            return True
        return found.holder[0] == "user" and found.holder[1] in members
