"""A role for some hours: asked for, approved by a second person, and ended by itself."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.queries import Standing
from accounts.access.rules import MANAGE_ROLES, ROLE_NAMES, Role
from accounts.approvals.models import Approval
from accounts.approvals.rules.kinds import Kind, Shown
from accounts.approvals.services import asking
from accounts.duties import services as duties
from accounts.elevation.rules import ASK_ROLE, HOURS
from accounts.people import queries as people
from accounts.people.models import User
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Forbidden, Invalid, Missing

NAME = "elevation.role"
WAITS = timedelta(days=1)


class HasRole(Conflict):
    code = "elevation_has_role"


def ask(*, actor: Actor, role: str, hours: int, reason: str, at: datetime) -> Approval:
    """Ask for a role for oneself. Raises Forbidden, Invalid, HasRole."""
    person = person_of(actor)
    require_choice(role, hours, HOURS)
    if Role(role) in access.roles_of(person.id, at):
        raise HasRole(_("You have this role already."))
    return asking.ask(
        actor=actor, kind=NAME, obj=("user", person.id),
        effect={"person": str(person.id), "role": role, "hours": hours}, reason=reason, at=at, expires_at=at + WAITS,
    )  # fmt: skip


def person_of(actor: Actor) -> User:
    """The person who acts. Raises Forbidden for everything else."""
    found = people.user(actor.id) if actor.kind == "person" and actor.id else None
    if found is None or not found.is_active:
        raise Forbidden(_("Only a person takes a role."))
    return found


def require_choice(role: str, hours: int, choices: tuple[int, ...]) -> None:
    if role not in {one.value for one in Role if one is not Role.MEMBER}:
        raise Invalid(fields={"role": _("Choose one of the roles.")})
    if hours not in choices:
        raise Invalid(fields={"hours": _("Choose one of the times.")})


def _user(effect: Mapping[str, Any]) -> User:
    found = people.user(UUID(effect["person"]))
    if found is None:
        raise Missing(_("There is no such person."))
    return found


def _describe(effect: Mapping[str, Any]) -> Shown:
    user, role = _user(effect), ROLE_NAMES[Role(effect["role"])]
    breaks = ", ".join(_breaks(user.id, Role(effect["role"])))
    hours = ngettext("%(n)s hour", "%(n)s hours", effect["hours"]) % {"n": effect["hours"]}
    return Shown(
        _("%(role)s for %(who)s, for %(time)s") % {"role": role, "who": user.full_name, "time": hours},
        [
            (_("Person"), user.full_name),
            (_("Role"), role),
            (_("For"), _("%(time)s from the moment of approval, then it ends by itself") % {"time": hours}),
        ],
        warning=_("It breaks a rule of separation of duties: %(rules)s.") % {"rules": breaks} if breaks else "",
    )


def _breaks(user_id: UUID, role: Role) -> list[str]:
    """Titles of rules of separation that the role would newly break."""
    roles = access.roles_of(user_id)
    found = duties.separate(Standing(roles), Standing(roles | {role}))
    return [title for _name, title, _forbidden in found]


def _current(effect: Mapping[str, Any]) -> dict[str, Any]:
    user = _user(effect)
    return {"state": user.state, "roles": sorted(str(role) for role in access.roles_of(user.id))}


def _perform(approval: Approval, at: datetime) -> None:
    effect = approval.effect
    rights.give_role(
        actor=approval.actor, user=_user(effect), role=Role(effect["role"]), reason=approval.reason, at=at,
        expires_at=at + timedelta(hours=effect["hours"]), despite=True,
    )  # fmt: skip


KIND = Kind(
    NAME,
    gettext_lazy("A role for some hours"),
    ask=ASK_ROLE,
    approve=MANAGE_ROLES,
    describe=_describe,
    current=_current,
    perform=_perform,
    about=lambda effect: [UUID(effect["person"])],
    facts={"state": gettext_lazy("State"), "roles": gettext_lazy("Roles")},
)
