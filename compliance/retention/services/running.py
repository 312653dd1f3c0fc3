"""Carrying out an approved run, step by step. Each step is one transaction: what goes and its line, or nothing.

A killed worker leaves whole steps only; the next one asks the stores what is still due and goes on. The run's row is locked
in each step, so that stopping takes effect between two of them and no two workers do the same.
"""

import random
import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import OperationalError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from accounts.access import services as access
from compliance.retention import queries
from compliance.retention.models import Rule, Run, Step
from compliance.retention.rules import merkle, permits
from compliance.retention.rules.states import Act, State
from compliance.retention.rules.stores import Asked, Store, Unit
from compliance.retention.services import manifest
from compliance.retention.services.planning import JOB, NotPossible, look, moved, pairs
from panel.journal import services as journal
from panel.kernel import ids, jobs
from panel.kernel.actors import Actor
from panel.kernel.errors import Conflict, Refusal
from panel.kernel.jobs import Run as Work
from panel.kernel.models import Job
from panel.kernel.registries import deletion

TRIES, LOCK_NOT_AVAILABLE = 40, "55P03"
LEAVES_AT_MOST = 100_000


class Changed(Conflict):
    """A rule changed since the preview."""

    code = "retention_changed"


class _OvertakenError(Exception):
    """Another worker did the rest."""


def carry_out(*, work: Work, run_id: UUID, at: Callable[[], datetime]) -> None:
    """The job's body. Raises Refusals, which end the job; the run then says why."""
    try:
        run = _begun(work.actor, run_id, at())
        if run is None:
            return
        if run.state == State.RUNNING:
            _purge(work, run, at)
        _finish(work, run_id, at())
    except _OvertakenError:
        return
    except Refusal as refusal:
        _failed(work.actor, run_id, refusal.sentence, at())
        raise


@transaction.atomic
def _begun(actor: Actor, run_id: UUID, at: datetime) -> Run | None:
    """The run, under way; None when there is nothing to do. Raises Changed, NotPossible."""
    run = Run.objects.select_for_update().get(id=run_id)
    if State(run.state) in {State.COMPLETED, State.DEFERRED, State.PREVIEWED}:
        return None
    if run.state == State.APPROVED and run.rules != queries.rules_in_force(at):
        look(actor=actor, run=run, at=at)
        if run.needs:
            return None
    if run.begins_at is None or run.begins_at > at:
        raise NotPossible(_("It begins later."))
    if moved(run, Act.BEGIN):
        run.began_at = at
        run.save(update_fields=["state", "began_at"])
        detail = {"as_of": run.as_of.isoformat()}
        journal.record("retention.run.begun", actor=actor, obj=run, detail=detail, at=at)
    return run


def _purge(work: Work, run: Run, at: Callable[[], datetime]) -> None:
    plan = [(asked, store, unit) for asked, store in pairs(run.rules, run.as_of) for unit in store.due(asked)]
    for number, (asked, store, unit) in enumerate(plan):
        told = gettext_noop("Deleting %(part)s of the class %(rule)s")
        work.progress(number, len(plan), told, unit=gettext_noop("steps"), part=unit.key, rule=asked.name)
        more = True
        while more:
            more = _patiently(work, run, asked, store, unit, at)
    work.progress(len(plan), len(plan), gettext_noop("Checking that nothing is left"))


def _patiently(work: Work, run: Run, asked: Asked, store: Store, unit: Unit, at: Callable[[], datetime]) -> bool:
    """One step; a lock that others hold is waited for outside of the transaction, so that nobody queues behind it."""
    for tried in range(TRIES):
        try:
            with transaction.atomic():
                return _step(work, run, asked, store, unit, at())
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != LOCK_NOT_AVAILABLE or tried + 1 == TRIES:
                raise
            work.check()
            time.sleep(min(0.05 * 2**tried, 2.0) * random.uniform(0.5, 1))  # noqa: S311 - a pause, no secret
    return False


