"""The organisation's own deadlines and days off. Open requests get their dates anew."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from compliance.requests.models import Clock, Holiday, Request
from compliance.requests.queries import clocks
from compliance.requests.rules import deadlines, permits
from compliance.requests.rules.states import OPEN
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.errors import Invalid, Missing


@transaction.atomic
def settle(
    *, actor: Actor, name: str, answer: int, extension: int, acknowledge: int, rolls: bool, pauses: bool, at: datetime
) -> Clock:
    """Other numbers for a regime. Raises Forbidden, Missing, Invalid."""
    access.require(actor, permits.SETTLE)
    if name not in deadlines.DEFAULTS:
        raise Missing(_("There is no such law here."))
    values = {
        "answer": answer, "extension": extension, "acknowledge": acknowledge, "rolls": rolls, "pauses": pauses,
    }  # fmt: skip
    try:
        deadlines.settled(deadlines.DEFAULTS[name], **values)  # type: ignore[arg-type]
    except ValueError:
        raise Invalid(fields={"answer": _("A period has 1 to 400 days or months.")}) from None
    row, _made = Clock.objects.update_or_create(name=name, defaults={**values, "changed_at": at})
    journal.record("requests.regime.changed", actor=actor, detail={"name": name, **values}, at=at)
    again(at)
    return row


@transaction.atomic
def add_holiday(*, actor: Actor, day: date, name: str, at: datetime) -> Holiday:
    """A day off; again changes its name. Raises Forbidden, Invalid."""
    access.require(actor, permits.SETTLE)
    name = " ".join(name.split())
    if not 1 <= len(name) <= 80:
        raise Invalid(fields={"name": _("Give it a name of at most 80 characters.")})
    row, _made = Holiday.objects.update_or_create(day=day, defaults={"name": name})
    journal.record("requests.holiday.added", actor=actor, detail={"day": day.isoformat()}, at=at)
    again(at)
    return row


@transaction.atomic
def remove_holiday(*, actor: Actor, day: date, at: datetime) -> None:
    """Again does nothing. Raises Forbidden."""
    access.require(actor, permits.SETTLE)
    if Holiday.objects.filter(day=day).delete()[0]:
        journal.record("requests.holiday.removed", actor=actor, detail={"day": day.isoformat()}, at=at)
        again(at)


def again(at: datetime) -> int:
    """Write the dates of open requests anew; returns how many moved."""
    moved = 0
    for row in Request.objects.select_for_update().filter(state__in=OPEN):
        day = clocks.due(row, at).day
        if day != row.due_on:
            row.due_on = day
            row.save(update_fields=["due_on"])
            moved += 1
    return moved
