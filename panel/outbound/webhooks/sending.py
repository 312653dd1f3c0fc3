"""The worker's side: from the journal to deliveries, from deliveries to endpoints.

The journal's index is without gaps, so that an endpoint's `reached` tells exactly what it has been given: at least once, and
once per event by the unique constraint. Delivery works as the outbox does: a lease, a request outside any transaction, its end.
"""

import json
import secrets
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from panel.journal import services as journal
from panel.journal.models import IndexEntry, Leaf
from panel.journal.rules import leaf as format1
from panel.kernel import ids
from panel.kernel.actors import SYSTEM
from panel.kernel.crypto.keyring import KeyGone
from panel.outbound import hosts
from panel.outbound.models import Delivery, Endpoint
from panel.outbound.webhooks import wire
from panel.outbound.webhooks.rules import GIVE_UP, KEEP, LEASE, TIMEOUT, Outcome, State, headers, next_try

BATCH, ROUNDS, AT_ONCE = 500, 20, 40
# Alarms say which and how bad; every other event is told by ids alone.
WITH_DETAIL = ("outbound.alarm.raised", "outbound.alarm.cleared")
# What the sending itself writes into the journal is never sent: it would feed itself.
OWN = ("outbound.webhook.tested", "outbound.webhook.replayed", "outbound.mail.failed")


def collect(at: datetime) -> int:
    """Queue what each endpoint has not been given yet; how many deliveries were made."""
    made = 0
    for endpoint_id in Endpoint.objects.exclude(state=State.DISABLED).values_list("id", flat=True):
        for _ in range(ROUNDS):
            read, queued = _collect_for(endpoint_id, at)
            made += queued
            if read < BATCH:
                break
    return made


def work(at: datetime) -> int:
    """Send what is due; an endpoint that fails has the rest of its queue wait for the next round. How many arrived."""
    tired: set[UUID] = set()
    arrived = 0
    for delivery_id, endpoint_id in due(at):
        if endpoint_id in tired:
            continue
        state = send(delivery_id, at)
        arrived += state == Outcome.DELIVERED
        if state not in {"", Outcome.DELIVERED}:
            tired.add(endpoint_id)
    return arrived


