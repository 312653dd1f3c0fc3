"""Signing keys of access tokens: made, changed with an overlap, destroyed. Instants are real time."""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.access import services as rights
from accounts.credentials.engine import bearers
from accounts.credentials.models import SigningKey
from accounts.credentials.queries import signed
from accounts.credentials.rules.oauth import SHOWN_BEFORE, SIGNED_UNTIL, SIGNS_FOR
from accounts.credentials.rules.permits import KEEP_SIGNERS
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict

PURPOSE = "token-signing"


class ChangesAlready(Conflict):
    """A new signing key waits for its turn."""

    code = "signing_key_waits"


def current(at: datetime) -> SigningKey:
    """The key that signs now; the first one is made on first use, and known to every gateway before it is used."""
    found = signed.signing_key(at)
    if found is not None:
        return found
    with transaction.atomic():
        epochs.lock("token-signing")
        found = signed.signing_key(at) or _made(at, at)
    epochs.wait(found.epoch)
    return found


@transaction.atomic
def change(*, actor: Actor, at: datetime, at_once: bool = False) -> SigningKey:
    """Make the next key. It is shown for ten minutes before it signs, and the old one counts for as long as what it signed
    last. `at_once`: the old key is not to be trusted, and every token that it signed ends now. Raises Forbidden,
    NeedsFreshFactor, ChangesAlready."""
    rights.require(actor, KEEP_SIGNERS)
    epochs.lock("token-signing")
    waiting = SigningKey.objects.filter(signs_from__gt=at, ends_at__isnull=True)
    if at_once:
        for one in SigningKey.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at)):
            _end(one, at)
        made = _made(at, at)
    elif waiting.exists():
        raise ChangesAlready(_("A new key is shown already and signs within ten minutes."))
    else:
        made = _made(at, at + SHOWN_BEFORE)
        for one in SigningKey.objects.filter(ends_at__isnull=True).exclude(id=made.id):
            _end(one, made.signs_from + SIGNED_UNTIL)
    detail = {"kid": made.kid, "signs_from": made.signs_from.isoformat(), "at_once": at_once}
    journal.record("credentials.signing_key.changed", actor=actor, obj=made, detail=detail, at=at)
    return made


def tend(*, actor: Actor, at: datetime) -> None:
    """Change a key that has signed for 30 days; destroy those that count no more."""
    now = signed.signing_key(at)
    if now is not None and now.ends_at is None and now.signs_from <= at - SIGNS_FOR:
        change(actor=actor, at=at)
    for old in SigningKey.objects.filter(ends_at__lt=at):
        keyring.destroy(owner=old.id)


def _made(at: datetime, signs_from: datetime) -> SigningKey:
    row = SigningKey(id=ids.new_id(), made_at=at, signs_from=signs_from)
    row.data_key = keyring.create(PURPOSE, owners=(row.id,))
    private = Ed25519PrivateKey.from_private_bytes(private_of(row))
    row.public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    _sealed(row)
    row.save(force_insert=True)
    return row


def _end(row: SigningKey, at: datetime) -> None:
    row.ends_at = max(at, row.made_at)
    _sealed(row)
    row.save(update_fields=["ends_at", "seal", "epoch"])


def _sealed(row: SigningKey) -> None:
    row.seal = bearers.seal(signed.signer_seal(), row.kid, bytes(row.public), signed.ends(row))
    row.epoch = epochs.bump()


def private_of(row: SigningKey) -> bytes:
    """32 bytes, for one signature; they are never kept."""
    return keyring.secret(row.data_key, "ed25519")
