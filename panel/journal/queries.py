"""Questions to the ledger: stored nodes, proofs, state of one entry, what waits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from panel.journal.models import Checkpoint, Detail, IndexEntry, Leaf, Node, Pending, Signer
from panel.journal.rules import canonical, checkpoint, leaf, tree
from panel.kernel import clock, ids
from panel.kernel.crypto import keyring
from panel.kernel.crypto.envelope import EnvelopeError
from panel.kernel.installation import installation_id
from panel.kernel.registries.alarms import Alarm

LATE = timedelta(seconds=60)


@dataclass(frozen=True)
class Proof:
    """What an outsider needs beside the leaf's bytes: its place, the path, and the signed head it leads to."""

    sequence: int
    size: int
    path: list[bytes]
    note: str


@dataclass(frozen=True)
class Verdict:
    """What checking one entry gave. No proof: it waits to be sealed."""

    proof: Proof | None
    unaltered: bool = True
    included: bool = False
    signed: bool = False

    @property
    def holds(self) -> bool:
        return self.proof is not None and self.unaltered and self.included and self.signed


@dataclass(frozen=True)
class Disclosed:
    """Personal detail of one person. `values` is None once its key is destroyed; `genuine` says whether it opens the
    leaf's commitment."""

    person: UUID
    values: dict[str, Any] | None
    genuine: bool


def origin() -> str:
    """The journal's name in checkpoints , which is also the name of its signer."""
    return f"clawpanel/journal/{installation_id()}"


def head() -> Checkpoint | None:
    """The newest checkpoint."""
    return Checkpoint.objects.order_by("-size").first()


def reading(ask: Callable[[tree.Reader], Any]) -> Any:
    """Answer a question to the stored tree with at most two queries. Raises KeyError when a node is missing."""
    wanted = tree.coordinates(ask)
    found: dict[tree.Coordinate, bytes] = {}
    leaves = [position for level, position in wanted if level == 0]
    if leaves:
        rows = IndexEntry.objects.filter(sequence__in=leaves).values_list("sequence", "hash")
        found.update({(0, sequence): bytes(hashed) for sequence, hashed in rows})
    higher = [one for one in wanted if one[0]]
    if higher:
        nodes = Node.objects.filter(pk__in=higher).values_list("level", "position", "hash")
        found.update({(level, position): bytes(hashed) for level, position, hashed in nodes})
    return ask(lambda level, position: found[level, position])


def proof(leaf_id: UUID, *, to: Checkpoint | None = None) -> Proof | None:
    """Inclusion proof to the given checkpoint (default: the first that covers the leaf); None while it waits."""
    entry = IndexEntry.objects.filter(leaf_id=leaf_id).first()
    if entry is None:
        return None
    covering = to or covering_checkpoint(entry.sequence)
    if covering is None or covering.size <= entry.sequence:
        return None
    path = reading(lambda read: tree.inclusion(entry.sequence, covering.size, read))
    return Proof(entry.sequence, covering.size, path, covering.note)


def covering_checkpoint(sequence: int) -> Checkpoint | None:
    """The first checkpoint that includes this sequence."""
    return Checkpoint.objects.filter(size__gt=sequence).order_by("size").first()


def consistency(first: int, second: int) -> list[bytes]:
    """Proof that the journal of `first` leaves is the beginning of that of `second`. Raises ProofError, KeyError."""
    found: list[bytes] = reading(lambda read: tree.consistency(first, second, read))
    return found


def disclosed(entry: Leaf) -> list[Disclosed]:
    """The personal detail of an entry, opened. Who may see it is the caller's question, and asking is an event."""
    commitments = leaf.parse(bytes(entry.data)).commitments
    return [_open(entry, row, commitments) for row in Detail.objects.filter(leaf=entry).order_by("position")]


def _open(entry: Leaf, row: Detail, commitments: tuple[bytes, ...]) -> Disclosed:
    try:
        plain = keyring.open_sealed(bytes(row.sealed), table="journal_detail", column="sealed", row=row.id)
        salt, values = plain[: leaf.SALT_BYTES], canonical.decode(plain[leaf.SALT_BYTES :])
    except keyring.KeyGone:
        return Disclosed(row.person_id, None, genuine=False)
    except (EnvelopeError, canonical.NotCanonicalError):
        return Disclosed(row.person_id, None, genuine=False)
    known = row.position < len(commitments)
    return Disclosed(
        row.person_id, values, known and leaf.commitment(entry.id, salt, values) == commitments[row.position]
    )


def proved_public(signer: Signer) -> bytes | None:
    """The signer's public key if its private key opens under the content ring and belongs to it, else None."""
    try:
        plain = keyring.open_sealed(bytes(signer.sealed), table="journal_signer", column="sealed", row=signer.id)
        public = Ed25519PrivateKey.from_private_bytes(plain).public_key().public_bytes_raw()
    except (EnvelopeError, keyring.KeyGone, ValueError):
        return None
    return public if public == bytes(signer.public) else None


def verdict(entry: Leaf) -> Verdict:
    """Check one entry: its bytes against the index, its path against the signed head, the signature against the key."""
    index = IndexEntry.objects.filter(leaf=entry).first()
    if index is None:
        return Verdict(None)
    hashed = tree.leaf_hash(bytes(entry.data))
    unaltered = hashed == bytes(index.hash)
    shown = proof(entry.id)
    if shown is None:
        return Verdict(None, unaltered)
    covering = Checkpoint.objects.select_related("signer").get(size=shown.size)
    public = proved_public(covering.signer)
    try:
        head = checkpoint.check(covering.note, public or b"")
        included = tree.root_of_inclusion(shown.sequence, head.size, hashed, shown.path) == head.root
    except (checkpoint.CheckpointError, tree.ProofError, ValueError):
        return Verdict(shown, unaltered)
    return Verdict(shown, unaltered, included, head.origin == origin())


def entries(
    *,
    event: str = "",
    actor: UUID | None = None,
    object_id: UUID | None = None,
    request: str = "",
    since: datetime | None = None,
) -> QuerySet[Leaf]:
    """Leaves for a list; the caller orders and pages by id, which is the order of recording. `actor` also finds what was
    done through that key or session."""
    wanted = Q()
    if event:
        wanted &= Q(event=event)
    if actor:
        wanted &= Q(actor_id=actor) | Q(via_id=actor)
    if object_id:
        wanted &= Q(object_id=object_id)
    if request:
        wanted &= Q(request_id=request)
    if since:
        wanted &= Q(id__gte=first_id(since))
    return Leaf.objects.filter(wanted)


def first_id(moment: datetime) -> UUID:
    """The smallest UUIDv7 of a millisecond: where a period begins in a list that is ordered by id."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def public_keys() -> list[bytes]:
    """Public keys of the signers whose private keys prove them, oldest first."""
    found = (proved_public(signer) for signer in Signer.objects.order_by("id"))
    return [public for public in found if public]


def sequences(leaves: Iterable[UUID]) -> dict[UUID, int]:
    """Sequences of the sealed ones among these leaves."""
    return dict(IndexEntry.objects.filter(leaf_id__in=list(leaves)).values_list("leaf_id", "sequence"))


def unsealed_alarm() -> Alarm | None:
    """Leaves that have waited for more than a minute: the worker or its beat is not running, or sealing fails."""
    oldest = Pending.objects.order_by("leaf_id").values_list("leaf_id", flat=True).first()
    if oldest is None or clock.now() - ids.moment_of(oldest) < LATE:
        return None
    return Alarm("journal.unsealed", "critical", _("Journal entries wait to be sealed: look at the worker's log."))
