"""Questions about API keys, and who acts by one."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.credentials.engine import tokens
from accounts.credentials.models import ApiKey
from accounts.credentials.rules.life import SOON, Kind
from accounts.credentials.rules.permits import SEE_ALL
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring


def pepper() -> bytes:
    return keyring.secret(keyring.named(tokens.PEPPER_PURPOSE), tokens.PEPPER_LABEL)


def visible_to(actor: Actor) -> QuerySet[ApiKey]:
    """One's own keys; with the right to see all, all."""
    rows = ApiKey.objects.all()
    if access.can(actor, SEE_ALL):
        return rows
    return rows.filter(owner_id=actor.id) if actor.id else rows.none()


def own_permits(actor: Actor, at: datetime) -> set[str]:
    """Names of the permits that the actor's organisation roles and grants can give: the scopes a key may have."""
    own = access.standing(actor, at)
    return {
        permit.name
        for permit in rights.permits().values()
        if permit.by_key and (own.has(permit) or (permit.object_role is not None and own.passes(permit)))
    }


def actor_of(token: str, at: datetime) -> Actor | None:
    """Who acts by a management key: its owner, limited to its scopes. A mistyped key costs no look-up."""
    parsed = tokens.parse(token)
    if parsed is None or parsed.kind != Kind.MANAGEMENT:
        return None
    key = ApiKey.objects.active(at).select_related("owner").filter(key_id=parsed.key_id, kind=Kind.MANAGEMENT).first()
    if key is None or not tokens.matches(pepper(), token, bytes(key.digest)) or not key.owner.is_active:
        return None
    if key.last_used_on != at.date():
        ApiKey.objects.filter(id=key.id).update(last_used_on=at.date())
    kind: Literal["service", "person"] = "service" if key.owner.kind == "service" else "person"
    return Actor(kind, key.owner_id, via=("key", key.id))


def limit(key_id: UUID) -> frozenset[str]:
    """The permits that acting through a key is limited to."""
    found = ApiKey.objects.filter(id=key_id).values_list("scopes", flat=True).first()
    return frozenset(found or ())


def ending(actor: Actor, at: datetime) -> list[ApiKey]:
    """The actor's own keys that end soon and have no successor yet, the first to end first."""
    rows = ApiKey.objects.active(at).filter(owner_id=actor.id, expires_at__lt=at + SOON, successor__isnull=True)
    return list(rows.order_by("expires_at")[:10])


def assistants_of(key: ApiKey) -> list[UUID]:
    return list(key.assistants.order_by("id").values_list("assistant_id", flat=True))
