"""From the inbox into the conversations, the key pair that content travels under, and tickets to the playground."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from assistants.catalog.models import Assistant
from assistants.catalog.queries import versions
from assistants.catalog.rules import permits
from assistants.catalog.rules.states import State
from assistants.conversations.services import keeping as conversations
from assistants.gateway.engine.state.persons import KINDS
from assistants.gateway.models import ContentKey, Inbox, Trial
from assistants.gateway.rules import CONSENT
from panel.journal import services as journal
from panel.kernel import actors, clock, ids, tickets
from panel.kernel.actors import Actor
from panel.kernel.crypto import envelope, keyring
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Invalid

BATCH = 500
TABLE, COLUMN = "gateway_contentkey", "private"


def ingest(*, batches: int = 20) -> int:
    """Keep what waits in the inbox, at most `batches` x 500 frames; returns how many. May run beside itself."""
    done = 0
    for _batch in range(batches):
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
        kept = conversations.store(frames=frames, unseal=opener())
        Inbox.objects.filter(id__in=kept.failed).update(failed=True)
        Inbox.objects.filter(id__in=[row.id for row in rows], failed=False).delete()
        _journal_refusals(kept.faults)
    conversations.journal_turned_away(records=kept.turned_away)
    return len(rows)


def _journal_refusals(faults: Mapping[tuple[UUID, str], int]) -> None:
    """One line for each assistant and code of a batch; who was refused stands in the calls, by pseudonym."""
    at = clock.now()
    for (assistant, code), calls in sorted(faults.items()):
        if code in CONSENT:
            detail = {"code": code, "calls": calls}
            about = ("assistant", assistant)
            journal.record("gateway.consent.refused", actor=actors.SYSTEM, obj=about, detail=detail, at=at)


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
    keyring.named(tickets.KEY_PURPOSE)
    for kind in KINDS:
        keyring.serve(f"blind:subjects.{kind}")
    ensure_content_key()


def opener() -> Callable[[UUID, str, bytes], bytes]:
    """`unseal(call id, text, part)`, which opens what a gateway sealed for a call and reads the keys once, when the first is
    needed. It raises ValueError when no key of the installation opens it."""
    keys: list[bytes] = []

    def open_one(call: UUID, text: str, part: bytes) -> bytes:
        try:
            sealed = base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise ValueError("The content is not base64.") from error
        if not keys:
            rows = ContentKey.objects.order_by("-created_at")
            keys.extend(keyring.open_sealed(bytes(one.private), table=TABLE, column=COLUMN, row=one.id) for one in rows)
        for private in keys:
            try:
                return envelope.open_from(private, sealed, call.bytes + part)
            except envelope.EnvelopeError:
                continue
        raise ValueError("No content key opens this.")

    return open_one


class NotTryable(Conflict):
    """There is no version to try, or the kill switch is on."""

    code = "not_tryable"


@dataclass(frozen=True, slots=True)
class Pass:
    """A ticket for one run in the playground, and the version (its content's SHA-256) that it is good for."""

    ticket: str
    digest: str


def admit(*, actor: Actor, assistant: Assistant, target: str, at: datetime) -> Pass:
    """Let a person try what is "live", or the "draft" as it stands now.

    Raises Forbidden, NotTryable, and Invalid for a draft that lacks something.
    """
    access.require(actor, permits.TRY, assistant)
    if assistant.state == State.PAUSED:
        raise NotTryable(_("This assistant is stopped. The kill switch holds here too: resume it first."))
    if assistant.state == State.ARCHIVED or actor.id is None:
        raise NotTryable(_("An archived assistant answers nobody. Bring it back first."))
    if target == "draft":
        digest = freeze(actor=actor, assistant=assistant, at=at).digest
    elif assistant.live_version is not None:
        digest = assistant.live_version.digest
    else:
        raise NotTryable(_("Nothing is live yet. Try the draft."))
    key = keyring.secret(keyring.named(tickets.KEY_PURPOSE), tickets.KEY_LABEL)
    detail = tickets.within(actor, target=target, version=digest)
    claims = tickets.Ticket("playground", actor.id, assistant.id, detail)
    return Pass(tickets.sign(key, claims), digest)


def freeze(*, actor: Actor, assistant: Assistant, at: datetime) -> Trial:
    """The draft's content as an unpublished version; the same content is frozen once. Raises Forbidden and Invalid."""
    access.require(actor, permits.TRY, assistant)
    content = versions.content_of_draft(versions.draft_of(assistant))
    needed = {"provider": content.provider, "model": content.model, "policy": content.policy}
    if not all(needed.values()):
        lacks = {name: _("The draft needs it before it can be tried.") for name, value in needed.items() if not value}
        raise Invalid(_("The draft needs a provider, a model and a guard policy before it can be tried."), fields=lacks)
    with transaction.atomic():
        values = {
            "id": ids.new_id(at),
            "key_id": assistant.key_id,
            "content": content.canonical().decode(),
            "author_kind": actor.kind,
            "author_id": actor.id,
            "created_at": at,
        }
        trial, made = Trial.objects.get_or_create(assistant=assistant, digest=content.digest(), defaults=values)
        if made:
            detail = {"digest": trial.digest}
            journal.record("gateway.draft.tried", actor=actor, obj=assistant, detail=detail, at=at)
    return trial
