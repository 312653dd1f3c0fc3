"""What each door says to each of the cast, from the declarations alone: the sweep and the reference both read this.

It is written without the code that decides (`accounts.access.queries`), so that one can prove the other wrong.
"""

from dataclasses import dataclass
from enum import StrEnum

from accounts.access.rules import Door, ObjectRole, Permit, Role
from tests.architecture.routes import Route

METHODS = ("get", "post", "put", "patch", "delete")


class Verdict(StrEnum):
    """`OBJECT`: the door opens for whoever may have a role on some object, and the object decides. `PROOF`: a second factor
    of the last five minutes is asked for first."""

    OPEN = "open"
    YES = "yes"
    OBJECT = "object"
    PROOF = "proof"
    NO = "no"
    SIGN_IN = "sign in"


@dataclass(frozen=True)
class Persona:
    """`roles` empty: nobody, as far as the doors go. `role_on` is their role on the object of the world, if any."""

    title: str
    roles: frozenset[Role] = frozenset({Role.MEMBER})
    role_on: ObjectRole | None = None
    sections: frozenset[str] = frozenset()
    fresh: bool = True


def _with(*roles: Role) -> frozenset[Role]:
    return frozenset({Role.MEMBER, *roles})


# What the guest of the world is shown.
SECTION = "people.see"
NOBODY: frozenset[Role] = frozenset()
CAST: dict[str, Persona] = {
    "adam": Persona("administrator", _with(Role.ADMINISTRATOR)),
    "stale": Persona("administrator, factor an hour old", _with(Role.ADMINISTRATOR), fresh=False),
    "alice": Persona("operator", _with(Role.OPERATOR)),
    "dora": Persona("developer", _with(Role.DEVELOPER)),
    "pia": Persona("privacy officer", _with(Role.PRIVACY_OFFICER)),
    "olga": Persona("auditor", _with(Role.AUDITOR)),
    "owen": Persona("owner", role_on=ObjectRole.OWNER),
    "edith": Persona("editor", role_on=ObjectRole.EDITOR),
    "bob": Persona("read-only", role_on=ObjectRole.VIEWER),
    "charlie": Persona("stranger"),
    "otto": Persona("other team"),
    "xena": Persona("expired grant"),
    "gus": Persona("guest", sections=frozenset({SECTION})),
    "nora": Persona("without second factor", NOBODY),
    "dirk": Persona("disabled", NOBODY),
    "nobody": Persona("anonymous", NOBODY),
}


def handled(route: Route) -> tuple[str, ...]:
    """The methods that a view has code for. A function of its own may take all, and is tried with the two of a browser."""
    cls = getattr(route.view, "view_class", None) or getattr(route.view, "cls", None)
    if cls is None:
        return ("get", "post")
    names = {one.lower() for one in getattr(cls, "http_method_names", METHODS)}
    return tuple(one for one in METHODS if one in names and hasattr(cls, one))


def of(persona: Persona, door: Door, permit: Permit | None) -> Verdict:
    if door.why_open:
        return Verdict.OPEN
    if not persona.roles:
        return Verdict.SIGN_IN
    if permit is None:
        return Verdict.NO
    everywhere = bool(persona.roles & permit.roles) or permit.name in persona.sections
    if not everywhere and permit.object_role is None:
        return Verdict.NO
    if permit.fresh and not persona.fresh:
        return Verdict.PROOF
    return Verdict.YES if everywhere else Verdict.OBJECT


def may_on(persona: Persona, permit: Permit) -> bool:
    """Whether the permit is theirs on the object of the world."""
    if persona.roles & permit.roles or permit.name in persona.sections:
        return True
    return None not in (permit.object_role, persona.role_on) and persona.role_on >= permit.object_role  # type: ignore[operator]
