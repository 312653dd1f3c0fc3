"""Records that a hold may keep, and holds."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from accounts.approvals.models import Approval
from accounts.approvals.services import deciding
from accounts.people.models import User
from assistants.conversations.models import CallContent
from assistants.conversations.services import keeping
from compliance.holds.models import Hold
from compliance.holds.rules.scope import Kind, Line
from compliance.holds.services import placing, releasing
from compliance.subjects.services import naming
from panel.kernel import clock, ids
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.db import partitions
from tests.factories.people import actor_of

REASON = "The letter of a court of last week."
ASSISTANT = UUID("01890000-0000-7000-8000-00000000a551")


def fresh(user: User) -> Actor:
    return actor_of(user, fresh_at=timezone.now())


def make_subject(name: str = "mona") -> UUID:
    return naming.subject_for("email", f"{name}@example.test")


def said(
    subject: UUID, at: datetime, *, assistant: UUID = ASSISTANT, retention: str = "standard", text: bytes = b"hello"
) -> CallContent:
    """What somebody said at that instant, stored."""
    partitions.ensure(at.date(), at.date())
    call = ids.new_id(at)
    key = keeping.content_key(subject=subject, assistant=assistant)
    sealed = keyring.seal(key, text, table=keeping.TABLE, column=keeping.COLUMN, row=call)
    return CallContent.objects.create(
        retention=retention, day=at.date(), id=call, assistant=assistant, subject=subject, sealed=sealed
    )


def place(user: User, *lines: Line, reference: str = "M-1", at: datetime | None = None) -> Hold:
    wanted = placing.Wanted(reference, "Complaint of Mona", REASON, lines)
    return placing.place(actor=fresh(user), wanted=wanted, at=at or clock.now())


def hold_on(user: User, subject: UUID, *, reference: str = "M-1") -> Hold:
    return place(user, Line(Kind.SUBJECT, subject), reference=reference)


def approve(user: User, approval: Approval, at: datetime | None = None) -> None:
    deciding.approve(actor=fresh(user), approval=approval, seen=approval.digest, at=at or clock.now())


def release(asker: User, approver: User, hold: Hold) -> None:
    """Two people and the day in between."""
    hold.refresh_from_db()
    approve(approver, releasing.ask(actor=fresh(asker), hold=hold, reason=REASON, at=clock.now()))
    releasing.release_due(clock.now() + timedelta(hours=25))
