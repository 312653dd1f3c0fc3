"""Questions about secrets. None of them returns a value."""

from datetime import datetime
from uuid import UUID

from accounts.access import queries as access
from assistants.guard.engine.known import KnownSecrets
from assistants.vault import rules
from assistants.vault.models import Secret, SecretBinding, SecretQuerySet, SecretVersion
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring


def visible_to(actor: Actor) -> SecretQuerySet:
    """Secrets that the actor may know of. Destroyed ones stay visible: their history is evidence."""
    return Secret.objects.all() if access.can(actor, rules.VIEW) else Secret.objects.none()


def versions(secret: Secret) -> list[SecretVersion]:
    """Newest first. `shown` of a destroyed secret cannot be read any more."""
    return list(secret.versions.order_by("-number"))


def bindings(secret: Secret) -> list[SecretBinding]:
    return list(secret.bindings.order_by("user_kind", "created_at"))


def usable(actor: Actor, at: datetime) -> list[Secret]:
    """What the actor may bind to something, by name."""
    found = visible_to(actor).filter(state=rules.State.ACTIVE).order_by("name")
    return [secret for secret in found if not expired(secret, at)]


def expired(secret: Secret, at: datetime) -> bool:
    return secret.expires_at is not None and secret.expires_at <= at


def names(ids: set[UUID]) -> dict[UUID, str]:
    return dict(Secret.objects.filter(id__in=ids).values_list("id", "name"))


def scanner_key() -> bytes:
    """The key of the fingerprints; the gateway derives the same from its ring."""
    return keyring.secret(keyring.named("gateway"), "known-secrets")


def known_secrets() -> KnownSecrets:
    """Every value ever stored and not destroyed, for scanners: digests and lengths only."""
    rows = SecretVersion.objects.exclude(secret__state=rules.State.DESTROYED)
    by_length: dict[int, dict[bytes, str]] = {}
    for name, length, fingerprint in rows.values_list("secret__name", "length", "fingerprint"):
        by_length.setdefault(length, {})[bytes(fingerprint)] = name
    return KnownSecrets(scanner_key(), by_length)
