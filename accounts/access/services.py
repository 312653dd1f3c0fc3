"""Verbs of access: ask for a right, give one, take one back."""

from django.db.models import Model
from django.utils import timezone

from accounts.access import queries
from accounts.access.rules import Permit, is_fresh
from panel.kernel.actors import Actor
from panel.kernel.errors import Forbidden, NeedsFreshFactor

_permits: dict[str, Permit] = {}


def register_permits(*permits: Permit) -> None:
    """Make a slice's permits known. Raises ValueError when two differ under one name."""
    for permit in permits:
        if _permits.setdefault(permit.name, permit) != permit:
            raise ValueError(f"Two permits are called {permit.name!r}.")


def permits() -> dict[str, Permit]:
    return dict(_permits)


def require(actor: Actor, permit: Permit, obj: Model | None = None) -> None:
    """Raise Forbidden unless `can`, NeedsFreshFactor when the permit asks for one and the session's is too old."""
    if not queries.can(actor, permit, obj):
        raise Forbidden(f"You need the right “{permit.title}” for this.", permit=permit.name)
    if permit.fresh and needs_proof(actor):
        raise NeedsFreshFactor("Prove your second factor once more for this.", permit=permit.name)


def needs_proof(actor: Actor) -> bool:
    """Persons in a session prove themselves again; keys cannot, their scope was given with a fresh factor."""
    in_session = actor.kind == "person" and (actor.via is None or actor.via[0] == "session")
    return in_session and not is_fresh(actor.fresh_at, timezone.now())
