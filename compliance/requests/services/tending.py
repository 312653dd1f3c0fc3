"""What time does to requests: reminders once per step, proofs that never came, copies that end."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.access import queries as access
from accounts.access.rules import Role
from compliance.requests.models import Request
from compliance.requests.queries import clocks
from compliance.requests.rules.kinds import ERASING, PACKED
from compliance.requests.rules.states import OPEN, Act, State
from compliance.requests.services import moving, notices
from compliance.requests.services.copies import packing
from compliance.requests.services.erasure import approving
from compliance.requests.services.stores import earlier
from panel.kernel.actors import SYSTEM
from panel.outbound import services as outbound

PROVEN_WITHIN = timedelta(days=14)
# Days before the date at which officers hear of it; "late" goes to administrators too.
STEPS = ((7, "week"), (3, "days"), (1, "tomorrow"), (-1, "late"))


def tend(*, at: datetime) -> int:
    """Everything that is due; safe to run at any time. Returns how much was done."""
    done = approving.settle(at=at) + approving.try_again(at=at) + packing.expire(at=at) + earlier.sweep(at=at)
    for row in Request.objects.filter(state__in=[State.RECEIVED, State.VERIFYING], created_at__lt=at - PROVEN_WITHIN):
        done += _lapse(row.id, at)
    for row in Request.objects.filter(state__in=OPEN):
        done += _remind(row.id, at)
    go_on()
    return done


def go_on() -> None:
    """Whatever became of a job: what is being carried out has one. A job that runs or waits already is that one."""
    for row in Request.objects.filter(state=State.EXECUTING, kind__in=ERASING | PACKED):
        with transaction.atomic():
            (approving.start if row.kind in ERASING else packing.start)(row)


@transaction.atomic
def _lapse(request_id: UUID, at: datetime) -> int:
    """Nobody proved it. Says nothing about whether anything is known of the address."""
    row = moving.locked(request_id)
    if row.state not in {State.RECEIVED, State.VERIFYING} or row.source not in {"centre", "api"}:
        return 0
    row.contact_index = None
    moving.move(row, Act.LAPSE, actor=SYSTEM, at=at)
    earlier.forget(row, at)
    return 1


def step_of(days: int) -> str:
    """The reminder that is due with so many days left; "" for none yet."""
    return next((word for limit, word in reversed(STEPS) if days <= limit), "")


@transaction.atomic
def _remind(request_id: UUID, at: datetime) -> int:
    row = moving.locked(request_id)
    if row.state not in OPEN:
        return 0
    if row.paused_since is not None:
        row.due_on = clocks.due(row, at).day
    word = step_of(clocks.days_left(row, at))
    if not word or word == row.reminded:
        if row.paused_since is not None:
            row.save(update_fields=["due_on"])
        return 0
    row.reminded = word
    row.save(update_fields=["reminded", "due_on"])
    moving.tell(row, "reminded", actor=SYSTEM, at=at, detail={"step": word}, shown=False)
    for person in recipients(row, word, at):
        context = {
            "code": row.code, "due": row.due_on, "late": word == "late", "days": clocks.days_left(row, at),
            "link": notices.page_of_staff(row),
        }  # fmt: skip
        once = f"request:{row.id}:{word}:{person}"
        outbound.send_mail(actor=SYSTEM, template="request_due", to=person, context=context, at=at, once=once)
    return 1


def recipients(row: Request, word: str, at: datetime) -> set[UUID]:
    """Whoever works on it, else every privacy officer; what is late reaches administrators too."""
    found = {row.assignee} if row.assignee else access.holders(Role.PRIVACY_OFFICER, at)
    if word == "late":
        found |= access.holders(Role.PRIVACY_OFFICER, at) | access.holders(Role.ADMINISTRATOR, at)
    return {one for one in found if one}
