"""Witnessing: a checkpoint of another's journal is cosigned once it continues the one before (c2sp.org/tlog-witness)."""

import time
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.witness import queries
from compliance.witness.models import Cosigner, Log
from compliance.witness.rules import KEEP, LONGEST_NAME, MOST, MOST_KEYS
from panel.journal import services as journal
from panel.journal.rules import cosignature, tree
from panel.journal.rules.checkpoint import ED25519, Checkpoint, CheckpointError, parse
from panel.journal.rules.cosignature import SIZE_TYPE, Question, Verifier, WitnessError
from panel.kernel import ids
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Invalid

TABLE, COLUMN, PURPOSE = "witness_cosigner", "sealed", "witness-signing"
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    """What the protocol answers: status, text, content type."""

    status: int
    text: str = ""
    content: str = PLAIN


@transaction.atomic
def watch(*, actor: Actor, keys: str, at: datetime) -> Log:
    """Witness the journal of these verifier keys, which must have one name. Raises Forbidden, NeedsFreshFactor, Invalid,
    Conflict."""
    access.require(actor, KEEP)
    found = _read(keys)
    origin = found[0].name
    if Log.objects.filter(origin=origin).exists():
        raise Conflict(_("This journal is witnessed already."))
    if Log.objects.count() >= MOST:
        raise Conflict(_("%(n)s journals are witnessed here, and no more can be. Remove one first.") % {"n": MOST})
    _cosigner(at)
    row = Log(id=ids.new_id(at), origin=origin, keys="\n".join(one.text() for one in found), created_at=at)
    row.save(force_insert=True)
    journal.record("witness.log.added", actor=actor, obj=row, at=at)
    return row


def _read(keys: str) -> list[Verifier]:
    """Verifier keys of one journal. Raises Invalid."""
    try:
        found = [Verifier.of(line, ED25519) for line in keys.split()]
    except WitnessError:
        found = []
    wrong = ""
    if not found:
        wrong = _("Write verifier keys of a journal, one a line: name+8 hex digits+base64.")
    elif any(one.name != found[0].name for one in found):
        wrong = _("These are keys of several journals. Witness one at a time: its keys have one name.")
    elif len(found[0].name) > LONGEST_NAME:
        wrong = _("The name in these keys is too long: at most %(n)s characters.") % {"n": LONGEST_NAME}
    elif len(found) > MOST_KEYS:
        wrong = _("These are %(count)s keys, and at most %(n)s of one journal are kept. Leave the oldest out.")
        wrong = wrong % {"count": len(found), "n": MOST_KEYS}
    if wrong:
        raise Invalid(fields={"keys": wrong})
    return found


@transaction.atomic
def forget(*, actor: Actor, log_id: UUID, at: datetime) -> None:
    """Cosign nothing of it any more. What was cosigned stays true. Raises Forbidden, NeedsFreshFactor."""
    access.require(actor, KEEP)
    row = Log.objects.select_for_update().filter(id=log_id).first()
    if row is not None:
        journal.record("witness.log.removed", actor=actor, obj=row, detail={"size": row.size}, at=at)
        row.delete()


@transaction.atomic
def cosign(*, body: bytes, at: datetime) -> Reply:
    """Answer a question of a log; everybody may ask, and only what a known key signed is looked at."""
    try:
        asked = Question.of(body)
        origin = parse(asked.note).checkpoint.origin
    except (WitnessError, CheckpointError, ValueError):
        return Reply(400, "This is no question to a witness.\n")
    row = Log.objects.select_for_update().filter(origin=origin).first()
    if row is None:
        return Reply(404, "This journal is not witnessed here.\n")
    keys = [Verifier.of(line, ED25519) for line in row.keys.split()]
    found = cosignature.signed_by_any(asked.note, keys)
    if found is None:
        return Reply(403, "No known key signed it.\n")
    if asked.old > found.size:
        return Reply(400, "The old size is greater than the new one.\n")
    if asked.old != row.size:
        return Reply(409, f"{row.size}\n", SIZE_TYPE)
    return _judged(row, asked, found, at)


def _judged(row: Log, asked: Question, found: Checkpoint, at: datetime) -> Reply:
    known = bytes(row.root or b"")
    if row.size and found.size == row.size and found.root != known:
        _forked(row, asked.note, at)
        return Reply(409, f"{row.size}\n", SIZE_TYPE)
    try:
        if row.size in {0, found.size}:
            _empty(asked.path)
        else:
            tree.check_consistency(row.size, known, found.size, found.root, list(asked.path))
    except tree.ProofError:
        row.doubted_at = at
        row.save(update_fields=["doubted_at"])
        return Reply(422, "The proof does not lead from the old size to the new one.\n")
    line = cosignature.cosign(found, queries.name(), _private(_cosigner(at)), int(time.time()))
    row.size, row.root, row.note, row.seen_at = found.size, found.root, asked.note, at
    row.cosigned, row.doubted_at = row.cosigned + 1, None
    row.save()
    journal.record("witness.checkpoint.cosigned", actor=SYSTEM, obj=row, detail={"size": found.size}, at=at)
    return Reply(200, line)


def _empty(path: tuple[bytes, ...]) -> None:
    if path:
        raise tree.ProofError("there is nothing to prove")


def _forked(row: Log, note: str, at: datetime) -> None:
    """Two roots of one size, both signed by the journal: kept, for together they prove it. The first one counts. A proof
    that does not hold is no such evidence: everybody can send an old checkpoint with a wrong path."""
    if row.forked_at is None:
        row.forked_at, row.fork = at, note
        row.save(update_fields=["forked_at", "fork"])
        journal.record("witness.log.forked", actor=SYSTEM, obj=row, detail={"size": row.size}, at=at)


def _cosigner(at: datetime) -> Cosigner:
    """The key, made on first use."""
    found = Cosigner.objects.order_by("id").first()
    if found is not None:
        return found
    epochs.lock("witness.cosigner")
    found = Cosigner.objects.order_by("id").first()
    if found is not None:
        return found
    made = Ed25519PrivateKey.generate()
    row = Cosigner(id=ids.new_id(at), created_at=at, public=made.public_key().public_bytes_raw())
    key = keyring.named(PURPOSE)
    row.sealed = keyring.seal(key, made.private_bytes_raw(), table=TABLE, column=COLUMN, row=row.id)
    row.save(force_insert=True)
    return row


def _private(row: Cosigner) -> Ed25519PrivateKey:
    plain = keyring.open_sealed(bytes(row.sealed), table=TABLE, column=COLUMN, row=row.id)
    return Ed25519PrivateKey.from_private_bytes(plain)
