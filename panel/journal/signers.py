"""The journal's signing keys: a chain that starts with the installation's first key, each named by the one before it.

The newest key signs. For the time of an overlap the key before it signs checkpoints as well, so that whoever knows only
the old key is not cut off. Keys are never removed: what they signed verifies for ever.
"""

import base64
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction
from django.utils.translation import gettext as _

from panel.journal import queries
from panel.journal.models import Signer, Succession
from panel.journal.rules import keys
from panel.journal.services import About, record
from panel.kernel import ids
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.crypto import keyring
from panel.kernel.db import epochs
from panel.kernel.errors import Conflict, Invalid

LONGEST_OVERLAP = timedelta(days=90)
State = Literal["current", "overlapping", "retired"]


class TooSoon(Conflict):
    code = "key_in_overlap"


@dataclass(frozen=True)
class Key:
    """A signing key for a page: `ends` is None while nobody follows it."""

    signer: Signer
    statement: keys.Statement
    ends: datetime | None

    @property
    def fingerprint(self) -> str:
        return keys.fingerprint(self.statement.public)

    def state(self, at: datetime) -> State:
        if self.ends is None:
            return "current"
        return "overlapping" if at < self.ends else "retired"


def private(signer: Signer) -> Ed25519PrivateKey:
    """Raises KekError in a process without the content ring, EnvelopeError when somebody put another key there."""
    plain = keyring.open_sealed(bytes(signer.sealed), table="journal_signer", column="sealed", row=signer.id)
    return Ed25519PrivateKey.from_private_bytes(plain)


def chain() -> list[Key]:
    """Every key in order, the current one last; empty before the first sealing."""
    first = Signer.objects.order_by("id").first()
    if first is None:
        return []
    followers = {row.previous_id: row for row in Succession.objects.select_related("signer")}
    held = private(first)
    # Its public half is not read from the table, where somebody could put one of their own.
    statement = keys.Statement(queries.origin(), held.public_key().public_bytes_raw(), first.created_at)
    found = [(first, statement.signed(held))]
    while row := followers.get(found[-1][0].id):
        found.append((row.signer, keys.parse(bytes(row.data), bytes(row.signature))))
    ends = [statement.until for _signer, statement in found[1:]]
    return [Key(signer, told, end) for (signer, told), end in zip(found, [*ends, None], strict=True)]


def current(*, at: datetime) -> Key:
    """The key that signs now, made on first use; call it inside a transaction."""
    found = chain()
    if not found:
        epochs.lock("journal.signer")
        if not Signer.objects.exists():
            _first(at)
        found = chain()
    return found[-1]


def signing(*, at: datetime) -> list[Key]:
    """The keys that sign a checkpoint now, the current one first."""
    newest = current(at=at)
    before = [one for one in chain() if one.state(at) == "overlapping"]
    return [newest, *before]


def up_to(*signers: Signer) -> list[Key]:
    """The chain as far as the last of these keys: what a bundle carries."""
    found, wanted = chain(), {one.id for one in signers}
    last = max((place for place, one in enumerate(found) if one.signer.id in wanted), default=len(found) - 1)
    return found[: last + 1]


@transaction.atomic
def succeed(*, actor: Actor, reason: str, overlap: timedelta, at: datetime) -> Key:
    """Make a new key that signs from now on; the old one names it, and signs checkpoints beside it for the overlap.

    The caller has asked for the permit. Raises Invalid (reason, overlap) and TooSoon while an overlap runs.
    """
    if not reason.strip() or len(reason) > 300:
        raise Invalid(fields={"reason": _("Say why, in at most 300 characters.")})
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Invalid(fields={"overlap": _("An overlap lasts 0 to 90 days.")})
    epochs.lock("journal.signer")
    old = current(at=at)
    if any(one.state(at) == "overlapping" for one in chain()):
        raise TooSoon(_("The key before this one still signs. Wait until the overlap is over."))
    row, made = _new(at)
    statement = keys.Statement(
        queries.origin(), made.public_key().public_bytes_raw(), at, old.fingerprint, at + overlap
    ).signed(private(old.signer))
    Succession.objects.create(
        signer=row, previous=old.signer, data=statement.data(), signature=statement.signature, at=at
    )
    detail = {"public": base64.b64encode(statement.public).decode(), "previous": str(old.signer.id)}
    about = [About(actor.id, {"reason": reason})] if actor.kind == "person" and actor.id else []
    record(
        "journal.signer.succeeded", actor=actor, obj=("journal.signer", row.id), detail=detail, personal=about, at=at
    )
    return chain()[-1]


def _new(at: datetime) -> tuple[Signer, Ed25519PrivateKey]:
    made = Ed25519PrivateKey.generate()
    row = Signer(id=ids.new_id(), created_at=at, public=made.public_key().public_bytes_raw())
    key_id = keyring.named("journal-signing")
    row.sealed = keyring.seal(key_id, made.private_bytes_raw(), table="journal_signer", column="sealed", row=row.id)
    row.save(force_insert=True)
    return row, made


def _first(at: datetime) -> None:
    row, made = _new(at)
    public = base64.b64encode(made.public_key().public_bytes_raw()).decode()
    record("journal.signer.created", actor=SYSTEM, obj=("journal.signer", row.id), detail={"public": public}, at=at)
