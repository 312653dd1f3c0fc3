"""The people of `make demo`: who works at Lindqvist Home, in which teams, and how each of them signs in.

Everybody is invented; addresses end in .example (RFC 2606). The first six are one of each role, so that whoever looks for
a role finds it at its plainest address.
"""

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from datetime import timedelta

from accounts.access import services as access
from accounts.access.rules import Role
from accounts.people import queries as people
from accounts.people.models import Team, User
from accounts.people.rules import State
from accounts.signin.services import factors, links, passwords
from accounts.teams import services as teams
from panel.kernel import actors, clock
from panel.kernel.registries import demo

CONSOLE = actors.console()
TEAMS = ("Customer care", "Sales", "Finance", "IT", "People", "Brand", "Logistics")


@dataclass(frozen=True, slots=True)
class Somebody:
    """`joined` is how many days ago they were invited; `ends` in how many days their role does."""

    name: str
    address: str
    role: Role
    teams: tuple[str, ...]
    joined: float
    state: State = State.ACTIVE
    ends: int = 0


PEOPLE = (
    Somebody("Ada Okafor", "administrator", Role.ADMINISTRATOR, ("IT",), 61),
    Somebody("Maren Vogt", "operator", Role.OPERATOR, ("Customer care",), 58),
    Somebody("Tomás Ibarra", "developer", Role.DEVELOPER, ("IT",), 58),
    Somebody("Pia Sandström", "privacy.officer", Role.PRIVACY_OFFICER, ("People",), 57),
    Somebody("Olga Brandt", "auditor", Role.AUDITOR, (), 57),
    Somebody("Hana Sato", "member", Role.MEMBER, ("Brand",), 50),
    Somebody("Jonas Lindqvist", "jonas.lindqvist", Role.ADMINISTRATOR, ("Finance",), 60),
    Somebody("Elif Kaya", "elif.kaya", Role.OPERATOR, ("People", "Brand"), 55),
    Somebody("Rafael Moreau", "rafael.moreau", Role.OPERATOR, ("Sales", "Finance"), 48),
    Somebody("Linus Ek", "linus.ek", Role.DEVELOPER, ("Logistics",), 40),
    Somebody("Priya Raman", "priya.raman", Role.PRIVACY_OFFICER, ("Customer care",), 36),
    Somebody("Mikael Strand", "mikael.strand", Role.AUDITOR, (), 12, ends=18),
    Somebody("Bruno Keller", "bruno.keller", Role.MEMBER, ("Customer care",), 30),
    Somebody("Yusuf Demir", "yusuf.demir", Role.DEVELOPER, ("Sales",), 52, State.DISABLED),
    Somebody("Clara Nyström", "clara.nystrom", Role.MEMBER, ("Sales",), 1, State.INVITED),
)
LEFT = "Left the company; the laptop is back."


def build(world: demo.World) -> None:
    """Add "users" to demo.json: everybody who can sign in."""
    world["users"] = []
    for one in sorted(PEOPLE, key=lambda one: -one.joined):
        with demo.past(world.ago(one.joined)):
            _join(world, one)
    order = [f"{one.address}@demo.example" for one in PEOPLE]
    world["users"].sort(key=lambda entry: order.index(entry["email"]))
    _teams(world)
    with demo.past(world.ago(9)):
        leaver = _user(world, "Yusuf Demir")
        access.disable(actor=world.actor("Ada Okafor"), user=leaver, reason=LEFT, at=clock.now())


def _join(world: demo.World, one: Somebody) -> None:
    """Like everybody: invited, then password, authenticator and recovery codes."""
    at, email = clock.now(), f"{one.address}@demo.example"
    actor = world.actor("Ada Okafor") if "Ada Okafor" in world.people else CONSOLE
    user, _token = links.invite(actor=actor, full_name=one.name, email=email, roles=[], reason="", at=at)
    ends = timedelta(days=one.joined + one.ends) if one.ends else None
    reason = "Audits the year." if one.ends else "Part of the job."
    access.give_role(
        actor=CONSOLE, user=user, role=one.role, reason=reason, at=at, expires_at=at + ends if ends else None
    )
    world.people[one.name] = user.id
    if one.state == State.INVITED:
        return
    password = f"demo-{secrets.token_urlsafe(12)}"
    passwords.change(actor=CONSOLE, user=user, password=password)
    seed = _enrol(user)
    links.complete(user, at)
    links.end_links(user, at)
    if one.state == State.ACTIVE:
        entry = {"email": email, "password": password, "totp_secret": seed, "role": one.role.value}
        world["users"].append(entry)


def _enrol(user: User) -> str:
    device = factors.begin_totp(user)
    # The code of the step before, so that the present one is still good for signing in.
    code = code_of(device.seed_text(), int(time.time()) // 30 - 1)
    if factors.confirm_totp(actor=CONSOLE, user=user, code=code, address="127.0.0.1") is None:
        raise RuntimeError("The demo's authenticator was not accepted.")
    factors.new_codes(actor=CONSOLE, user=user)
    return device.seed_text()


def code_of(seed_text: str, step: int) -> str:
    """The code of a time step: RFC 6238 with SHA-1, 30 seconds and six digits."""
    seed = base64.b32decode(seed_text + "=" * (-len(seed_text) % 8))
    digest = hmac.new(seed, step.to_bytes(8), hashlib.sha1).digest()
    start = digest[-1] & 0x0F
    number = int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def _teams(world: demo.World) -> None:
    with demo.past(world.ago(47)):
        ada = world.actor("Ada Okafor")
        made: dict[str, Team] = {}
        for name in TEAMS:
            made[name] = teams.create(actor=ada, name=name, at=clock.now())
            world.objects["team", name] = made[name].id
        for one in PEOPLE:
            for name in one.teams:
                teams.set_membership(
                    actor=ada, team=made[name], user=_user(world, one.name), member=True, at=clock.now()
                )


def _user(world: demo.World, name: str) -> User:
    found = people.user(world.people[name])
    if found is None:
        raise RuntimeError(f"{name} is missing.")
    return found
