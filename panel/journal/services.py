"""Writing to the ledger: one leaf per event in the transaction of the act; refusals in one of their own."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db import connection, transaction

from panel.journal import addresses, events
from panel.journal.models import Detail
from panel.journal.rules import canonical
from panel.journal.rules import leaf as format1
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.models import DataKey

REFUSED = "access.refused"
INSERT = """
WITH leaf AS (
    INSERT INTO journal_leaf (id, at, event, actor_kind, actor_id, via_kind, via_id, object_kind, object_id, request_id, data)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
)
INSERT INTO journal_pending (leaf_id) SELECT id FROM leaf
"""


class Journalled(Protocol):
    """A model that can be the object of an event."""

    @property
    def journal_ref(self) -> tuple[str, UUID]: ...


@dataclass(frozen=True)
class About:
    """Personal detail of one person: sealed under that person's journal key, only committed to in the leaf."""

    person: UUID
    detail: Mapping[str, Any]


def record(
    event: str,
    *,
    actor: Actor,
    at: datetime,
    obj: tuple[str, UUID] | Journalled | None = None,
    detail: Mapping[str, Any] | None = None,
    personal: Iterable[About | tuple[UUID, Mapping[str, Any]]] = (),
    entry: UUID | None = None,
) -> UUID:
    """Journal one event inside the caller's transaction, without a lock; returns the leaf's id.

    `detail` holds ids, names of fields, numbers, fixed words (JSON without floats); what says something about a person
    goes into `personal`. `entry` is the id that the leaf shall have (a fresh one of `ids.new_id`), for what must name its
    leaf before it is written. Raises UnknownEventError, LeafError for detail that may not stand in a leaf, and refuses to
    run outside a transaction: an event without its act, or the other way round, is worse than an error.
    """
    events.known(event)
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event is journalled inside the transaction of its act.")
    leaf_id = entry or ids.new_id()  # in the order of recording; `at` is the caller's instant
    abouts = [one if isinstance(one, About) else About(*one) for one in personal]
    pairs = [(secrets.token_bytes(format1.SALT_BYTES), about) for about in abouts]
    leaf = format1.Leaf(
        id=leaf_id,
        at=at,
        event=event,
        actor=(actor.kind, actor.id),
        via=actor.via,
        object=_reference(obj),
        request=actor.request_id[:64],
        detail=dict(detail or {}),
        commitments=tuple(format1.commitment(leaf_id, salt, about.detail) for salt, about in pairs),
    )
    _insert(leaf)
    for position, (salt, about) in enumerate(pairs):
        _insert_detail(leaf_id, position, salt, about)
    return leaf_id


def record_refusal(
    *,
    actor: Actor,
    route: str,
    reason: str,
    at: datetime,
    address: str = "",
    times: int = 1,
    obj: tuple[str, UUID] | Journalled | None = None,
) -> None:
    """Journal that a door said no, in a transaction of its own (so call it after the request's was rolled back).

    `route` is the name of the route, never its URL; `reason` the missing permit or a fixed word ("not_signed_in").
    `times`: how often, for a caller that was counted elsewhere.
    Callers without a name are counted per (route, reason, address hash, minute) and become one leaf a minute.
    """
    with transaction.atomic(durable=True):
        if actor.kind == "anonymous":
            _count(route=route[:120], reason=reason[:80], address=address, at=at, times=times)
        else:
            record(REFUSED, actor=actor, obj=obj, detail={"route": route[:120], "reason": reason[:80]}, at=at)


def _insert(leaf: format1.Leaf) -> None:
    """The leaf and its waiting mark, in one statement: every verb pays for this, so it is not the ORM's two (bench/journal)."""
    via, obj = leaf.via or ("", None), leaf.object or ("", None)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [leaf.id, leaf.at, leaf.event, *leaf.actor, *via, *obj, leaf.request, leaf.data()])


def _insert_detail(leaf_id: UUID, position: int, salt: bytes, about: About) -> None:
    row = Detail(id=ids.new_id(), leaf_id=leaf_id, position=position, person_id=about.person)
    plain = salt + canonical.encode(about.detail)
    row.sealed = keyring.seal(_key_of(about.person), plain, table="journal_detail", column="sealed", row=row.id)
    row.save(force_insert=True)


def _key_of(person: UUID) -> UUID:
    """The person's journal key, made on first use. Two made at once do no harm: each envelope names its own, and an
    erasure destroys every key of the person."""
    keys = DataKey.objects.filter(owner=person, purpose="journal", destroyed_at__isnull=True)
    found = keys.order_by("id").values_list("id", flat=True).first()
    return found or keyring.create("journal", owners=(person,))


def _reference(obj: tuple[str, UUID] | Journalled | None) -> tuple[str, UUID] | None:
    if obj is None or isinstance(obj, tuple):
        return obj
    return obj.journal_ref


def _count(*, route: str, reason: str, address: str, at: datetime, times: int) -> None:
    minute = at.replace(second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO journal_refusal (id, minute, route, reason, address_hash, count) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (minute, route, reason, address_hash) DO UPDATE SET count = journal_refusal.count + EXCLUDED.count",
            [ids.new_id(), minute, route, reason, addresses.hashed(address, at.date()), times],
        )
