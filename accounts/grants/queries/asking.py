"""Putting the question: who may ask it, about whom and what, in the words of pages and API."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import SEE_PEOPLE, Permit
from accounts.grants.queries import kinds, why
from accounts.people import queries as people
from accounts.people.models import User
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, Missing
from panel.kernel.registries import objects

FIRST = 200
"""Objects of a kind that a form offers; every other is asked about from its own page."""


@dataclass(frozen=True)
class Asked:
    user: User
    permit: Permit
    place: str
    place_url: str
    answer: why.Answer


def ask(actor: Actor, who: str, right: str, on: str, at: datetime) -> Asked:
    """`who` is an id, `right` a permit's name, `on` "" or "kind:id". Raises Missing for what the actor may not see,
    Forbidden when they may not ask about this person."""
    permit, user = rights.permits().get(right), _user(who)
    kind, _colon, object_id = on.partition(":")
    place = _place(actor, kind, object_id)
    share = found.permit if (found := kinds.grantable(kind)) else None
    if permit is None or (user is None and actor.id is None):
        raise Missing(_("There is no such right."))
    if user is None or not why.may_ask(actor, user.id, place, share):
        raise Forbidden(
            _("You may ask this about yourself, and about others on what you share."), permit=SEE_PEOPLE.name
        )
    card = objects.cards(actor, kind, [place.pk]).get(place.pk) if place else None
    answer = why.why(user=user, permit=permit, obj=place, at=at)
    return Asked(user, permit, card.title if card else "", card.url if card else "", answer)


def _user(who: str) -> User | None:
    try:
        return people.user(UUID(who))
    except ValueError:
        return None


def _place(actor: Actor, kind: str, object_id: str) -> Model | None:
    if not kind:
        return None
    try:
        found = kinds.seen(actor, kind, UUID(object_id))
    except ValueError:
        found = None
    if found is None:
        raise Missing(_("There is no such thing, or none that you may see."))
    return found


def names_others(actor: Actor, on: str) -> bool:
    """Whether a form may name other people and service accounts: to who sees people, or shares the object in question."""
    if access.can(actor, SEE_PEOPLE):
        return True
    kind, _colon, object_id = on.partition(":")
    found = kinds.grantable(kind)
    try:
        place = kinds.seen(actor, kind, UUID(object_id)) if found else None
    except ValueError:
        return False
    return bool(found and place and access.can(actor, found.permit, place))


def services() -> list[tuple[UUID, str]]:
    return [(one.user_id, _("%(name)s (service)") % {"name": one.name}) for one in people.services()]


def rights_by_area() -> list[tuple[str, list[tuple[str, str]]]]:
    """Every permit, grouped by its slice, for a form."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, permit in sorted(rights.permits().items()):
        found.setdefault(name.partition(".")[0], []).append((name, str(permit.title)))
    return list(found.items())


def places(actor: Actor, asked: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Objects to ask about, by kind; `asked` is among them when the actor may see it."""
    found = []
    for one in kinds.grantables():
        name = objects.kinds()[one.kind].name if one.kind in objects.kinds() else one.kind
        offered = [(f"{one.kind}:{key.hex}", title) for key, title in objects.choices(actor, one.kind)[:FIRST]]
        kind, _colon, object_id = asked.partition(":")
        if kind == one.kind and asked not in dict(offered):
            offered += _named(actor, kind, object_id)
        found.append((name, offered))
    return [group for group in found if group[1]]


def _named(actor: Actor, kind: str, object_id: str) -> list[tuple[str, str]]:
    try:
        key = UUID(object_id)
    except ValueError:
        return []
    card = objects.cards(actor, kind, [key]).get(key)
    return [(f"{kind}:{object_id}", card.title)] if card else []
