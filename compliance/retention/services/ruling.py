"""Changing how long something is kept: longer at once, shorter with a second person and a day to stop it."""

import re
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.approvals.models import Approval
from accounts.approvals.services import asking
from compliance.retention import queries
from compliance.retention.models import Choice, Rule
from compliance.retention.rules import classes, permits
from compliance.retention.rules.classes import Category
from panel.journal import services as journal
from panel.kernel.actors import Actor
from panel.kernel.db import epochs, partitions
from panel.kernel.errors import Conflict, Invalid
from panel.kernel.models import RetentionClass

SHORTEN = "retention.shorten"


class Changed(Conflict):
    """Somebody else changed it meanwhile."""

    code = "changed"


def checked(category: str, days: object) -> int:
    """The days as a number. Raises Invalid that names the bound."""
    floor, ceiling = queries.bounds(category)
    if sentence := classes.problem(days, floor, ceiling):
        raise Invalid(fields={"days": sentence})
    return int(days)  # type: ignore[call-overload,no-any-return]


def make(*, actor: Actor, name: str, days: object, at: datetime) -> Rule:
    """A new class of what is said, for assistants to choose. Raises Forbidden, Invalid."""
    access.require(actor, permits.MANAGE)
    if not re.fullmatch(classes.NAME, name) or name in classes.RESERVED:
        raise Invalid(fields={"name": _("Small letters, digits and _, at most 24, beginning with a letter.")})
    period = checked(Category.CONTENT, days)
    with transaction.atomic():
        epochs.lock("retention.classes")
        if Rule.objects.count() >= classes.CLASSES_AT_MOST:
            raise Invalid(fields={"name": _("There are at most %(n)s classes.") % {"n": classes.CLASSES_AT_MOST}})
        try:
            with transaction.atomic():
                made = Rule.objects.create(name=name, category=Category.CONTENT, days=period, changed_at=at)
                RetentionClass.objects.create(name=name, days=period)
        except IntegrityError:
            raise Invalid(fields={"name": _("There is a class with this name already.")}) from None
        partitions.ensure(at.date(), at.date() + timedelta(days=partitions.AHEAD_DAYS))
        detail = {"class": name, "days": period, "category": Category.CONTENT.value}
        journal.record("retention.class.made", actor=actor, detail=detail, at=at)
    return made


def change(
    *, actor: Actor, rule: Rule, days: object, revision: int, reason: str, at: datetime
) -> tuple[Rule, Approval | None]:
    """Keep a class longer (at once) or shorter (asked of a second person). Raises Forbidden, Invalid, Changed."""
    access.require(actor, permits.MANAGE)
    wanted = checked(rule.category, days)
    with transaction.atomic():
        row = Rule.objects.select_for_update().get(name=rule.name)
        if row.revision != revision:
            raise Changed(_("Somebody changed this class meanwhile. Look at it again."))
        now = queries.period(row, at)
        if wanted < now:
            return row, _asked(actor, row, wanted, reason, at)
        _settle(row, at)
        if wanted != row.days or row.pending_days is not None:
            _set(actor, row, wanted, None, at)
    return row, None


def _asked(actor: Actor, row: Rule, days: int, reason: str, at: datetime) -> Approval:
    effect = {"rule": row.name, "days": days}
    return asking.ask(actor=actor, kind=SHORTEN, obj=None, effect=effect, reason=reason, at=at)


def shorten(*, actor: Actor, name: str, days: int, at: datetime) -> Rule:
    """For the approval, in its transaction: it counts after a day. Raises Invalid."""
    row = Rule.objects.select_for_update().get(name=name)
    checked(row.category, days)
    _settle(row, at)
    if days < row.days:
        _set(actor, row, days, at + classes.COOLING, at)
    return row


def _settle(row: Rule, at: datetime) -> bool:
    """Make a shortening whose day is over the period itself."""
    if row.pending_days is None or row.pending_at is None or at < row.pending_at:
        return False
    row.days, row.pending_days, row.pending_at = row.pending_days, None, None
    return True


def _set(actor: Actor, row: Rule, days: int, when: datetime | None, at: datetime) -> None:
    before = row.days
    if when is None:
        row.days, row.pending_days, row.pending_at = days, None, None
    else:
        row.pending_days, row.pending_at = days, when
    _saved(row, at)
    detail = {"class": row.name, "before": before, "days": days, "from": (when or at).isoformat()}
    journal.record("retention.class.changed", actor=actor, detail=detail, at=at)


def _saved(row: Rule, at: datetime) -> None:
    row.revision, row.changed_at = row.revision + 1, at
    row.save()
    RetentionClass.objects.filter(name=row.name).update(days=row.days)


def settle(at: datetime) -> None:
    """Let shortenings count whose day is over. Safe to repeat."""
    with transaction.atomic():
        for row in Rule.objects.select_for_update().filter(pending_at__lte=at):
            if _settle(row, at):
                _saved(row, at)


def choose(*, actor: Actor, assistant: UUID, rule: str, at: datetime) -> Choice | None:
    """An assistant's class of what is said to it; "" goes back to the default. What is stored already keeps its class.
    Whoever calls has asked for the right to edit the assistant. Raises Invalid."""
    with transaction.atomic():
        if not rule:
            Choice.objects.filter(assistant=assistant, category=Category.CONTENT).delete()
            made = None
        else:
            allowed = dict(queries.choices(Category.CONTENT, at))
            if rule not in allowed:
                most = max(allowed.values())
                told = _("Choose a class of at most %(days)s, as the default.") % {"days": classes.spelled(most)}
                raise Invalid(fields={"rule": told})
            made, _new = Choice.objects.update_or_create(
                assistant=assistant, category=Category.CONTENT, defaults={"rule_id": rule, "changed_at": at}
            )
        detail = {"class": rule or "default", "category": Category.CONTENT.value}
        journal.record("retention.class.chosen", actor=actor, obj=("assistant", assistant), detail=detail, at=at)
    return made
