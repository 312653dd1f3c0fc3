"""Erasing: asked by one officer, approved by somebody else of exactly what the preview shows, done by a job.

The ledger is written before the first act. Each store is one transaction with its verdict, so that a killed job goes on where it
was; what a hold keeps is done when the hold ends. Only a search that finds nothing makes it "answered".
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.approvals.models import Approval
from accounts.approvals.rules.states import Act as Word
from accounts.approvals.rules.states import State as Answer
from accounts.approvals.services import asking, closing
from compliance.requests.models import Erasure, Request, Verdict
from compliance.requests.queries import previews, reading
from compliance.requests.queries.previews import Preview
from compliance.requests.rules import permits
from compliance.requests.rules.kinds import ERASING, Kind
from compliance.requests.rules.states import Act, State
from compliance.requests.rules.stores import Outcome
from compliance.requests.services import moving
from compliance.requests.services.reader import places
from compliance.requests.services.stores import every
from panel.kernel import ids, jobs
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.errors import Conflict

KIND = "requests.erase"


class LastAdministrator(Conflict):
    code = "request_last_administrator"


def preview_of(row: Request) -> Preview:
    """What is held of the person now. Raises Conflict when nobody is proven."""
    if row.subject_id is None:
        raise Conflict(_("Nobody is proven yet."))
    return previews.preview(reading.person_of(row), every.of(row.kind))


def ask(*, actor: Actor, request: Request, reason: str, at: datetime) -> Approval:
    """Ask that a second person approves the erasure as the preview shows it. Raises Forbidden, Invalid, NotPossible."""
    access.require(actor, permits.HANDLE)
    with moving.tried("ask", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        if row.kind not in ERASING or row.subject_id is None:
            raise moving.NotPossible(_("This request erases nothing."))
        _require_somebody_left(row, at)
        found = preview_of(row)
        effect = {"request": str(row.id), "preview": found.digest, "items": found.goes, "held": found.held}
        effect["exempt"] = found.exempt
        asked = asking.ask(actor=actor, kind=KIND, obj=row.journal_ref, effect=effect, reason=reason, at=at)
        if row.state == State.AWAITING and row.approval_id == asked.id:
            return asked
        row.approval_id = asked.id
        moving.move(row, Act.ASK, actor=actor, at=at, detail={"preview": found.digest, "items": found.goes})
        return asked


def _require_somebody_left(row: Request, at: datetime) -> None:
    users = reading.person(row.subject_id).users if row.subject_id and row.kind == Kind.DELETION else ()
    if users and reading.is_last_administrator(users, at):
        raise LastAdministrator(_("This is the last administrator. Make somebody else administrator first."))


def current(effect: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that an approval stands on: the preview as it is now, and whether the request still waits for it."""
    row = reading.get(UUID(effect["request"]))
    if row is None or row.subject_id is None:
        return {"preview": "", "state": ""}
    return {"preview": preview_of(row).digest, "waits": row.state in {State.WORKING, State.AWAITING}}


def begin(approval: Approval, at: datetime) -> None:
    """In the transaction of the last approval: the ledger, then the job. A withdrawal that came first wins."""
    row = moving.locked(UUID(approval.effect["request"]))
    if row.state != State.AWAITING or row.approval_id != approval.id:
        raise moving.NotPossible(_("This request does not wait for an approval any more."))
    moving.move(row, Act.APPROVE, actor=approval.actor, at=at, detail={"preview": approval.effect["preview"]})
    enter_ledger(row, at)
    start(row)


def enter_ledger(row: Request, at: datetime) -> None:
    """Whose data goes, written before anything does. Again adds what is missing."""
    person = reading.person(row.subject_id) if row.subject_id else None
    if person is None or row.kind not in ERASING:
        raise moving.NotPossible(_("This request erases nothing."))
    known = set(row.erasures.values_list("of", flat=True))
    scopes = [("subject", one) for one in person.subjects]
    if row.kind == Kind.DELETION:
        scopes += [("account", one) for one in person.users]
    Erasure.objects.bulk_create(
        [Erasure(id=ids.new_id(), request=row, scope=scope, of=of, at=at) for scope, of in scopes if of not in known]
    )
    moving.tell(row, "ledger", actor=SYSTEM, at=at, detail={"entries": len(scopes)}, shown=False)


def start(row: Request) -> None:
    jobs.start("requests.erase", actor=SYSTEM, key=str(row.id), about=row.journal_ref, request=row.id)


def retry(*, actor: Actor, request: Request, at: datetime) -> Request:
    """Try again what failed, could not be reached or was held. Raises Forbidden, NotPossible."""
    if actor != SYSTEM:
        access.require(actor, permits.HANDLE)
    with moving.tried("retry", actor, request, at), transaction.atomic():
        row = moving.locked(request.id)
        if moving.may(row, Act.RETRY):
            moving.move(row, Act.RETRY, actor=actor, at=at, shown=False)
            start(row)
        return row


@transaction.atomic
def resume(at: datetime) -> None:
    """Holds were released: what was put off because of one goes on by itself."""
    for row in Request.objects.filter(state=State.PARTIAL, verdicts__outcome="held").distinct():
        retry(actor=SYSTEM, request=row, at=at)


AGAIN, LONGEST = timedelta(minutes=15), timedelta(days=1)


def try_again(*, at: datetime) -> int:
    """What was away or failed kept an erasure from ending: it goes on by itself, each time after twice as long, at least once
    a day. A place that is known to be out of reach is nothing to wait for: an officer ends it. Returns how many."""
    out = [f"search.{one}" for one in places.blind()]
    away = Verdict.objects.filter(outcome__in=[Outcome.UNREACHABLE, Outcome.FAILED], request__state=State.PARTIAL)
    due = {
        one.request_id for one in away.exclude(store__in=out) if one.at + min(AGAIN * 2 ** min(one.tries - 1, 10), LONGEST) <= at
    }  # fmt: skip
    for row in Request.objects.filter(id__in=due):
        retry(actor=SYSTEM, request=row, at=at)
    return len(due)


def settle(*, at: datetime) -> int:
    """Send back what waits for an approval that was refused, overtaken or never given; close approvals of what was
    withdrawn. Returns how many."""
    done = 0
    for row in Request.objects.filter(state=State.AWAITING):
        done += _send_back(row.id, at)
    for row in Request.objects.filter(state=State.WITHDRAWN, approval_id__isnull=False):
        done += _close(row.approval_id, at) if row.approval_id else 0
    return done


@transaction.atomic
def _send_back(request_id: UUID, at: datetime) -> int:
    row = moving.locked(request_id)
    found = Approval.objects.filter(id=row.approval_id).first() if row.approval_id else None
    if row.state != State.AWAITING or (found and found.state == Answer.OPEN and found.expires_at > at):
        return 0
    moving.move(row, Act.SEND_BACK, actor=SYSTEM, at=at, detail={"why": found.state if found else "gone"}, shown=False)
    return 1


@transaction.atomic
def _close(approval_id: UUID, at: datetime) -> int:
    found = Approval.objects.select_for_update().filter(id=approval_id, state=Answer.OPEN).first()
    if found is None:
        return 0
    closing.close(found, Word.OVERTAKE, actor=SYSTEM, at=at)
    return 1
