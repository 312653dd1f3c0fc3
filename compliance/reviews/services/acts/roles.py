"""Taking organisation roles and giving exactly the same ones back."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.access import services as rights
from accounts.access.models import CustomRoleGrant, GrantChange, RoleGrant
from accounts.access.rules import Change, Role
from accounts.elevation.models import Eligible
from accounts.elevation.services import glass
from accounts.roles import services as custom
from compliance.reviews.rules.populations import Acting, Ended, Gone
from compliance.reviews.services.acts.common import end_keys, for_review, given, holder, taken
from panel.journal import services as journal
from panel.kernel.errors import Conflict


class GivenAnew(Conflict):
    code = "review_given_anew"


def end(acting: Acting) -> Ended:
    """Raises Gone, LastAdministrator."""
    user = holder(acting)
    row = RoleGrant.objects.select_for_update().filter(id=acting.item.ref).first()
    if row is None:
        raise Gone
    kept = given(row)
    rights.withdraw_role(actor=for_review(acting), user=user, role=Role(row.role), reason=acting.reason, at=acting.at)
    return Ended(kept, end_keys(acting, [user.id]))


def restore(acting: Acting, kept: Mapping[str, Any]) -> None:
    """Raises GivenAnew, Gone."""
    user, role = holder(acting), acting.item.right
    if RoleGrant.objects.filter(user=user, role=role).exists():
        raise GivenAnew(_("They were given this right anew in the meantime."))
    RoleGrant(user=user, role=role, key_id=user.key_id, **taken(kept)).save(force_insert=True)
    _tell_given(acting, user, role, taken(kept), {"role": role})


def end_custom(acting: Acting) -> Ended:
    """Raises Gone."""
    user = holder(acting)
    row = CustomRoleGrant.objects.select_for_update(of=("self",)).select_related("role").filter(id=acting.item.ref)
    found = row.first()
    if found is None:
        raise Gone
    kept = given(found)
    custom.withdraw(actor=for_review(acting), user=user, role=found.role, reason=acting.reason, at=acting.at)
    return Ended(kept, end_keys(acting, [user.id]))


def restore_custom(acting: Acting, kept: Mapping[str, Any]) -> None:
    """Raises GivenAnew, Gone."""
    user = holder(acting)
    if CustomRoleGrant.objects.filter(user=user, role=acting.item.right).exists():
        raise GivenAnew(_("They were given this right anew in the meantime."))
    row = CustomRoleGrant(user=user, role_id=acting.item.right, key_id=user.key_id, **taken(kept))
    row.save(force_insert=True)
    _tell_given(acting, user, row.role.name, taken(kept), {"custom_role": str(row.role_id)})


def _tell_given(acting: Acting, user: Any, role: str, kept: Mapping[str, Any], detail: Mapping[str, Any]) -> None:
    actor = for_review(acting)
    GrantChange.note(
        Change.GIVEN, actor=actor, receiver=user, role=role, reason=kept["reason"], at=acting.at,
        expires_at=kept["expires_at"],
    )  # fmt: skip
    journal.record(
        "access.role.given", actor=actor, obj=("user", user.id), detail={**detail, "reinstated": True}, at=acting.at
    )
    rights.changed([user.id], acting.at)


def end_emergency(acting: Acting) -> Ended:
    """Raises Gone."""
    row = Eligible.objects.select_for_update().filter(id=acting.item.ref).first()
    if row is None:
        raise Gone
    kept = {
        "id": str(row.id), "reason": row.reason, "named_by_kind": row.named_by_kind,
        "named_by_id": str(row.named_by_id) if row.named_by_id else None, "named_at": row.named_at.isoformat(),
    }  # fmt: skip
    glass.unname(actor=for_review(acting), eligible=row, at=acting.at)
    return Ended(kept)


def restore_emergency(acting: Acting, kept: Mapping[str, Any]) -> None:
    """Raises GivenAnew, Gone."""
    user = holder(acting)
    if Eligible.objects.filter(person=user, role=acting.item.right).exists():
        raise GivenAnew(_("They were given this right anew in the meantime."))
    row = Eligible(person=user, role=acting.item.right, key_id=user.key_id, **kept)
    row.save(force_insert=True)
    detail = {"person": str(user.id), "role": row.role}
    journal.record("access.emergency.named", actor=for_review(acting), obj=row, detail=detail, at=acting.at)