def _step(work: Work, run: Run, asked: Asked, store: Store, unit: Unit, at: datetime) -> bool:
    row = Run.objects.select_for_update().only("state").get(id=run.id)
    _require_mine(row)
    if row.state != State.RUNNING:
        raise NotPossible(_("Somebody stopped this run."))
    deletion.require_running()
    gone = store.purge(unit.key, asked)
    hashes = [merkle.leaf(bytes(run.salt), one) for one in gone.ids]
    parts = Step.objects.filter(run=run, rule=asked.name, store=store.name, unit=unit.key)
    Step.objects.create(
        id=ids.new_id(at), run=run, rule=asked.name, store=store.name, unit=unit.key, part=parts.count(),
        gone=len(hashes), root=merkle.root(hashes), leaves=b"".join(hashes) if len(hashes) <= LEAVES_AT_MOST else b"",
        held=[[str(one), str(hold)] for one, hold in gone.held[:LEAVES_AT_MOST]], held_count=len(gone.held),
        dropped=gone.dropped, done=not gone.more, at=at,
    )  # fmt: skip
    work.checkpoint({"steps": (work.checkpointed or {}).get("steps", 0) + 1})
    if gone.last:
        gone.last()
    return gone.more


def _require_mine(run: Run) -> None:
    if State(run.state) in {State.VERIFYING, State.COMPLETED, State.DEFERRED}:
        raise _OvertakenError


def _finish(work: Work, run_id: UUID, at: datetime) -> None:
    """Search again with the question of the preview; then the manifest, once."""
    with transaction.atomic():
        run = Run.objects.select_for_update().get(id=run_id)
        if run.state != State.VERIFYING:
            _require_mine(run)
        moved(run, Act.VERIFY)
        run.save(update_fields=["state"])
    left = {
        f"{asked.name} {store.name}": count
        for asked, store in pairs(run.rules, run.as_of)
        if (count := sum(one.due for one in store.due(asked)))
    }
    if left:
        told = ngettext("%(n)s record is left.", "%(n)s records are left.", sum(left.values()))
        raise Conflict(told % {"n": sum(left.values())}, code="retention_left")
    with transaction.atomic():
        run = Run.objects.select_for_update().get(id=run_id)
        steps = queries.steps(run)
        held = sum(one.held_count for one in steps)
        if not moved(run, Act.DEFER if held else Act.COMPLETE):
            return
        run.ended_at, run.problem = at, ""
        run.bundle = manifest.signed(actor=work.actor, run=run, steps=steps, at=at)
        run.save(update_fields=["state", "ended_at", "bundle", "problem"])
        done = {one.rule for one in steps if one.gone}
        Rule.objects.filter(name__in=done, proved_at__isnull=True).update(proved_at=at)
        detail = {"gone": sum(one.gone for one in steps), "held": held, "left": 0}
        journal.record("retention.run.completed", actor=work.actor, obj=run, detail=detail, at=at)


def _failed(actor: Actor, run_id: UUID, sentence: str, at: datetime) -> None:
    with transaction.atomic():
        run = Run.objects.select_for_update().get(id=run_id)
        if State(run.state) not in {State.RUNNING, State.VERIFYING}:
            return
        moved(run, Act.FAIL)
        run.problem = sentence[:300]
        run.save(update_fields=["state", "problem"])
        journal.record("retention.run.failed", actor=actor, obj=run, at=at)


def abort(*, actor: Actor, run: Run, at: datetime) -> Run:
    """Stop it between two steps; what is done stays done and written down. Raises Forbidden, NotPossible."""
    access.require(actor, permits.STOP)
    with transaction.atomic():
        row = Run.objects.select_for_update().get(id=run.id)
        if moved(row, Act.ABORT):
            row.save(update_fields=["state"])
            journal.record("retention.run.stopped", actor=actor, obj=row, at=at)
            _cancel(row)
    return row


def _cancel(run: Run) -> None:
    found = Job.objects.filter(name=JOB, about_id=run.id, state__in=["queued", "running"]).first()
    if found is not None:
        jobs.cancel(found)


def resume(*, actor: Actor, run: Run, at: datetime) -> Run:
    """Go on where it stopped. Raises Forbidden, NotPossible, Stopped."""
    access.require(actor, permits.MANAGE)
    deletion.require_running()
    with transaction.atomic():
        row = Run.objects.select_for_update().get(id=run.id)
        if moved(row, Act.RESUME):
            row.problem = ""
            row.save(update_fields=["state", "problem"])
            journal.record("retention.run.resumed", actor=actor, obj=row, at=at)
        jobs.start("retention.run", actor=actor, key=str(row.id), about=row.journal_ref, of=row.id)
    return row
