"""Recurring reviews: a rule begins one campaign for each of its days; never two for one day, and none is lost."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.reviews.models import Campaign, Recurring
from compliance.reviews.rules.permits import MANAGE
from compliance.reviews.rules.recurring import Every, due, slot
from compliance.reviews.services.campaigns import Wanted, check, make
from panel.journal import services as journal
from panel.kernel import ids
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.errors import Invalid

COPIED = ("scope", "reviewers", "reviewer_id", "second_id", "default", "made_by_kind", "made_by_id")


@transaction.atomic
def add(*, actor: Actor, wanted: Wanted, every: int, first_at: datetime, days_open: int, at: datetime) -> Recurring:
    """Raises Forbidden, NeedsFreshFactor, Invalid."""
    access.require(actor, MANAGE)
    check(wanted)
    if every not in set(Every):
        raise Invalid(fields={"every": _("Choose how often.")})
    if not 1 <= days_open <= 180:
        raise Invalid(fields={"days_open": _("From 1 to 180 days.")})
    if first_at < at - timedelta(days=1):
        raise Invalid(fields={"first_at": _("This day has passed. Choose one after today.")})
    row = Recurring(id=ids.new_id(at), every=every, first_at=first_at, next_at=first_at, days_open=days_open)
    for name, value in wanted.fields(actor, at).items():
        setattr(row, name, value)
    row.save(force_insert=True)
    detail = {"scope": row.scope, "every": every, "first_at": first_at.isoformat(), "days_open": days_open}
    journal.record("reviews.rule.added", actor=actor, obj=row, detail=detail, at=at)
    return row


@transaction.atomic
def end(*, actor: Actor, rule: Recurring, at: datetime) -> Recurring:
    """No more campaigns; those that run go on. Again does nothing. Raises Forbidden, NeedsFreshFactor."""
    access.require(actor, MANAGE)
    row = Recurring.objects.select_for_update().get(id=rule.id)
    if row.ended_at is None:
        row.ended_at, row.next_at = at, None
        row.save()
        journal.record("reviews.rule.ended", actor=actor, obj=row, at=at)
    return row


def begin_due(at: datetime) -> int:
    """Begin what is due; how many. The rule's row is locked and counts up in the transaction that makes the campaign, and
    (rule, number) is unique, so that two workers at once begin one."""
    done = 0
    for rule in Recurring.objects.filter(next_at__lte=at).order_by("id"):
        with transaction.atomic():
            row = Recurring.objects.select_for_update(skip_locked=True).filter(id=rule.id, next_at__lte=at).first()
            if row is not None:
                done += len(_begin(row, at))
    return done


def _begin(row: Recurring, at: datetime) -> list[Campaign]:
    made = []
    for number, moment in due(row.first_at, row.every, row.begun, at):
        fields = {name: getattr(row, name) for name in COPIED}
        fields |= {"made_at": at, "name": f"{row.name}, {date_format(moment, 'F Y')}"[:120]}
        due_at = at + timedelta(days=row.days_open)
        made.append(make(actor=SYSTEM, fields=fields, due_at=due_at, at=at, rule=row, number=number))
        row.begun = number + 1
    row.next_at = slot(row.first_at, row.every, row.begun)
    row.save(update_fields=["begun", "next_at"])
    return made
