"""Questions about API keys, and who acts by one."""

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from django.conf import settings as config
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.access import queries as access
from accounts.access import services as rights
from accounts.access.rules import Permit
from accounts.credentials.engine import addresses, bearers, tokens
from accounts.credentials.models import AccessToken, ApiKey, SigningKey
from accounts.credentials.rules import scopes as words
from accounts.credentials.rules.life import GATEWAY_SCOPES, LONGEST_DAYS, SOON, Kind, State
from accounts.credentials.rules.oauth import PANEL_PATH
from accounts.credentials.rules.permits import SEE_ALL
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
    """One's own keys; with the right to see all, all."""
    rows = ApiKey.objects.all()
    if access.can(actor, SEE_ALL):
        return rows
    return rows.filter(owner_id=actor.id) if actor.id else rows.none()


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
    return actor.id is not None and key.owner_id == actor.id


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


def signer_seal() -> bytes:
    """What seals the rows of signing keys: of ring `serving`, so that the gateway can look whether the panel wrote them."""
    return keyring.secret(keyring.named(tokens.PEPPER_PURPOSE), bearers.SEAL_LABEL)


def ends(row: SigningKey) -> int:
    """Seconds since 1970, 0 for a key without an end: what stands in its seal."""
    return 0 if row.ends_at is None else int(row.ends_at.timestamp())


def signing_keys(at: datetime) -> QuerySet[SigningKey]:
    """Those whose signatures count, the ones that do not sign yet included."""
    return SigningKey.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at))


def signing_key(at: datetime) -> SigningKey | None:
    """The one that signs now."""
    return signing_keys(at).filter(signs_from__lte=at).order_by("-signs_from", "-id").first()


def signers(at: datetime) -> dict[str, bearers.Signer]:
    seal = signer_seal()
    return {
        row.kid: bearers.opened(seal, row.kid, bytes(row.public), ends(row), bytes(row.seal))
        for row in signing_keys(at)
    }


def jwks(at: datetime) -> list[dict[str, str]]:
    """RFC 8037: Ed25519 public keys."""
    return [
        {
            "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": bearers.ALGORITHM, "kid": row.kid,
            "x": base64.urlsafe_b64encode(bytes(row.public)).rstrip(b"=").decode(),
        }
        for row in signing_keys(at).order_by("signs_from")
    ]  # fmt: skip


def access_token(token: str, key: ApiKey) -> AccessToken | None:
    """The row of a token that this client was given, by the hash of the token."""
    checksum = hashlib.sha256(token.encode()).hexdigest()
    found: AccessToken | None = AccessToken.objects.filter(token_checksum=checksum, application_id=key.id).first()
    return found


def token_actor(token: str, at: datetime, address: str) -> Actor | None:
    """Who acts on the panel's own API by an access token: the owner of its client, limited to the token's scopes."""
    if not bearers.looks_like(token):
        return None
    now = timezone.now()
    try:
        claims = bearers.verify(
            token, signers(now), issuer=config.BASE_URL, audience=config.BASE_URL + PANEL_PATH, now=now.timestamp()
        )
    except bearers.NotValid:
        return None
    row = AccessToken.objects.filter(id=UUID(claims.jti), revoked_at__isnull=True).first()
    key = ApiKey.objects.select_related("owner").filter(key_id=claims.client, kind=Kind.CLIENT).first()
    if row is None or key is None or row.application_id != key.id or not works(key, at):
        return None
    if not addresses.allowed(addresses.networks(key.networks), address):
        return None
    return replace(acting(key), via=("token", row.id))


def token_limit(token_id: UUID) -> frozenset[str]:
    """The permits that acting by an access token is limited to: the token's scopes that its client still has."""
    row = AccessToken.objects.filter(id=token_id).values_list("scope", "application__key__scopes").first()
    return words.carried(set(row[0].split()) & set(row[1]), rights.permits()) if row else frozenset()


def area_scopes() -> list[str]:
    """Every `manage:<area>`."""
    return list(words.areas(rights.permits().values()))
