"""Who reviews what: never whoever has the right, nor anybody whom they chose."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from accounts.access import queries as access
from accounts.access.rules import ObjectRole, Role
from accounts.grants.queries import kinds
from accounts.people.models import User
from accounts.people.rules import Kind, State
from compliance.reviews.models import Campaign
from compliance.reviews.queries.populations import holders
from compliance.reviews.queries.populations.holders import Holders
from compliance.reviews.rules.populations import Ref
from compliance.reviews.rules.scope import Reviewers

Owner = tuple[UUID, UUID | None]


@dataclass
class Picker:
    """Reads once who could review, then answers for each right."""

    campaign: Campaign
    at: datetime
    known: Holders = field(default_factory=holders.read)

    def __post_init__(self) -> None:
        users = User.objects.get_queryset()
        self.active = set(users.filter(state=State.ACTIVE, kind=Kind.PERSON).values_list("id", flat=True))
        self.administrators = sorted(access.holders(Role.ADMINISTRATOR, self.at) & self.active)
        self.owners = self._owners() if self.campaign.reviewers == Reviewers.OWNER else {}

    def _owners(self) -> dict[Ref, list[Owner]]:
        """(user, who made them owner) of each object; of a team, its managers too."""
        found: dict[Ref, list[Owner]] = {}
        for kind in kinds.grantables():
            users, _teams = access.grant_models(kind.model) or (None, None)
            least = ObjectRole.EDITOR if kind.kind == "team" else ObjectRole.OWNER
            wanted = {"permission__codename__in": ObjectRole.at_least(least)}
            rows = users.objects.in_force(self.at).filter(**wanted).order_by("id") if users else []
            for one in rows:
                found.setdefault((kind.kind, one.content_object_id), []).append((one.user_id, one.giver_id))
        return found

    def pick(self, holder: Ref, obj: Ref | None) -> tuple[UUID | None, bool]:
        """(reviewer, whether it had to be an administrator picked by the panel); nobody when there is none left."""
        behind = self.known.behind(holder)
        for owner, giver in self.owners.get(obj, []) if obj else []:
            if owner in self.active and owner not in behind and giver not in behind:
                return owner, False
        if self.campaign.made_by_id not in behind:
            for one in (self.campaign.reviewer_id, self.campaign.second_id):
                if one in self.active and one not in behind:
                    return one, False
        return self.administrator(behind)

    def administrator(self, behind: set[UUID]) -> tuple[UUID | None, bool]:
        return next((one for one in self.administrators if one not in behind), None), True
