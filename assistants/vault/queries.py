"""Questions about secrets. None of them returns a value."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db.models import Count, QuerySet

from accounts.access import queries as access
from accounts.people import queries as people
from assistants.vault import rules
from assistants.vault.models import Secret, SecretBinding, SecretQuerySet, SecretVersion
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.registries import objects


def visible_to(actor: Actor) -> SecretQuerySet:
    """Secrets that the actor may know of. Destroyed ones stay visible: their history is evidence."""
    return cast("SecretQuerySet", access.visible(Secret.objects.all(), actor, rules.VIEW))


def listed(actor: Actor) -> QuerySet[Secret]:
    """For the list: with `users`, the number of bindings."""
    return visible_to(actor).annotate(users=Count("bindings"))


def rights(actor: Actor, secret: Secret | None = None) -> dict[str, bool]:
    """What pages offer: "add", and on a secret "rotate", "bind", "disable", "destroy", "share"."""
    return {
        permit.name.removeprefix("vault.").removesuffix("_secret"): access.can(actor, permit, secret)
        for permit in rules.PERMITS
    }


def find(secret_id: UUID) -> Secret | None:
    return Secret.objects.filter(id=secret_id).first()


def shared_by(actor: Actor) -> QuerySet[Any]:
    """Ids of all that the actor may share."""
    return access.visible(Secret.objects.all(), actor, rules.SHARE).values("id")


@dataclass(frozen=True, slots=True)
class SecretUser:
    """What a secret is bound to, as far as the actor may know of it."""

    kind: str
    id: UUID
    title: str
    url: str


def users(actor: Actor, secret: Secret) -> list[SecretUser]:
    """Users of the secret; the title of one that the actor may not see is its kind."""
    found = []
    by_kind: dict[str, list[UUID]] = {}
    for binding in bindings(secret):
        by_kind.setdefault(binding.user_kind, []).append(binding.user_id)
    for kind, ids in by_kind.items():
        cards = objects.cards(actor, kind, ids)
        hidden = objects.Card(kind, "")
        found += [SecretUser(kind, one, cards.get(one, hidden).title, cards.get(one, hidden).url) for one in ids]
    return found


def possible_users(actor: Actor, secret: Secret) -> list[tuple[str, str]]:
    """("kind:id", title) of everything that could be bound and is not."""
    bound = {(binding.user_kind, binding.user_id) for binding in bindings(secret)}
    pairs = [(kind, choice) for kind in rules.USER_KINDS for choice in objects.choices(actor, kind)]
    return [(f"{kind}:{one}", title) for kind, (one, title) in pairs if (kind, one) not in bound]


def versions(secret: Secret) -> list[SecretVersion]:
    """Newest first. `shown` of a destroyed secret cannot be read any more."""
    return list(secret.versions.order_by("-number"))


def makers(secret: Secret) -> dict[UUID, str]:
    """Names of the owner and of who stored its versions."""
    ids = {one for one in secret.versions.values_list("created_by_id", flat=True) if one}
    return people.names(ids | ({secret.owner_id} if secret.owner_id else set()))


def bindings(secret: Secret) -> list[SecretBinding]:
    return list(secret.bindings.order_by("user_kind", "created_at"))


def usable(actor: Actor, at: datetime) -> list[Secret]:
    """What the actor may bind to something, by name."""
    found = visible_to(actor).filter(state=rules.State.ACTIVE).order_by("name")
    return [secret for secret in found if not expired(secret, at)]


def expired(secret: Secret, at: datetime) -> bool:
    return secret.expires_at is not None and secret.expires_at <= at


def ending(actor: Actor, at: datetime) -> list[Secret]:
    """Active secrets that end within two weeks or have ended, soonest first, at most twenty."""
    rows = visible_to(actor).filter(state=rules.State.ACTIVE, expires_at__lte=at + rules.SOON)
    return list(rows.order_by("expires_at")[:20])


def names(ids: set[UUID]) -> dict[UUID, str]:
    return dict(Secret.objects.filter(id__in=ids).values_list("id", "name"))


def scanner_key() -> bytes:
    """The key of the fingerprints."""
    return keyring.secret(keyring.named("gateway"), "known-secrets")


def fingerprint(value: str) -> bytes:
    """16 bytes of HMAC-SHA256: the same value has the same fingerprint, and nobody without the key can make one."""
    return hmac.new(scanner_key(), value.encode(), hashlib.sha256).digest()[:16]


def recognise(candidate: str) -> str | None:
    """The name of the secret that this text is or once was, for scanners of stored data."""
    found = SecretVersion.objects.filter(length=len(candidate), fingerprint=fingerprint(candidate))
    return found.values_list("secret__name", flat=True).first()
