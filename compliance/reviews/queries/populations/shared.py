"""Grants on objects, and who is in which team."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.access import queries as access
from accounts.access.models import TeamGrant, UserGrant
from accounts.access.rules import ObjectRole
from accounts.grants.queries import kinds
from accounts.people.models import Team
from compliance.reviews.queries.populations import holders
from compliance.reviews.queries.populations.holders import Holders
from compliance.reviews.rules import flags, populations
from compliance.reviews.rules.populations import Found
from panel.journal.models import Leaf
from panel.journal.rules import canonical

BACK = flags.DORMANT_AFTER * 4
Uses = Mapping[tuple[UUID, UUID], datetime] | None
JOINED = "people.team.joined"


def grants(at: datetime) -> Iterator[Found]:
    """Every grant on every object that can be shared, of users and teams."""
    known = holders.read()
    for kind in kinds.grantables():
        uses = populations.uses(kind.kind, at - BACK)
        users, teams = access.grant_models(kind.model) or (None, None)
        if users is None or teams is None:
            continue
        for one in users.objects.in_force(at).select_related("permission").iterator(chunk_size=2000):
            yield _found(kind.kind, one, ("user", one.user_id), known, uses, at)
        for one in teams.objects.in_force(at).select_related("permission", "group__team").iterator(chunk_size=2000):
            yield _found(kind.kind, one, ("team", one.receiver_id), known, uses, at)


def _found(
    kind: str, one: UserGrant | TeamGrant, holder: tuple[str, UUID], known: Holders, uses: Uses, at: datetime
) -> Found:
    obj: UUID = one.content_object_id  # type: ignore[union-attr]  # every concrete grant has it
    people = {holder[1]} if holder[0] == "user" else known.members.get(holder[1], set())
    used = max((uses[user, obj] for user in people if (user, obj) in uses), default=None) if uses is not None else None
    marks = known.flags(holder[1]) if holder[0] == "user" else frozenset()
    marks |= flags.of_use(used, one.given_at, at) if uses is not None else frozenset()
    marks |= {"privileged"} if one.role is ObjectRole.OWNER else frozenset()
    marks |= {"orphaned"} if holder[0] == "team" and not people else frozenset()
    marks |= frozenset() if one.expires_at else {"endless"}
    return Found(
        "grant", str(one.id), holder, one.role.codename, (kind, obj), one.given_at, one.expires_at,
        (one.giver_kind, one.giver_id), used, marks,
    )  # fmt: skip


def members(at: datetime) -> Iterator[Found]:  # noqa: ARG001 - a membership has no end
    """Who is in a team; since when and by whom says the journal."""
    known, joined = holders.read(), _joined()
    for team, user in Team.objects.filter(group__user__isnull=False).values_list("id", "group__user"):
        moment, giver = joined.get((team, user), (None, ("", None)))
        yield Found(
            "member", f"{team}:{user}", ("user", user), "member", ("team", team), given_at=moment, giver=giver,
            used_at=known.seen.get(user), flags=known.flags(user),
        )  # fmt: skip


def _joined() -> dict[tuple[UUID, UUID], tuple[datetime, tuple[str, UUID | None]]]:
    found: dict[tuple[UUID, UUID], Any] = {}
    for leaf in Leaf.objects.filter(event=JOINED).order_by("id").iterator(chunk_size=2000):
        detail = canonical.decode(bytes(leaf.data)).get("detail", {})
        if leaf.object_id and "user" in detail:
            found[leaf.object_id, UUID(detail["user"])] = (leaf.at, (leaf.actor_kind, leaf.actor_id))
    return found
