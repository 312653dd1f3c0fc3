"""Trying a route as somebody: the same chain that a request goes through (account, means, the door's permit, the object),
without a session, a key or anything else that would let somebody in.

401: no means of this person counts. 403: the door refuses. 404: the object is not there for them. 200: they are in.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve

from accounts.access import queries as access
from accounts.access.rules import Permit, Role, door_of
from accounts.credentials.models import ApiKey
from accounts.credentials.rules.life import State
from accounts.grants.queries import kinds
from accounts.people import queries as people
from accounts.people.models import User
from accounts.people.rules import Kind
from accounts.signin.models import Session
from compliance.reviews.rules.populations import Look, Ref
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.registries import objects

CALL = "/v1/chat/completions"
MOST = 3
"""Members of a team as whom a grant to the team is tried."""


def answer(look: Look, at: datetime) -> int:
    """What the route answers to a GET (a call, at the gateway's) by this user at this instant."""
    user = people.user(look.who)
    if user is None or not user.is_active or not _counts(user, look.means, at):
        return 401
    actor = Actor("service" if user.kind == Kind.SERVICE else "person", user.id)
    if look.route.startswith("/v1/"):
        return 200 if _called(actor, look.obj) else 404
    permit = _permit(look.route)
    if permit is None or not access.may_enter(actor, permit):
        return 403
    if look.obj is not None and kinds.seen(actor, *look.obj) is None:
        return 404
    return 200


def answers(looks: Iterable[Look], at: datetime) -> list[dict[str, Any]]:
    """Each look with its answer, as it is stored."""
    access.forget()
    return [
        {
            "route": look.route,
            "as": str(look.who),
            "object": f"{look.obj[0]}:{look.obj[1]}" if look.obj else None,
            "means": f"{look.means[0]}:{look.means[1]}" if look.means else None,
            "status": answer(look, at),
        }
        for look in looks
    ]


def _counts(user: User, means: tuple[str, UUID | str] | None, at: datetime) -> bool:
    """Whether the key or session that somebody acts through still counts."""
    if means is None:
        return True
    if means[0] == "session":
        row = Session.objects.filter(id=means[1], user=user, ended_at=None).first()
        return row is not None and not user.ended(row.opened_at, row.id)
    key = ApiKey.objects.filter(id=means[1], owner=user).first()
    return key is not None and key.state(at) is State.ACTIVE


def _called(actor: Actor, obj: Ref | None) -> bool:
    return obj is None or bool(objects.cards(actor, obj[0], [obj[1]]))


def _permit(route: str) -> Permit | None:
    try:
        found = door_of(resolve(route).func)
    except Resolver404:
        return None
    return found.permit_for("get") if found else None


def page_of(obj: Ref) -> str:
    """The object's own page, "" for one that has none."""
    card = objects.cards(SYSTEM, obj[0], [obj[1]]).get(obj[1])
    return card.url if card else ""


def page_behind(names: Iterable[str]) -> str:
    """A page without parameters whose door needs one of these permits, which not everybody has; "" when there is none."""
    wanted = set(names)
    return next((path for path, permit in _plain() if permit in wanted), "")


def page_of_role(role: Role) -> str:
    """A page that this role opens and that being a member does not; the one that the fewest roles open."""
    found = [(count, path) for path, _name, count, roles in _doors() if role in roles]
    return min(found)[1] if found else ""


def _plain() -> Iterator[tuple[str, str]]:
    for path, name, _count, _roles in _doors():
        yield path, name


@lru_cache(maxsize=1)
def _doors() -> tuple[tuple[str, str, int, frozenset[Role]], ...]:
    """(path, permit, number of roles, roles) of each page without parameters that a member cannot open."""
    found = []
    for path, view in _walk(get_resolver(), "/"):
        declared = door_of(view)
        permit = declared.permit_for("get") if declared and not path.startswith("/api/") else None
        if permit is not None and Role.MEMBER not in permit.roles and permit.object_role is None:
            found.append((path, permit.name, len(permit.roles), permit.roles))
    return tuple(sorted(found, key=lambda one: (one[2], one[0])))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[tuple[str, Any]]:
    for entry in resolver.url_patterns:
        text = str(entry.pattern)
        if "<" in text or text.startswith("^"):
            continue
        if isinstance(entry, URLResolver):
            yield from _walk(entry, prefix + text)
        elif isinstance(entry, URLPattern):
            yield prefix + text, entry.callback


def people_behind(item: Any) -> list[UUID]:
    """As whom a right is tried: its holder, or a few members of the team that has it."""
    if item.holder_kind == "user":
        return [item.holder_id]
    rows = User.objects.filter(groups__team=item.holder_id).order_by("id")
    return list(rows.values_list("id", flat=True)[:MOST])