@transaction.atomic
def _collect_for(endpoint_id: UUID, at: datetime) -> tuple[int, int]:
    """(entries read, deliveries queued)."""
    row = Endpoint.objects.select_for_update(skip_locked=True).filter(id=endpoint_id).first()
    if row is None or row.state == State.DISABLED:
        return 0, 0
    entries = IndexEntry.objects.filter(sequence__gt=row.reached).order_by("sequence").select_related("leaf")[:BATCH]
    found = [entry for entry in entries if entry.event not in OWN and ("*" in row.events or entry.event in row.events)]
    Delivery.objects.bulk_create(
        [
            Delivery(
                id=ids.new_id(at), endpoint=row, event_id=entry.leaf_id, event=entry.event,
                payload=payload_of(entry.leaf), next_at=at, created_at=at,
            )
            for entry in found
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    if entries:
        Endpoint.objects.filter(id=row.id).update(reached=entries[len(entries) - 1].sequence)
    return len(entries), len(found)


def payload_of(leaf: Leaf) -> dict[str, Any]:
    """What an endpoint is told: ids and fixed words."""
    data: dict[str, Any] = {"id": str(leaf.id), "actor": _reference(leaf.actor_kind, leaf.actor_id)}
    if leaf.object_kind:
        data["object"] = _reference(leaf.object_kind, leaf.object_id)
    if leaf.event in WITH_DETAIL:
        data |= format1.parse(bytes(leaf.data)).detail
    return {"type": leaf.event, "timestamp": leaf.at.isoformat(), "data": data}


def _reference(kind: str, key: UUID | None) -> dict[str, str | None]:
    return {"kind": kind, "id": str(key) if key else None}


def body_of(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, separators=(",", ":"), sort_keys=True).encode()


def keys_of(endpoint: Endpoint, at: datetime) -> list[str]:
    """The secrets that sign now, the newest first."""
    old = endpoint.old_secret if endpoint.old_until and at < endpoint.old_until else None
    return [str(endpoint.secret), *([str(old)] if old else [])]


def due(at: datetime) -> list[tuple[UUID, UUID]]:
    """(delivery, endpoint), the longest due first."""
    rows = Delivery.objects.filter(state=Outcome.QUEUED, next_at__lte=at, endpoint__state=State.ACTIVE)
    return list(rows.filter(_free(at)).order_by("next_at", "id").values_list("id", "endpoint_id")[:AT_ONCE])


def _free(at: datetime) -> Q:
    return Q(leased_until__isnull=True) | Q(leased_until__lte=at)


def send(delivery_id: UUID, at: datetime) -> str:
    """Send one delivery if it is due and nobody else does; its state then, or "" when it was not ours."""
    row = _leased(delivery_id, at)
    if row is None:
        return ""
    body = body_of(row.payload)
    try:
        signed = headers(keys_of(row.endpoint, at), str(row.event_id), int(timezone.now().timestamp()), body)
        url = str(row.endpoint.url)
    except KeyGone:
        return _settle(row, at, wire.Answer("key"))
    return _settle(row, at, wire.post(url, signed, body, allowed=hosts.allowed(), timeout=TIMEOUT, read=0))


@transaction.atomic
def _leased(delivery_id: UUID, at: datetime) -> Delivery | None:
    rows = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("endpoint")
    row = rows.filter(_free(at), id=delivery_id, state=Outcome.QUEUED, next_at__lte=at).first()
    if row is None or row.endpoint.state != State.ACTIVE:
        return None
    row.lease, row.leased_until, row.tries = ids.new_id(), at + LEASE, row.tries + 1
    row.save(update_fields=["lease", "leased_until", "tries"])
    return row


@transaction.atomic
def _settle(row: Delivery, at: datetime, answer: wire.Answer) -> str:
    mine = Delivery.objects.select_for_update(of=("self",)).filter(id=row.id, lease=row.lease).first()
    if mine is None:
        return ""
    mine.status, mine.ms, mine.problem = answer.status, answer.ms, answer.problem
    mine.lease = mine.leased_until = None
    again = next_try(mine.tries, at, secrets.randbelow(1000) / 1000)
    if not answer.problem:
        mine.state, mine.ended_at = Outcome.DELIVERED, at
    elif again is None or answer.problem == "key" or answer.status == 410:
        mine.state, mine.ended_at = Outcome.DEAD, at
    else:
        mine.next_at = again
    mine.save()
    _judge(mine.endpoint_id, at, answer)
    return str(mine.state)


def _judge(endpoint_id: UUID, at: datetime, answer: wire.Answer) -> None:
    """A success ends a bad time; five days of nothing else, or a 410 Gone, switch the endpoint off."""
    row = Endpoint.objects.select_for_update().get(id=endpoint_id)
    if not answer.problem:
        if row.failing_since is not None:
            Endpoint.objects.filter(id=row.id).update(failing_since=None)
        return
    since = row.failing_since or at
    off = answer.status == 410 or at - since >= GIVE_UP
    Endpoint.objects.filter(id=row.id).update(failing_since=since, state=State.DISABLED if off else row.state)
    if off and row.state == State.ACTIVE:
        Delivery.objects.filter(endpoint=row, state=Outcome.QUEUED).update(
            state=Outcome.DEAD, problem="off", ended_at=at
        )
        journal.record("outbound.webhook.disabled", actor=SYSTEM, obj=row, at=at)


@transaction.atomic
def forget(at: datetime) -> int:
    """Drop deliveries that ended a month ago, and secrets that no longer sign."""
    Endpoint.objects.filter(old_until__lt=at).update(old_secret=None, old_until=None)
    dropped, _kinds = Delivery.objects.filter(ended_at__lt=at - KEEP).delete()
    return dropped
