"""People for tests: `make_person("alice", role=Role.OPERATOR)`; each has a key of their own, as in the panel."""

import time
from datetime import datetime

from django.test import Client
from django_otp.oath import hotp

from accounts.access.models import RoleGrant
from accounts.access.rules import FRESH_AT, SESSION_ID, Role
from accounts.people import services
from accounts.people.models import Team, User
from accounts.people.rules import Kind, State
from accounts.signin.models import TotpDevice
from accounts.signin.rules import OPENED_AT, POLICY, SEEN_AT
from accounts.signin.services import factors
from accounts.signin.views.sessions import BACKEND
from panel.kernel import ids
from panel.kernel.actors import Actor

PASSWORD = "otter lantern quilt harbour"


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


def make_service(name: str = "shop", *, responsible: User | None = None) -> User:
    return services.create_service(name=name, responsible=responsible)


def make_team(name: str = "support", *members: User) -> Team:
    team = services.create_team(name=name)
    for one in members:
        services.join(team, one)
    return team


def actor_of(user: User, *, fresh_at: datetime | None = None) -> Actor:
    return Actor("person" if user.kind == Kind.PERSON else "service", user.id, fresh_at=fresh_at)


def make_totp(user: User) -> TotpDevice:
    """A confirmed authenticator; `code_of(device)` is what it shows."""
    device = factors.begin_totp(user)
    TotpDevice.objects.filter(id=device.id).update(confirmed=True)
    device.confirmed = True
    return device


def code_of(device: TotpDevice, *, steps: int = 0) -> str:
    """The code of now, or of some 30 s steps later."""
    return f"{hotp(device.seed(), int(time.time()) // 30 + steps):06d}"


def signed_in(user: User, *, fresh: bool = True, client: Client | None = None) -> Client:
    """A client whose session has both factors; `fresh`: the second one was proved just now, else an hour ago."""
    client = client or Client()
    device = TotpDevice.objects.filter(user=user, confirmed=True).first() or make_totp(user)
    client.force_login(user, backend=BACKEND)
    session, now = client.session, time.time()
    session["otp_device_id"] = device.persistent_id
    session[SESSION_ID] = str(ids.new_id())
    session[OPENED_AT] = session[SEEN_AT] = now
    session[FRESH_AT] = now if fresh else now - 3600
    # Looked up this minute: what a page asks of the database is counted without it.
    session[POLICY] = {"at": now, "day": ""}
    session.save()
    return client
