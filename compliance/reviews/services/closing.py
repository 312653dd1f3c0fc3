"""The end of a campaign: by hand when all is decided, by itself at the due date; then it is sealed and cannot change."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.access import services as access
from compliance.reviews.models import Campaign, Item
from compliance.reviews.rules.permits import MANAGE
from compliance.reviews.rules.populations import Acting
from compliance.reviews.rules.states import GRACE, Act, Default, Step, reminder
from compliance.reviews.rules.states import Campaign as State
from compliance.reviews.services import letters
from compliance.reviews.services.campaigns import NotPossible, moved
from compliance.reviews.services.deciding import Word, settle
from compliance.reviews.services.reports import campaign as reports
from compliance.reviews.services.reviewers import Picker
from panel.journal import services as journal
from panel.kernel import ids, jobs
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.errors import Refusal
from panel.kernel.jobs import Run

CLOSE = "reviews.close"
BATCH = 100


@transaction.atomic
def close(*, actor: Actor, campaign: Campaign, at: datetime) -> Campaign:
    """Begin to close: everything must be decided. Again does nothing. Raises Forbidden, NotPossible."""
    access.require(actor, MANAGE)
    row = Campaign.objects.select_for_update().get(id=campaign.id)
    if row.state in {State.CLOSING, State.CLOSED}:
        return row
    if row.state == State.OPEN and row.items.waiting().exists():
        raise NotPossible(_("Not everything is decided. What is open at the due date is decided by itself."))
    return _begin(row, actor, at)


def _begin(row: Campaign, actor: Actor, at: datetime) -> Campaign:
    row.state = moved(row, Step.CLOSE)
    row.closed_by_kind, row.closed_by_id = actor.kind, actor.id
    row.save()
    journal.record("reviews.campaign.closing", actor=actor, obj=row, at=at)
    jobs.start("reviews.close", actor=actor, key=str(row.id), once=True, about=row.journal_ref, campaign=row.id)
    return row


def tick(at: datetime) -> None:
    """Each minute: reminders whose time has come, and campaigns whose time is over."""
    for campaign in Campaign.objects.filter(state=State.OPEN).order_by("id"):
        with transaction.atomic():
            row = Campaign.objects.select_for_update(skip_locked=True).filter(id=campaign.id, state=State.OPEN).first()
            if row is not None:
                _tick(row, at)


def _tick(row: Campaign, at: datetime) -> None:
    step = reminder(row.due_at, at)
    if step:
        letters.reminded(row, step, at)
    elif row.due_at > at:
        return
    elif row.default == Default.ESCALATE and row.escalated_at is None and row.items.waiting().exists():
        escalate(row, at)
    else:
        _begin(row, SYSTEM, at)


def escalate(row: Campaign, at: datetime) -> None:
    """What is open goes to administrators, for a week more."""
    picker = Picker(row, at)
    for item in row.items.waiting().select_for_update():
        chosen, _picked = picker.administrator(picker.known.behind(item.holder))
        item.reviewer_id, item.escalated = chosen or item.reviewer_id, True
        item.save(update_fields=["reviewer_id", "escalated"])
    row.due_at, row.escalated_at = at + GRACE, at
    row.save()
    journal.record(
        "reviews.campaign.escalated", actor=SYSTEM, obj=row, detail={"due_at": row.due_at.isoformat()}, at=at
    )
    letters.escalated(row, at)


def finish(*, run: Run, campaign_id: UUID, at: datetime) -> None:
    """The job's body: what nobody decided, batch by batch; then count, compare, sign and seal in one transaction."""
    campaign = Campaign.objects.get(id=campaign_id)
    if campaign.state != State.CLOSING:
        return
    act, batch = (Act.KEEP if campaign.default == Default.KEEP else Act.REVOKE), ids.new_id(at)
    total = campaign.items.waiting().count()
    done = 0
    while rows := list(campaign.items.waiting().order_by("place", "id")[:BATCH]):
        with transaction.atomic():
            for row in rows:
                _by_default(campaign, row.id, Word(act, batch=batch, size=total), at)
        done += len(rows)
        run.progress(done, total, gettext_noop("Decided by themselves"), unit=gettext_noop("rights"))
    _seal(run, campaign_id, at)


def _by_default(campaign: Campaign, item_id: UUID, word: Word, at: datetime) -> None:
    """What cannot be taken (a last owner, a last administrator) is kept, and stands among the exceptions."""
    row = Item.objects.select_for_update().get(id=item_id)
    acting = Acting(SYSTEM, row, "", at)
    try:
        with transaction.atomic():
            settle(campaign, row, acting, word, by_default=True)
    except Refusal as refusal:
        row = Item.objects.get(id=item_id)
        row.exception = refusal.code[:40]
        settle(
            campaign,
            row,
            Acting(SYSTEM, row, "", at),
            Word(Act.KEEP, batch=word.batch, size=word.size),
            by_default=True,
        )


def _seal(run: Run, campaign_id: UUID, at: datetime) -> None:
    run.progress(0, None, gettext_noop("Writing the report"))
    with transaction.atomic():
        row = Campaign.objects.select_for_update().get(id=campaign_id)
        if row.state != State.CLOSING:
            return
        row.state, row.closed_at = moved(row, Step.SEAL), at
        actor = Actor(row.closed_by_kind, row.closed_by_id)  # type: ignore[arg-type]  # as it was stored
        report = reports.make(actor=actor, campaign=row, at=at)
        row.save()
        detail = {"count": row.count, "digest": row.digest, "report": str(report.bundle_id)}
        journal.record("reviews.campaign.closed", actor=actor, obj=row, detail=detail, at=at)
        run.result(*report.journal_ref)
