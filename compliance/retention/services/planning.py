"""From the schedule to an approved run: what would go, who must agree, when it begins."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from accounts.approvals.models import Approval
from accounts.approvals.services import asking
from compliance.retention import queries
from compliance.retention.models import Rule, Run
from compliance.retention.rules import permits, states, stores
from compliance.retention.rules.classes import COOLING
from compliance.retention.rules.states import Act, State
from compliance.retention.rules.stores import Asked
from panel.journal import services as journal
from panel.kernel import ids, jobs
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict
from panel.kernel.registries import deletion
from panel.kernel.steps import NotListedError

APPROVE, JOB = "retention.run", "retention.run"
LARGE_SHARE, LARGE_COUNT = 0.5, 1000
"""A run that would delete more than half of a class, and more than a few, needs a second look."""
STALE = timedelta(hours=24)


class NotPossible(Conflict):
    """The run is in another state."""

    code = "retention_not_possible"


class OneRuns(Conflict):
    """One run at a time."""

    code = "retention_one_runs"


def begin(*, actor: Actor, reason: str, at: datetime, slot: datetime | None = None) -> Run | None:
    """Make a run and look what it would do; what needs nobody's word begins by itself. None when the slot has its run.

    Raises Forbidden, OneRuns, Stopped."""
    if actor.kind not in {"system", "console"}:
        access.require(actor, permits.MANAGE)
    deletion.require_running()
    try:
        with transaction.atomic():
            run = Run(id=ids.new_id(at), reason=reason, slot=slot, made_at=at, as_of=at, salt=secrets.token_bytes(32))
            run.by_kind, run.by_id = actor.kind, actor.id
            if Run.objects.select_for_update().unfinished().exists():
                raise OneRuns(_("A run is under way. Finish or stop it first."))
            run.save(force_insert=True)
            look(actor=actor, run=run, at=at)
    except IntegrityError:
        return None
    return run


def look(*, actor: Actor, run: Run, at: datetime) -> None:
    """Preview by the question that the run itself asks, in the caller's transaction; approve what needs nobody."""
    moved(run, Act.PREVIEW)
    run.as_of = at
    run.rules, run.preview = queries.rules_in_force(at), preview(at)
    run.needs = needs(run.preview)
    run.approved_at = run.begins_at = None
    run.save()
    detail = {"due": total(run, "due"), "held": total(run, "held"), "needs": sorted({one["why"] for one in run.needs})}
    journal.record("retention.run.previewed", actor=actor, obj=run, detail=detail, at=at)
    if not run.needs:
        agreed(actor=actor, run=run, at=at, begins_at=at)


def preview(at: datetime) -> list[dict[str, Any]]:
    """Per class and store: what a run at this instant would do."""
    found = []
    for asked, store in pairs(queries.rules_in_force(at), at):
        units = store.due(asked)
        due = sum(one.due for one in units)
        oldest = min((one.oldest for one in units if one.oldest and one.due), default=None)
        found.append(
            {
                "rule": asked.name,
                "store": store.name,
                "days": asked.days,
                "due": due,
                "large": due >= LARGE_COUNT and due > LARGE_SHARE * store.size(asked),
                "held": sum(one.held for one in units),
                "units": len(units),
                "oldest": oldest.isoformat() if oldest else None,
            }
        )
    return found


def pairs(rules: Sequence[dict[str, Any]], at: datetime) -> list[tuple[Asked, stores.Store]]:
    """Each class with each store of its category, in a fixed order."""
    return [
        (Asked(one["name"], one["days"], at, one["default"]), store)
        for one in rules
        for store in stores.of(one["category"])
    ]


def needs(found: Sequence[dict[str, Any]]) -> list[dict[str, str]]:
    """Why two people must agree: first runs of a class, and runs that take more than half of one."""
    proved = set(Rule.objects.filter(proved_at__isnull=False).values_list("name", flat=True))
    why: list[dict[str, str]] = []
    for one in found:
        if one["due"] and one["rule"] not in proved:
            why.append({"rule": one["rule"], "why": "first"})
        elif one["large"]:
            why.append({"rule": one["rule"], "why": "large"})
    return why


def total(run: Run, name: str) -> int:
    return sum(cast("int", one[name]) for one in run.preview)


def ask(*, actor: Actor, run: Run, reason: str, at: datetime) -> Approval:
    """Ask that a second person agrees with exactly this preview. Raises Forbidden, Invalid, NotPossible."""
    access.require(actor, permits.MANAGE)
    if State(run.state) is not State.PREVIEWED:
        raise NotPossible(_("Only a run that waits for approval can be approved."))
    if at - run.as_of > STALE:
        raise NotPossible(_("This preview is older than a day. Look again first."))
    effect = {"run": str(run.id), "preview": queries.digest(run)}
    return asking.ask(actor=actor, kind=APPROVE, obj=run.journal_ref, effect=effect, reason=reason, at=at)


@transaction.atomic
def approve(*, actor: Actor, run: Run, at: datetime, begins_at: datetime | None = None) -> None:
    """For the approval, in its transaction: it begins after a day, in which everybody may stop it."""
    row = Run.objects.select_for_update().get(id=run.id)
    agreed(actor=actor, run=row, at=at, begins_at=begins_at or at + COOLING)


def agreed(*, actor: Actor, run: Run, at: datetime, begins_at: datetime) -> None:
    if not moved(run, Act.APPROVE):
        return
    run.approved_at, run.begins_at = at, begins_at
    run.save(update_fields=["state", "approved_at", "begins_at"])
    detail = {"begins_at": begins_at.isoformat(), "due": total(run, "due")}
    journal.record("retention.run.approved", actor=actor, obj=run, detail=detail, at=at)
    if begins_at <= at:
        jobs.start("retention.run", actor=actor, key=str(run.id), about=run.journal_ref, of=run.id)


def look_again(*, actor: Actor, run: Run, at: datetime) -> Run:
    """Preview anew, from now. Raises Forbidden, NotPossible."""
    access.require(actor, permits.MANAGE)
    with transaction.atomic():
        row = Run.objects.select_for_update().get(id=run.id)
        if State(row.state) not in {State.SCHEDULED, State.PREVIEWED, State.APPROVED}:
            raise NotPossible(_("It has begun."))
        look(actor=actor, run=row, at=at)
    return row


def moved(row: Run, act: Act) -> bool:
    """Take a step; False for a repeat. Raises NotPossible."""
    state = State(row.state)
    if states.is_repeat(state, act):
        return False
    try:
        row.state = states.step(state, act)
    except NotListedError:
        words = {"state": states.WORDS[state]}
        raise NotPossible(_("This is not possible: the run is in the state “%(state)s”.") % words) from None
    return True
