"""People for tests: `make_person("alice", role=Role.OPERATOR)`; each has a key of their own, as in the panel."""

from datetime import datetime

from accounts.access.models import RoleGrant
from accounts.access.rules import Role
from accounts.people import services
from accounts.people.models import Team, User
from accounts.people.rules import Kind, State
from panel.kernel.actors import Actor

PASSWORD = "correct horse battery staple"


def make_person(
    name: str = "alice",
    *,
    role: Role | str | None = None,
    roles: tuple[Role | str, ...] = (),
    state: State = State.ACTIVE,
    password: str = "",
    expires_at: datetime | None = None,
) -> User:
    """An active person, `<name>@example.test`, with these organisation roles. A password costs a hash: ask for it."""
    user = services.create(full_name=name.title(), email=f"{name}@example.test", state=state)
    for one in (*roles, *([role] if role else [])):
        give_role(user, Role(one), expires_at=expires_at)
    if password:
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


def give_role(user: User, role: Role, *, expires_at: datetime | None = None) -> RoleGrant:
    grant = RoleGrant(user=user, role=role, key_id=user.key_id, giver_kind="system", expires_at=expires_at)
    grant.reason = "for the test"
    grant.save()
    return grant


def make_service(name: str = "shop") -> User:
    return services.create(full_name=name, kind=Kind.SERVICE, state=State.ACTIVE)


def make_team(name: str = "support", *members: User) -> Team:
    team = services.create_team(name=name)
    for one in members:
        services.join(team, one)
    return team


def actor_of(user: User, *, fresh_at: datetime | None = None) -> Actor:
    return Actor("person" if user.kind == Kind.PERSON else "service", user.id, fresh_at=fresh_at)
