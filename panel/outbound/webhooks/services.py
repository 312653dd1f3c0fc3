"""Verbs of webhook endpoints, below the question who may: the pages and the API ask it first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from panel.journal import events as journal_events
from panel.journal import services as journal
from panel.journal.models import IndexEntry, Leaf
from panel.kernel import ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Conflict, Invalid, TooMany
from panel.outbound import hosts
from panel.outbound.guard.destination import parse
from panel.outbound.guard.errors import EgressError
from panel.outbound.models import Delivery, Endpoint
from panel.outbound.webhooks import wire
from panel.outbound.webhooks.rules import OVERLAP, SHOWN, TEST, Outcome, State, headers, new_secret
from panel.outbound.webhooks.sending import body_of, keys_of

MOST, PER_MINUTE = 50, 6


@dataclass(frozen=True, repr=False)
class Made:
    """`secret` is shown now and never again."""

    endpoint: Endpoint
    secret: str


@transaction.atomic
def create(*, actor: Actor, name: str, url: str, events: Iterable[str], at: datetime) -> Made:
    """An endpoint that hears of these events from now on. Raises Invalid, Conflict."""
    if Endpoint.objects.count() >= MOST:
        raise Conflict(_("There are %(n)s endpoints already, and that is the most.") % {"n": MOST})
    row = Endpoint(id=ids.new_id(at), created_at=at)
    row.key_id, secret = keyring.create("webhook", owners=(row.id,)), new_secret()
    _fill(row, name, url, events)
    row.secret, row.reached = secret, _head()
    row.save(force_insert=True)
    _tell("outbound.webhook.created", actor, row, at, host=row.host, events=len(row.events))
    return Made(row, secret)


@transaction.atomic
def change(
    *, actor: Actor, endpoint: Endpoint, name: str, url: str, events: Iterable[str], at: datetime, version: int = 0
) -> Endpoint:
    """`url` "" keeps the stored one; `version` is the one that was looked at. Raises Invalid, Conflict."""
    row = _locked(endpoint, version)
    _fill(row, name, url or str(row.url), events)
    row.save()
    _tell("outbound.webhook.changed", actor, row, at, host=row.host, events=len(row.events))
    return row


@transaction.atomic
def rotate(*, actor: Actor, endpoint: Endpoint, at: datetime) -> Made:
    """A new secret; for 24 hours both sign, so that the receiver can change over without losing anything. Meanwhile there is no
    other: a second one, such as by a repeated request, would end a secret that a receiver still checks with. Raises Conflict."""
    row, secret = _locked(endpoint), new_secret()
    if row.old_until is not None and row.old_until > at:
        raise Conflict(_("The secret before this one still signs. Make a new one a day after the last."))
    row.old_secret, row.old_until, row.secret = str(row.secret), at + OVERLAP, secret
    row.save()
    _tell("outbound.webhook.rotated", actor, row, at)
    return Made(row, secret)


@transaction.atomic
def pause(*, actor: Actor, endpoint: Endpoint, at: datetime) -> Endpoint:
    """Events go on being collected; nothing is sent."""
    row = _locked(endpoint)
    if row.state == State.ACTIVE:
        row.state = State.PAUSED
        row.save()
        _tell("outbound.webhook.paused", actor, row, at)
    return row


@transaction.atomic
def resume(*, actor: Actor, endpoint: Endpoint, at: datetime) -> Endpoint:
    """Send again, what was collected first. One that was switched off collected nothing since."""
    row = _locked(endpoint)
    if row.state != State.ACTIVE:
        if row.state == State.DISABLED:
            row.reached = _head()
        row.state, row.failing_since = State.ACTIVE, None
        row.save()
        _tell("outbound.webhook.resumed", actor, row, at)
    return row


@transaction.atomic
def delete(*, actor: Actor, endpoint: Endpoint, at: datetime) -> None:
    row = _locked(endpoint)
    _tell("outbound.webhook.deleted", actor, row, at, host=row.host)
    keyring.destroy(owner=row.id)
    row.delete()


@transaction.atomic
def replay(*, actor: Actor, delivery: Delivery, at: datetime) -> Delivery:
    """Send a delivery that was given up once more, under the same id. Raises Conflict."""
    row = Delivery.objects.select_for_update(of=("self",)).select_related("endpoint").get(id=delivery.id)
    if row.state != Outcome.DEAD:
        raise Conflict(_("Only what was given up can be sent again."))
    if row.endpoint.state != State.ACTIVE:
        raise Conflict(_("The endpoint does not send. Resume it first."))
    row.state, row.problem, row.tries, row.next_at, row.ended_at = Outcome.QUEUED, "", 0, at, None
    row.save()
    _tell("outbound.webhook.replayed", actor, row.endpoint, at, delivery=str(row.id))
    return row


def test(*, actor: Actor, endpoint: Endpoint, at: datetime) -> wire.Answer:
    """Send a test event now and wait at most eight seconds. Not repeated, not listed. Raises TooMany."""
    message, now = ids.new_id(), int(timezone.now().timestamp())
    minute = Leaf.objects.filter(event=TEST, object_id=endpoint.id, at__gt=at - timedelta(minutes=1))
    if minute.count() >= PER_MINUTE:
        raise TooMany(_("That is enough for now. Wait a minute."), retry_after=60)
    body = body_of({"type": TEST, "timestamp": at.isoformat(), "data": {"id": str(message)}})
    signed = headers(keys_of(endpoint, at), str(message), now, body)
    answer = wire.post(str(endpoint.url), signed, body, allowed=hosts.allowed(), timeout=8.0, read=SHOWN)
    with transaction.atomic():
        _tell(TEST, actor, endpoint, at, status=answer.status, problem=answer.problem)
    return answer


def _fill(row: Endpoint, name: str, url: str, events: Iterable[str]) -> None:
    faults, known, chosen = {}, journal_events.registered(), sorted(set(events))
    if not name.strip():
        faults["name"] = _("Give the endpoint a name.")
    if not chosen or any(one != "*" and one not in known for one in chosen):
        faults["events"] = _("Choose events from the list.")
    try:
        row.url = wire.vet(url.strip(), hosts.allowed())
        found = parse(str(row.url))
        row.host = f"{found.host}:{found.port}"
    except EgressError as error:
        faults["url"] = error.sentence
    if faults:
        raise Invalid(fields=faults)
    row.name, row.events = " ".join(name.split())[:80], ["*"] if "*" in chosen else chosen


def _locked(endpoint: Endpoint, version: int = 0) -> Endpoint:
    row = Endpoint.objects.select_for_update().get(id=endpoint.id)
    if version and version != row.version:
        raise Conflict(_("Somebody changed this endpoint meanwhile. Load it again."))
    row.version += 1
    return row


def _head() -> int:
    found: int | None = IndexEntry.objects.aggregate(head=Max("sequence"))["head"]
    return -1 if found is None else found


def _tell(event: str, actor: Actor, row: Endpoint, at: datetime, **detail: str | int) -> None:
    journal.record(event, actor=actor, obj=row, detail=detail, at=at)
