"""The certificate of an erasure: signed, by pseudonym, with what cannot be promised; and the last letter."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from compliance.requests.models import Document, Proof, Request
from compliance.requests.queries import previews, reading
from compliance.requests.services import notices
from compliance.requests.services.reader import places
from panel.journal import bundles
from panel.journal.rules import canonical
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto import keyring
from panel.kernel.errors import Invalid
from panel.outbound import services as outbound

KIND = "requests.erasure"
SCHEMA = 1
LIMITS = (
    "What was sent to the recipients named here is held by them under their own rules.",
    "Blocks of a disk may hold sealed bytes until they are written again; the keys that opened them are destroyed.",
    "Backups from before keep sealed rows until they are rotated; destroyed keys are taken out of them.",
    "A restore erases again before it serves.",
    "Statistics and the journal go on under a pseudonym that names nobody.",
)

NOT_SEARCHED = {
    "database_files": (
        "The files of the database are out of this panel's reach. Its rows were searched; blocks of tables, indexes and its log"
        " were not, and may hold bytes of deleted rows until they are written again."
    ),
    "valkey": "The queue and the cache did not answer and were not searched.",
    "files": "Some files could not be read and were not searched.",
    "logs": "Some logs could not be read and were not searched.",
}


def certify(row: Request, *, at: datetime, accepted: Iterable[str] = ()) -> Proof:
    """Sign what was done, in the transaction that ends the request; tell the person; then destroy what names them here.
    `accepted`: the places that could not be searched, with which an officer ended it."""
    proof = Proof.objects.select_for_update().get(request=row)
    goal, told = address(row, proof), document(row, proof, at, tell_recipients(row, proof, at=at), list(accepted))
    signed = bundles.sign(
        actor=SYSTEM, kind=KIND, files={"certificate.json": canonical.encode(told)},
        about={"request": str(row.id), "subject": str(row.subject_id)}, obj=row, at=at,
    )  # fmt: skip
    token = secrets.token_urlsafe(32)
    proof.certificate, proof.bundle, proof.digest = bundles.pack(signed), signed.id, hashed(token)
    proof.needles = None
    proof.save()
    if goal:
        notices.write(row, "done", actor=SYSTEM, at=at, to=goal, link=_link(token))
    forget(row, proof)
    return proof


def tell_recipients(row: Request, proof: Proof, *, at: datetime) -> int:
    """GDPR Art. 19: whoever received data hears of the erasure, where a mail address is kept for them. Once each."""
    count = 0
    for contact, what, first, last in (proof.needles or {}).get("told", []):
        if "@" not in contact:
            continue
        context = {"code": row.code, "what": what, "first": first, "last": last}
        once = f"request:{row.id}:told:{hashlib.sha256(contact.encode()).hexdigest()[:16]}:{first}"
        try:
            outbound.send_mail(
                actor=SYSTEM, template="request_recipient", to=contact, context=context, at=at, once=once
            )
        except Invalid:
            continue
        count += 1
    return count


def address(row: Request, proof: Proof) -> str:
    """Where the last letter goes: what the request came from, else what was known before the erasure."""
    contact = reading.opened(row, "contact")
    if contact and contact != reading.GONE:
        return contact
    return next(iter((proof.needles or {}).get("emails", [])), "")


def _link(token: str) -> str:
    return f"{settings.BASE_URL}/privacy/certificates/{token}/"


def forget(row: Request, proof: Proof) -> None:
    """The address it came from, its words and messages, and the needles: with their keys."""
    if proof.key_id is not None:
        keyring.destroy_key(proof.key_id)
    keyring.destroy(owner=row.id)
    Request.objects.filter(id=row.id).update(contact_index=None)
    Document.objects.filter(request=row).delete()


def tell_partly(row: Request, *, at: datetime) -> None:
    """Once: something is held, failed or could not be searched, the rest is gone."""
    goal = address(row, Proof.objects.get(request=row))
    if goal and not row.events.filter(what="partial").exclude(at=at).exists():
        what = "unsearched" if reading.not_searched(row) else "partly"
        notices.write(row, what, actor=SYSTEM, at=at, to=goal)


def document(row: Request, proof: Proof, at: datetime, told: int = 0, accepted: Sequence[str] = ()) -> dict[str, Any]:
    """The certificate as JSON without floats: by store a verdict, counts before and after, the searches."""
    subjects, users = previews.persons(row)
    return {
        "format": SCHEMA,
        "request": {"id": str(row.id), "code": row.code, "received_at": _iso(row.received_at)},
        "subjects": [str(one) for one in subjects],
        "accounts": len(users),
        "ended_at": _iso(at),
        "preview": proof.preview,
        "scanner": places.VERSION,
        "stores": [
            {
                "store": one.store, "verdict": one.outcome, "before": one.before, "gone": one.gone, "left": one.left,
                "ground": one.ground, "until": one.until, "problem": one.problem,
            }
            for one in reading.verdicts(row)
        ],
        "exempt": [
            {"store": one.store, "item": str(one.item), "ground": one.ground}
            for one in row.exemptions.order_by("store", "item")
        ],
        "search": {"before": proof.before, "after": proof.after},
        "recipients": list(proof.before.get("recipients", [])),
        "recipients_told": told,
        "not_searched": list(accepted),
        "not_promised": [*LIMITS, *(NOT_SEARCHED[one] for one in accepted)],
    }  # fmt: skip


def _iso(at: datetime) -> str:
    return at.isoformat()


def hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
