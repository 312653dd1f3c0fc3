"""From the inbox into the conversations, and the key pair that content travels under."""

import base64
import binascii
from uuid import UUID

from django.db import transaction

from assistants.conversations import services as conversations
from assistants.gateway.models import ContentKey, Inbox
from panel.kernel import envelope
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs

BATCH = 500
TABLE, COLUMN = "gateway_contentkey", "private"


def ingest(*, batches: int = 20) -> int:
    """Keep what waits in the inbox, at most `batches` x 500 frames; returns how many. May run beside itself."""
    done = 0
    for _ in range(batches):
        count = _one_batch()
        done += count
        if count < BATCH:
            break
    return done


def _one_batch() -> int:
    with transaction.atomic():
        waiting = Inbox.objects.select_for_update(skip_locked=True).filter(failed=False)
        rows = list(waiting.order_by("received_at", "id")[:BATCH])
        frames = [conversations.Frame(row.id, bytes(row.frame)) for row in rows]
        kept = conversations.store(frames=frames, unseal=unseal)
        Inbox.objects.filter(id__in=kept.failed).update(failed=True)
        Inbox.objects.filter(id__in=[row.id for row in rows], failed=False).delete()
    conversations.journal_turned_away(records=kept.turned_away)
    return len(rows)


def ensure_content_key() -> bytes:
    """The public key in use, made once; the gateway learns of it by the epoch."""
    found = ContentKey.objects.order_by("-created_at").values_list("public", flat=True).first()
    if found is not None:
        return bytes(found)
    with transaction.atomic():
        epochs.lock("gateway-content-key")
        if not ContentKey.objects.exists():
            private, public = envelope.new_box_keys()
            row = ContentKey(public=public)
            spool = keyring.named("spool")
            row.private = keyring.seal(spool, private, table=TABLE, column=COLUMN, row=row.id)
            row.save(force_insert=True)
            epochs.bump()
    return ensure_content_key()


def ensure_keys() -> None:
    """Everything that the gateway process needs and may not make itself."""
    keyring.named("gateway")
    keyring.named("pepper")
    ensure_content_key()


def unseal(call: UUID, text: str) -> bytes:
    """Open what a gateway sealed for this call. Raises ValueError when no key of the installation opens it."""
    try:
        sealed = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("The content is not base64.") from error
    for row in ContentKey.objects.order_by("-created_at"):
        private = keyring.open_sealed(bytes(row.private), table=TABLE, column=COLUMN, row=row.id)
        try:
            return envelope.open_from(private, sealed, call.bytes)
        except envelope.EnvelopeError:
            continue
    raise ValueError("No content key opens this.")
