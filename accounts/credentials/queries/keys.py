"""Questions about API keys, and who acts by one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import Permit
from accounts.credentials.engine import addresses, tokens
from accounts.credentials.models import ApiKey
from accounts.credentials.rules import scopes as words
from accounts.credentials.rules.life import GATEWAY_SCOPES, LONGEST_DAYS, SOON, Kind, State
from accounts.credentials.rules.permits import SEE_ALL
from accounts.people.models import Service
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.registries import settings

LONGEST, ENDLESS = "credentials.longest_days", "credentials.endless"


@dataclass(frozen=True)
class Policy:
    """What the administrator allows: how long a new secret may live, and whether one may live for ever."""

    longest_days: int = LONGEST_DAYS
    never: bool = False

    def bounded(self, wanted: datetime, at: datetime) -> datetime:
        """The wanted end, or the latest that is allowed now."""
        return wanted if self.never else min(wanted, at + timedelta(days=self.longest_days))


def policy() -> Policy:
    return Policy(settings.value(LONGEST), settings.value(ENDLESS))


def pepper() -> bytes:
    return keyring.secret(keyring.named(tokens.PEPPER_PURPOSE), tokens.PEPPER_LABEL)


def visible_to(actor: Actor) -> QuerySet[ApiKey]:
    """One's own keys and those of service accounts that one answers for; with the right to see all, all."""
    rows = ApiKey.objects.all()
    if access.can(actor, SEE_ALL):
        return rows
    own = Q(owner_id=actor.id) | Q(owner__service__responsible_id=actor.id)
    return rows.filter(own) if actor.id else rows.none()


def some_of(actor: Actor, ids: list[str]) -> list[ApiKey]:
    """Those of these ids that the actor may see; what is no id is left out."""
    wanted = [UUID(one) for one in ids[:100] if _is_id(one)]
    return list(visible_to(actor).filter(id__in=wanted).order_by("name"))


def _is_id(text: str) -> bool:
    try:
        return bool(UUID(text))
    except ValueError:
        return False


def may_use(actor: Actor, key: ApiKey) -> bool:
    """Whether the actor may hold the secret of this key."""
    if actor.id is None or key.owner_id == actor.id:
        return actor.id is not None
    return Service.objects.filter(user_id=key.owner_id, responsible_id=actor.id).exists()


def own_permits(actor: Actor, at: datetime) -> dict[str, Permit]:
    """The permits that the actor's organisation roles and grants can give, and that a key may carry."""
    own = access.standing(actor, at)
    return {
        name: permit
        for name, permit in rights.permits().items()
        if permit.by_key and (own.has(permit) or (permit.object_role is not None and own.passes(permit)))
    }


def own_scopes(actor: Actor, at: datetime) -> set[str]:
    """The scopes that a key of the actor may have on the panel's own API: areas, and single permits."""
    permits = own_permits(actor, at)
    return {*permits, *words.areas(permits.values())}


def find(token: str, kind: Kind) -> ApiKey | None:
    """The key of a kind whose secret this is, the old one of a rotated key included. A mistyped key costs no look-up."""
    parsed = tokens.parse(token)
    if parsed is None or parsed.kind != kind:
        return None
    digest = tokens.digest(pepper(), token)
    rows = ApiKey.objects.select_related("owner").filter(key_id=parsed.key_id, kind=kind)
    return rows.filter(Q(digest=digest) | Q(previous_digest=digest)).first()


def opens(key: ApiKey, token: str, at: datetime, address: str) -> bool:
    """Whether a key that was found by `token` may be used now and from there."""
    return opens_anywhere(key, token, at) and addresses.allowed(addresses.networks(key.networks), address)


def opens_anywhere(key: ApiKey, token: str, at: datetime) -> bool:
    """The same, from an address that is allowed."""
    old = not tokens.matches(pepper(), token, bytes(key.digest))
    return works(key, at) and (not old or key.overlaps(at))


def works(key: ApiKey, at: datetime) -> bool:
    return key.state(at) is State.ACTIVE and key.owner.is_active


def actor_of(token: str, at: datetime, address: str) -> Actor | None:
    """Who acts by a management key: its owner, limited to its scopes."""
    key = find(token, Kind.MANAGEMENT)
    return acting(key) if key is not None and opens(key, token, at, address) else None


def acting(key: ApiKey) -> Actor:
    kind: Literal["service", "person"] = "service" if key.owner.kind == "service" else "person"
    return Actor(kind, key.owner_id, via=("key", key.id))


def limit(key_id: UUID) -> frozenset[str]:
    """The permits that acting through a key is limited to."""
    found = ApiKey.objects.filter(id=key_id).values_list("scopes", flat=True).first()
    return words.carried(found or (), rights.permits())


def ending(actor: Actor, at: datetime) -> list[ApiKey]:
    """The actor's own keys that end soon, the first to end first."""
    rows = ApiKey.objects.active(at).filter(owner_id=actor.id, expires_at__lt=at + SOON, successor__isnull=True)
    return list(rows.order_by("expires_at")[:10])


def assistants_of(key: ApiKey) -> list[UUID]:
    return list(key.assistants.order_by("id").values_list("assistant_id", flat=True))


def described(key: ApiKey) -> list[tuple[str, str]]:
    """Each scope of a key with what it lets a program do, in words."""
    permits = rights.permits()
    areas = words.areas(permits.values())
    return [(scope, _in_words(scope, permits, areas)) for scope in key.scopes]


def _in_words(scope: str, permits: dict[str, Permit], areas: dict[str, list[Permit]]) -> str:
    if scope in GATEWAY_SCOPES:
        return str(words.WORDS[scope])
    if scope in permits:
        return str(permits[scope].title)
    return ", ".join(str(permit.title) for permit in areas.get(scope, []))


def area_scopes() -> list[str]:
    """Every `manage:<area>`."""
    return list(words.areas(rights.permits().values()))
