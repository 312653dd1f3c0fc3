"""Who stands behind a right: who left, who answers for a service, who is in a team, when somebody was last here."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from accounts.people.models import Service, Team, User
from accounts.people.rules import Kind, State
from accounts.signin.models import Session


@dataclass
class Holders:
    """Read once for a whole population: at most some ten thousand people."""

    left: set[UUID] = field(default_factory=set)
    services: dict[UUID, UUID | None] = field(default_factory=dict)
    members: dict[UUID, set[UUID]] = field(default_factory=dict)
    seen: dict[UUID, datetime] = field(default_factory=dict)

    def behind(self, holder: tuple[str, UUID]) -> set[UUID]:
        """Everybody who has the right, and who answers for a service that has it: none of them reviews it."""
        kind, one = holder
        if kind == "team":
            return set(self.members.get(one, ()))
        answers = self.services.get(one)
        return {one, answers} if answers else {one}

    def flags(self, user: UUID) -> frozenset[str]:
        """Of a person who left, of a service for which nobody answers."""
        if user in self.left:
            return frozenset({"owner_left"})
        if user in self.services and (self.services[user] is None or self.services[user] in self.left):
            return frozenset({"orphaned"})
        return frozenset()


def read() -> Holders:
    found = Holders()
    users = User.objects.get_queryset()
    found.left = set(users.filter(state=State.DISABLED, kind=Kind.PERSON).values_list("id", flat=True))
    found.services = dict(Service.objects.values_list("user_id", "responsible_id"))
    for team, user in Team.objects.filter(group__user__isnull=False).values_list("id", "group__user"):
        found.members.setdefault(team, set()).add(user)
    found.seen = dict(Session.objects.values("user_id").annotate(last=Max("seen_at")).values_list("user_id", "last"))
    return found


def behind(holder: tuple[str, UUID]) -> set[UUID]:
    """The same for one right, now."""
    kind, one = holder
    if kind == "team":
        return set(User.objects.filter(groups__team=one).values_list("id", flat=True))
    answers = Service.objects.filter(user_id=one).values_list("responsible_id", flat=True).first()
    return {one, answers} if answers else {one}
