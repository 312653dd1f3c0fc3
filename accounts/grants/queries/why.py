"""Why somebody can do something, or cannot: every way that leads there or would, and what stands in it.

The verdict is `can()`'s; the steps explain it. A property test holds the two together.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.models import CustomRoleGrant, GrantChange, Provenance, RoleGrant, TeamGrant, UserGrant
from accounts.access.rules import OBJECT_ROLE_NAMES, ROLE_NAMES, Change, Permit, Role, in_force
from accounts.grants.queries.shown import actor_name, role_word
from accounts.people import queries as people
from accounts.people.models import User
from accounts.people.rules import Kind, State
from panel.kernel.actors import Actor

Text = str | Promise


@dataclass(frozen=True)
class Step:
    """`holds` True opens the way, False bars it, None only tells. `giver`, `reason` and `ends` are a grant's."""

    holds: bool | None
    text: Text
    giver: str = ""
    reason: str = ""
    ends: datetime | None = None

    @property
    def sign(self) -> str:
        return {True: "yes", False: "no", None: "note"}[self.holds]


@dataclass(frozen=True)
class Answer:
    """`may` is the verdict. `ways` open it, `bars` close it whatever else is given, `notes` tell what was or would be."""

    may: bool
    ways: list[Step]
    bars: list[Step]
    notes: list[Step]


# What must hold beside rights (a second factor, an accepted policy): the step, or None where it does not matter.
Condition = Callable[[User, Permit, datetime], Step | None]
_conditions: list[Condition] = []


def register_condition(condition: Condition) -> None:
    _conditions.append(condition)


def why(
    *, user: User, permit: Permit, obj: Model | None, at: datetime, key: tuple[str, frozenset[str]] | None = None
) -> Answer:
    """`key`: (name, scopes) of an API key of the user, when the question is what may be done by it."""
    steps = [*_account(user, at), *_by_roles(user, permit, at), *_by_custom_roles(user, permit, at)]
    if obj is not None and permit.object_role is not None:
        steps += [*_by_grants(user, permit, obj, at), *_once(user, obj)]
    acting = Actor("service" if user.kind == Kind.SERVICE else "person", user.id)
    may = access.can(acting, permit, obj, at)
    steps += [step for condition in _conditions if (step := condition(user, permit, at))]
    steps += _by_key(permit, key) if key else []
    bars = [step for step in steps if step.holds is False]
    ways = [step for step in steps if step.holds]
    notes = [step for step in steps if step.holds is None]
    if not ways and not may:
        notes.append(_would(permit, obj))
    if permit.fresh and user.kind == Kind.PERSON:
        notes.append(Step(None, _("It asks for a second factor that is not older than five minutes.")))
    return Answer(may and not bars, ways, bars, notes)


def _account(user: User, at: datetime) -> Iterator[Step]:
    if user.state == State.DISABLED:
        yield Step(False, _("The account is disabled."))
    elif user.state == State.INVITED:
        yield Step(False, _("The person has not joined yet."))
    visit = access.guest(user.id)
    if visit is not None and not in_force(visit.expires_at, at):
        yield Step(False, _("The visit as a guest has ended."), ends=visit.expires_at)


def _from(text: Text, grant: Provenance, at: datetime) -> Step:
    """A grant as a step: open while it is in force, a note once it has ended."""
    lives = in_force(grant.expires_at, at)
    names = people.names([grant.giver_id] if grant.giver_id else [])
    giver = actor_name(grant.giver_kind, grant.giver_id, names)
    words = text if lives else _("%(what)s, which has ended") % {"what": text}
    return Step(True if lives else None, words, giver, str(grant.reason), grant.expires_at)


def _by_roles(user: User, permit: Permit, at: datetime) -> Iterator[Step]:
    if Role.MEMBER in permit.roles:
        yield Step(True, _("Everybody with an account may."))
    for grant in RoleGrant.objects.filter(user=user):
        if Role(grant.role) in permit.roles and grant.role != Role.MEMBER:
            yield _from(_("Role %(role)s") % {"role": ROLE_NAMES[Role(grant.role)]}, grant, at)


def _by_custom_roles(user: User, permit: Permit, at: datetime) -> Iterator[Step]:
    for grant in CustomRoleGrant.objects.filter(user=user).select_related("role"):
        words = _("Custom role %(role)s") % {"role": grant.role.name}
        if permit.name not in grant.role.permits:
            continue
        if grant.role.retired_at:
            yield Step(None, _("%(what)s, which was retired") % {"what": words})
        else:
            yield _from(words, grant, at)
    visit = access.guest(user.id)
    if visit is not None and permit.name in visit.permits and in_force(visit.expires_at, at):
        yield _from(_("Scope of a guest"), visit, at)


def _by_grants(user: User, permit: Permit, obj: Model, at: datetime) -> Iterator[Step]:
    users, teams = access.grants_on(obj)
    theirs = {team.id for team in people.teams_of(user.id)}
    own: list[UserGrant | TeamGrant] = [one for one in users if one.user_id == user.id]
    own += [one for one in teams if one.group.team.id in theirs]
    for grant in own:
        role = OBJECT_ROLE_NAMES[grant.role]
        words = _("%(role)s of it") % {"role": role}
        if isinstance(grant, TeamGrant):
            words = _("%(role)s of it through the team %(team)s") % {"role": role, "team": grant.group.team.name}
        if permit.object_role is not None and grant.role < permit.object_role:
            least = OBJECT_ROLE_NAMES[permit.object_role]
            yield Step(None, _("%(what)s, which is less than %(least)s") % {"what": words, "least": least})
        else:
            yield _from(words, grant, at)


def _once(user: User, obj: Model) -> Iterator[Step]:
    """The last grant that they or a team of theirs lost on it."""
    receivers = [user.id, *(team.id for team in people.teams_of(user.id))]
    rows = GrantChange.objects.filter(object_id=obj.pk, receiver_id__in=receivers)
    last = rows.filter(act__in=[Change.ENDED, Change.EXPIRED]).order_by("-id").first()
    if last is None or rows.filter(id__gt=last.id, act__in=[Change.GIVEN, Change.CHANGED]).exists():
        return
    names = people.names([last.actor_id] if last.actor_id else [])
    words = _("Was %(role)s of it; it ran out") if last.act == Change.EXPIRED else _("Was %(role)s of it; taken back")
    giver = actor_name(last.actor_kind, last.actor_id, names)
    yield Step(None, words % {"role": role_word(last.role)}, giver, ends=last.at)


def _by_key(permit: Permit, key: tuple[str, frozenset[str]]) -> list[Step]:
    name, scopes = key
    if not permit.by_key:
        return [Step(False, _("No key can do this, whatever its scopes."))]
    if permit.name not in scopes:
        return [Step(False, _("The key %(name)s does not have this scope.") % {"name": name})]
    return []


def _would(permit: Permit, obj: Model | None) -> Step:
    roles = [str(ROLE_NAMES[role]) for role in Role if role in permit.roles]
    if obj is not None and permit.object_role is not None:
        roles.insert(0, _("%(role)s of it") % {"role": OBJECT_ROLE_NAMES[permit.object_role]})
    if not roles:
        return Step(None, _("No role gives this."))
    return Step(None, _("One of these would open it: %(roles)s.") % {"roles": ", ".join(roles)})


def may_ask(asker: Actor, user_id: UUID, obj: Model | None, share: Permit | None) -> bool:
    """About oneself everybody; about others who sees people, or gives roles on the object."""
    if asker.id == user_id:
        return True
    if access.can(asker, rights.permits()["people.see"]):
        return True
    return obj is not None and share is not None and access.can(asker, share, obj)
