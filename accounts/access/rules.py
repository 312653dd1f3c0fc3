"""Permits and roles: what there is to allow, and who may. Pure.

An organisation role opens what a permit lists; an object role (viewer < operator < editor < owner) opens it on one object.
Role to permits is code: a grant names a role, never a permit. (Translation is all that is Django's here.)
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Any, TypeVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict

# What a session proved stands under these keys (instants: seconds since 1970, real time).
SESSION_ID, FRESH_AT = "sid", "fresh_at"
FRESH_FOR = timedelta(minutes=5)
T = TypeVar("T", bound=Callable[..., Any])


class Role(StrEnum):
    """Organisation roles. `member` is everybody who can sign in."""

    ADMINISTRATOR = "administrator"
    OPERATOR = "operator"
    DEVELOPER = "developer"
    PRIVACY_OFFICER = "privacy_officer"
    AUDITOR = "auditor"
    MEMBER = "member"


ROLE_NAMES = {
    Role.ADMINISTRATOR: _("Administrator"),
    Role.OPERATOR: _("Operator"),
    Role.DEVELOPER: _("Developer"),
    Role.PRIVACY_OFFICER: _("Privacy officer"),
    Role.AUDITOR: _("Auditor"),
    Role.MEMBER: _("Member"),
}


class Change(StrEnum):
    """What can happen to a right."""

    GIVEN = "given"
    CHANGED = "changed"
    ENDED = "ended"
    EXPIRED = "expired"


class ObjectRole(IntEnum):
    """Roles on one object, each with all that stands below it. The name is the codename of the grant's Permission."""

    VIEWER = 10
    OPERATOR = 20
    EDITOR = 30
    OWNER = 40

    @property
    def codename(self) -> str:
        return self.name.lower()

    @classmethod
    def at_least(cls, role: "ObjectRole") -> list[str]:
        """Codenames of this role and all above it."""
        return [one.codename for one in cls if one >= role]


OBJECT_ROLE_NAMES = {
    ObjectRole.VIEWER: _("Viewer"),
    ObjectRole.OPERATOR: _("Operator"),
    ObjectRole.EDITOR: _("Editor"),
    ObjectRole.OWNER: _("Owner"),
}
# For `Meta.permissions` of a model that can be granted (with `default_permissions = ()`).
OBJECT_PERMISSIONS: list[tuple[str, Any]] = [(one.codename, one.codename) for one in ObjectRole]
EVERYBODY = frozenset(Role)


@dataclass(frozen=True)
class Permit:
    """One thing to allow. `roles` may do it everywhere; `object_role` is the least role on an object that may do it there;
    `fresh` asks persons for a factor proved within five minutes; without `by_key` no API key ever carries it."""

    name: str
    title: Any = field(compare=False)
    roles: frozenset[Role] = frozenset()
    object_role: ObjectRole | None = None
    fresh: bool = False
    by_key: bool = True


def lacking(actor: Actor, permit: Permit) -> str:
    """What somebody is told who may not do it."""
    if actor.via is not None and actor.via[0] != "session" and not permit.by_key:
        return gettext("No key carries the right “%(right)s”. Whoever has it does this in the panel.") % {
            "right": permit.title
        }
    return gettext("You need the right “%(right)s” for this.") % {"right": permit.title}


SIGNED_IN = Permit("account.own", _("Use the panel"), EVERYBODY)
SEE_PEOPLE = Permit("people.see", _("See people"), frozenset({Role.ADMINISTRATOR, Role.AUDITOR, Role.PRIVACY_OFFICER}))
MANAGE_PEOPLE = Permit("people.manage", _("Add and disable people"), frozenset({Role.ADMINISTRATOR}), fresh=True)
MANAGE_ROLES = Permit("people.roles", _("Give and withdraw roles"), frozenset({Role.ADMINISTRATOR}), fresh=True)
MANAGE_TEAMS = Permit("people.teams", _("Manage teams"), frozenset({Role.ADMINISTRATOR}), fresh=True)
SEE_TEAM = Permit("people.see_team", _("See a team"), SEE_PEOPLE.roles, object_role=ObjectRole.VIEWER)
MANAGE_MEMBERS = Permit(
    "people.members", _("Put people into a team and take them out"), MANAGE_TEAMS.roles, object_role=ObjectRole.EDITOR
)
SHARE_TEAM = Permit(
    "people.share_team", _("Name the managers of a team"), MANAGE_TEAMS.roles, object_role=ObjectRole.OWNER, fresh=True
)
PERMITS = (SIGNED_IN, SEE_PEOPLE, MANAGE_PEOPLE, MANAGE_ROLES, MANAGE_TEAMS, SEE_TEAM, MANAGE_MEMBERS, SHARE_TEAM)

