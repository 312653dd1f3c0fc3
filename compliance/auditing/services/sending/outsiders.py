"""Asking outsiders for their word on a checkpoint: a time-stamp authority, a witness. What they sign is kept as a receipt."""

import secrets
from datetime import UTC, datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from compliance.auditing.models import Receipt, Sink
from compliance.auditing.services.sending import lines
from compliance.auditing.services.sending.errors import NotSent, Rewritten
from panel.journal import queries as ledger
from panel.journal import services as journal
from panel.journal.models import Checkpoint
from panel.journal.rules import cosignature, timestamp
from panel.journal.rules.cosignature import Question, Verifier, WitnessError
from panel.journal.rules.timestamp import StampError
from panel.kernel import ids
from panel.kernel.actors import SYSTEM
from panel.outbound.webhooks.wire import Answer

LARGEST = 65_536
OTHER = gettext_noop("The witness has seen another journal than this one. Verify the journal.")


def stamp(row: Sink, head: Checkpoint, at: datetime) -> None:
    """Raises NotSent; an answer that is no time-stamp of exactly this text is none."""
    nonce, note = secrets.randbits(63), head.note.encode()
    query, reply = timestamp.TYPES
    found = lines.send(
        str(row.target), {"content-type": query, "accept": reply}, timestamp.question(note, nonce), read=LARGEST
    )
    try:
        made = timestamp.answer(found.body, note, nonce)
    except StampError as error:
        raise NotSent(_("Its answer is no time-stamp: %(why)s.") % {"why": error}) from None
    _keep(row, head, made.token, made.by, made.at, at)


def witness(row: Sink, head: Checkpoint, at: datetime) -> None:
    """Raises NotSent. A witness that knows another size says so, and is asked once more from there."""
    key, old = Verifier.of(str(row.token)), max(row.reached, 0)
    for _try in range(2):
        found = _asked(row, head, old)
        if found.status != 409:
            break
        old = _known(found.body, old)
        if old > head.size:
            told = _("The witness has seen a journal of %(n)s entries, longer than this one. Verify the journal.")
            raise Rewritten(told % {"n": old}, old)
    if found.status == 422:
        raise Rewritten(_(OTHER), max(old, 1))
    if found.problem:
        raise NotSent(_("It answered %(status)s.") % {"status": found.status})
    signature = found.body.decode("utf-8", "replace")
    try:
        seconds = cosignature.cosigned(head.note, signature, key)
    except WitnessError as error:
        raise NotSent(str(error)) from None
    _keep(row, head, signature.encode(), key.name, datetime.fromtimestamp(seconds, UTC), at)


def _asked(row: Sink, head: Checkpoint, old: int) -> Answer:
    path = tuple(ledger.consistency(old, head.size)) if 0 < old < head.size else ()
    question = Question(old, path, head.note).data()
    url = str(row.target).rstrip("/") + "/add-checkpoint"
    return lines.ask(url, {"content-type": "text/plain; charset=utf-8"}, question, read=LARGEST)


def _known(body: bytes, asked: int) -> int:
    """The size that a witness names when it knows another. Raises NotSent; Rewritten when it is the one asked about."""
    text = body.decode("ascii", "replace").strip()
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise NotSent(_("Its answer cannot be read."))
    if int(text) == asked:
        raise Rewritten(_(OTHER), max(asked, 1))
    return int(text)


@transaction.atomic
def _keep(row: Sink, head: Checkpoint, data: bytes, by: str, told_at: datetime, at: datetime) -> None:
    made = Receipt(id=ids.new_id(at), sink=row.id, kind=row.kind, size=head.size, note=head.note, data=data)
    made.by, made.told_at, made.at = by[:200], told_at, at
    made.save(force_insert=True)
    journal.record("auditing.receipt.kept", actor=SYSTEM, obj=made, detail={"kind": row.kind, "size": head.size}, at=at)
