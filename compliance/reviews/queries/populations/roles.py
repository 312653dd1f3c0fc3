"""Organisation roles, built in and made here, and who may take one in an emergency."""

from collections.abc import Iterator
from datetime import datetime

from accounts.access import services as rights
from accounts.access.models import CustomRoleGrant, RoleGrant
from accounts.access.rules import Role
from accounts.duties import queries as duties
from accounts.elevation.models import Eligible
from compliance.reviews.queries.populations import holders
from compliance.reviews.rules import flags
from compliance.reviews.rules.populations import Found

PRIVILEGED = frozenset({Role.ADMINISTRATOR, Role.OPERATOR, Role.PRIVACY_OFFICER})


def roles(at: datetime) -> Iterator[Found]:
    known, rows = holders.read(), list(RoleGrant.objects.in_force(at))
    conflicts = {one.person for one in duties.conflicts(at)}
    for one in rows:
        used = known.seen.get(one.user_id)
        marks = known.flags(one.user_id) | flags.of_use(used, one.given_at, at)
        marks |= {"privileged"} if one.role in PRIVILEGED else frozenset()
        marks |= {"duty_conflict"} if one.user_id in conflicts else frozenset()
        yield _found("role", one, one.role, marks, used)


def custom_roles(at: datetime) -> Iterator[Found]:
    known, fresh = holders.read(), {one.name for one in rights.permits().values() if one.fresh}
    rows = CustomRoleGrant.objects.in_force(at).filter(role__retired_at__isnull=True).select_related("role")
    for one in rows:
        used = known.seen.get(one.user_id)
        marks = known.flags(one.user_id) | flags.of_use(used, one.given_at, at)
        marks |= {"privileged"} if fresh & set(one.role.permits) else frozenset()
        yield _found("custom_role", one, str(one.role_id), marks, used, name=one.role.name)


def emergencies(at: datetime) -> Iterator[Found]:  # noqa: ARG001 - named until they are unnamed
    known = holders.read()
    for one in Eligible.objects.all():
        yield Found(
            "emergency", str(one.id), ("user", one.person_id), one.role, given_at=one.named_at,
            giver=(one.named_by_kind, one.named_by_id), flags=known.flags(one.person_id) | {"privileged"},
        )  # fmt: skip


def _found(
    kind: str, one: RoleGrant | CustomRoleGrant, right: str, marks: frozenset[str], used: datetime | None, **detail: str
) -> Found:
    marks |= frozenset() if one.expires_at else {"endless"}
    return Found(
        kind, str(one.id), ("user", one.user_id), right, given_at=one.given_at, expires_at=one.expires_at,
        giver=(one.giver_kind, one.giver_id), used_at=used, flags=marks, detail=detail,
    )  # fmt: skip
