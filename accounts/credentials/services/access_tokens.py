"""Access tokens: made for a client, kept as a hash, ended before their time."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from oauth2_provider.models import set_token_value

from accounts.credentials.engine import bearers
from accounts.credentials.models import AccessToken, ApiKey
from accounts.credentials.queries import keys as queries
from accounts.credentials.rules.oauth import REMEMBERED
from accounts.credentials.services import signing
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.db import epochs


def mint(*, key: ApiKey, token_id: UUID, scopes: Sequence[str], audience: str, at: datetime) -> str:
    """A signed token of a client for ten minutes; `at` is real time."""
    signer, now = signing.current(at), int(at.timestamp())
    claims = {
        "iss": settings.BASE_URL, "sub": key.key_id, "client_id": key.key_id, "aud": audience, "jti": token_id.hex,
        "iat": now, "exp": now + bearers.LIFE_SECONDS, "scope": " ".join(scopes),
    }  # fmt: skip
    return bearers.sign(signing.private_of(signer), signer.kid, claims)


@transaction.atomic
def keep(*, key: ApiKey, token_id: UUID, token: str, scopes: Sequence[str], audience: str, at: datetime) -> AccessToken:
    """Remember that a token was given; of the token itself a hash."""
    row = AccessToken(id=token_id, application_id=key.id, scope=" ".join(scopes), resource=[audience])
    row.expires = datetime.fromtimestamp(int(at.timestamp()), UTC) + timedelta(seconds=bearers.LIFE_SECONDS)
    set_token_value(row, token)
    row.save(force_insert=True)
    detail = {"key_id": key.key_id, "scope": row.scope}
    journal.record("credentials.token.issued", actor=queries.acting(key), obj=key, detail=detail, at=at)
    return row


def revoke(*, actor: Actor, row: AccessToken, key: ApiKey, at: datetime) -> list[str]:
    """End one token everywhere; answers as `keys.revoke` does. The caller has checked whose it is."""
    with transaction.atomic():
        locked = AccessToken.objects.select_for_update().get(id=row.id)
        if locked.revoked_at is not None:
            return []
        locked.revoked_at, locked.epoch = at, epochs.bump()
        locked.save(update_fields=["revoked_at", "epoch"])
        journal.record("credentials.token.revoked", actor=actor, obj=key, detail={"jti": row.id.hex}, at=at)
    return epochs.wait(locked.epoch)


def forget(*, at: datetime) -> int:
    """Delete rows of tokens that ended a day ago; returns how many."""
    found: tuple[int, dict[str, int]] = AccessToken.objects.filter(expires__lt=at - REMEMBERED).delete()
    return found[0]
