"""Taking grants on objects and places in teams, making grants smaller, and giving exactly the same ones back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access.models import TeamGrant, UserGrant
from accounts.access.rules import OBJECT_ROLE_NAMES, Change, ObjectRole
from accounts.grants import services as grants
from accounts.grants.queries import kinds, places
from accounts.people import queries as people
from accounts.people.models import Team, User
from accounts.people.rules import State
from accounts.teams import services as teams
from compliance.reviews.rules.populations import Acting, Ended, Gone
from compliance.reviews.services.acts.common import end_keys, for_review, given, holder, taken
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict

Grant = UserGrant | TeamGrant


class LastOwner(Conflict):
    code = "last_owner"


def _found(acting: Acting) -> tuple[kinds.Grantable, Grant]:
    """The locked row. Raises Gone."""
    kind = kinds.grantable(acting.item.object_kind)
    for table in access.grant_models(kind.model) or () if kind else ():
        row = table.objects.select_for_update(of=("self",)).filter(id=acting.item.ref).first()
        if row is not None and kind is not None:
            return kind, row
    raise Gone


def _receiver(grant: Grant) -> User | Team:
    found: User | Team = grant.user if isinstance(grant, UserGrant) else grant.group.team
    return found


def _keep_one_owner(grant: Grant, acting: Acting) -> None:
    """Raises LastOwner: nobody else, who can sign in, owns it."""
    if grant.role is not ObjectRole.OWNER:
        return
    obj: Any = grant.content_object  # type: ignore[union-attr]
    epochs.lock(f"owners:{obj.pk}")
    model: type[Model] = type(obj)
    users, groups = access.grant_models(model) or (None, None)
    mark = {"content_object": obj, "permission__codename": ObjectRole.OWNER.codename}
    others = users.objects.in_force(acting.at).filter(user__state=State.ACTIVE, **mark).exclude(pk=grant.pk)  # type: ignore[union-attr]
    shared = groups.objects.in_force(acting.at).filter(group__user__state=State.ACTIVE, **mark).exclude(pk=grant.pk)  # type: ignore[union-attr]
    if not others.exists() and not shared.exists():
        raise LastOwner(_("This is the last owner. Make somebody else owner first."))


def end(acting: Acting) -> Ended:
    """Raises Gone, LastOwner."""
    kind, row = _found(acting)
    _keep_one_owner(row, acting)
    receiver, obj = _receiver(row), row.content_object  # type: ignore[union-attr]
    kept = {**given(row), "role": row.role.codename}
    grants.end_grant(row, Change.ENDED, actor=acting.by, reason=acting.reason, at=acting.at)
    kind.touched(obj, acting.at)
    return Ended(kept, end_keys(acting, places.behind(receiver)))


def restore(acting: Acting, kept: Mapping[str, Any]) -> None:
    """Raises Gone when object or receiver are no more, Conflict when there is a newer grant."""
    item = acting.item
    kind = kinds.grantable(item.object_kind)
    obj = kind.find(item.object_id) if kind else None
    receiver = people.team(item.holder_id) if item.holder_kind == "team" else people.user(item.holder_id)
    if kind is None or obj is None or receiver is None:
        raise Gone
    grants.restore(
        actor=for_review(acting), obj=obj, receiver=receiver, role=ObjectRole[kept["role"].upper()], given=taken(kept),
        at=acting.at,
    )  # fmt: skip
    kind.touched(obj, acting.at)


def smaller(item: Any) -> list[tuple[str, Any]]:
    """Roles below the one that was frozen, the greatest first."""
    if item.right.upper() not in ObjectRole.__members__:
        return []
    own = ObjectRole[item.right.upper()]
    return [(one.codename, OBJECT_ROLE_NAMES[one]) for one in sorted(ObjectRole, reverse=True) if one < own]


def reduce(acting: Acting, role: str) -> None:
    """A smaller role in place of the one there is, with the same end. Raises Gone, LastOwner, Conflict."""
    kind, row = _found(acting)
    if ObjectRole[role.upper()] >= row.role:
        raise Conflict(_("That is not less than what they have."))
    _keep_one_owner(row, acting)
    obj: Any = row.content_object  # type: ignore[union-attr]
    made = grants.share(
        actor=for_review(acting), permit=kind.permit, obj=obj, receiver=_receiver(row), role=ObjectRole[role.upper()],
        reason=acting.reason or _("Made smaller in an access review"), expires_at=row.expires_at, at=acting.at,
    )  # fmt: skip
    kind.touched(obj, acting.at)
    if isinstance(made, UserGrant):
        end_keys(acting, [made.user_id])


def end_member(acting: Acting) -> Ended:
    """Raises Gone."""
    user, team = holder(acting), people.team(acting.item.object_id)
    if team is None or not user.groups.filter(pk=team.group_id).exists():
        raise Gone
    teams.set_membership(actor=for_review(acting), team=team, user=user, member=False, at=acting.at)
    return Ended({"team": str(team.id)}, end_keys(acting, [user.id]))


def restore_member(acting: Acting, kept: Mapping[str, Any]) -> None:
    """Raises Gone when the team is no more."""
    user, team = holder(acting), people.team(UUID(kept["team"]))
    if team is None:
        raise Gone
    teams.set_membership(actor=for_review(acting), team=team, user=user, member=True, at=acting.at)