# What must hold besides the permit before a privileged act. Each raises Forbidden; the floors above add theirs.
_conditions: list[Callable[[Any, datetime], None]] = []


def register_condition(condition: Callable[[Any, datetime], None]) -> None:
    """`condition(actor, at)` is asked before every act that needs a fresh factor and is not everybody's."""
    _conditions.append(condition)


def conditions_of(permit: Permit) -> list[Callable[[Any, datetime], None]]:
    return _conditions if permit.fresh and permit.roles != EVERYBODY else []


@dataclass(frozen=True)
class Door:
    """What a view declares: a permit, by method where they differ, or why it is open to all. `subject`: open to whoever
    proved a name as a data subject, for what is theirs (the subjects slice holds that door)."""

    permit: Permit | None = None
    methods: dict[str, Permit] = field(default_factory=dict)
    why_open: str = ""
    subject: bool = False

    def permit_for(self, method: str) -> Permit | None:
        return self.methods.get(method.lower(), self.permit)


def door(permit: Permit, **methods: Permit) -> Callable[[T], T]:
    """Declare who may come in: `@door(SEE)`, or `@door(SEE, post=CHANGE)`. Works on functions and view classes."""

    def declare(view: T) -> T:
        view.door = Door(permit, {name.lower(): one for name, one in methods.items()})  # type: ignore[attr-defined]
        return view

    return declare


def open_to_all(why: str) -> Callable[[T], T]:
    """Declare a view open to people who are not signed in; `why` is shown in the list of open doors."""
    if not why:
        raise ValueError("Say why this view is open to all.")

    def declare(view: T) -> T:
        view.door = Door(why_open=why)  # type: ignore[attr-defined]
        return view

    return declare


def open_to_subject(view: T) -> T:
    """Declare a view open to data subjects, for their own data only: `request.visitor` says who it is."""
    view.door = Door(  # type: ignore[attr-defined]
        why_open="A data subject's session by link, or an account, opens that subject's own pages.", subject=True
    )
    return view


def door_of(view: Any) -> Door | None:
    """The declaration of a view callable: its own, or that of the class it was made from."""
    for holder in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        found = getattr(holder, "door", None)
        if isinstance(found, Door):
            return found
    return None


def is_fresh(fresh_at: datetime | None, at: datetime) -> bool:
    """`at` in real time. A proof from the future is none."""
    return fresh_at is not None and timedelta(0) <= at - fresh_at <= FRESH_FOR


def needs_proof(actor: Any, at: datetime) -> bool:
    """Persons in a session prove themselves again (`at` in real time); keys cannot, their scope was given with a factor."""
    in_session = actor.kind == "person" and (actor.via is None or actor.via[0] == "session")
    return in_session and not is_fresh(actor.fresh_at, at)


def in_force(expires_at: datetime | None, at: datetime) -> bool:
    return expires_at is None or at < expires_at


def may_give_on(own: ObjectRole | None, wanted: ObjectRole) -> bool:
    """Who may share an object (a permit says so) gives at most the role they have."""
    return own is not None and wanted <= own


class DutiesForbidden(Conflict):
    code = "separation_forbidden"


class DutiesWarned(Conflict):
    """Given all the same with `despite`."""

    code = "separation_warned"


# Separation of duties, by the floor above: what a standing would newly break, as (name, title, forbidden).
Separation = Callable[[Any, Any], list[tuple[str, str, bool]]]
_separations: list[Separation] = []


def register_separation(separate: Separation) -> None:
    _separations.append(separate)


def require_separate(before: Any, after: Any, *, despite: bool) -> str:
    """Names of the rules that are broken `despite` a warning, between two standings. Raises DutiesForbidden, DutiesWarned."""
    broken = [one for separate in _separations for one in separate(before, after)]
    titles = {"rules": ", ".join(f"“{title}”" for _name, title, _forbidden in broken)}
    if any(forbidden for _name, _title, forbidden in broken):
        raise DutiesForbidden(gettext("Together with what they have this breaks the rule %(rules)s.") % titles)
    if broken and not despite:
        sentence = gettext(
            "Together with what they have this breaks the rule %(rules)s. Tick the box to give it all the same."
        )
        raise DutiesWarned(sentence % titles)
    return ",".join(name for name, _title, _forbidden in broken)
