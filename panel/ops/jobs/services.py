"""What people do to jobs: cancel, try again, run a scheduled one now. Each is journalled."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.access import services as access
from panel.journal import services as journal
from panel.kernel import jobs, tickets
from panel.kernel.actors import Actor
from panel.kernel.crypto import keyring
from panel.kernel.errors import Missing
from panel.kernel.models import Job
from panel.kernel.registries import jobs as kinds
from panel.ops.jobs import queries, rules

TRIAL_STEPS = 25


def cancel(*, actor: Actor, job: Job, at: datetime) -> Job:
    """Raises Forbidden, and Conflict when the job is over."""
    _require(actor, job)
    with transaction.atomic():
        found = jobs.cancel(job)
        journal.record("ops.job.cancelled", actor=actor, obj=("job", job.id), detail={"name": job.name}, at=at)
    return found


def retry(*, actor: Actor, job: Job, at: datetime) -> Job:
    """Raises Forbidden, and Conflict for a job that went well or still runs."""
    _require(actor, job)
    with transaction.atomic():
        found = jobs.retry(job)
        journal.record("ops.job.retried", actor=actor, obj=("job", job.id), detail={"name": job.name}, at=at)
    return found


def run_now(*, actor: Actor, name: str, at: datetime) -> Job | None:
    """Start a scheduled name outside its hours; answers the row of a long one. Raises Forbidden and Missing."""
    access.require(actor, rules.MANAGE_JOBS)
    kind = kinds.registered().get(name)
    if kind is None or kind.every is None:
        raise Missing(_("There is no such name on the schedule."))
    with transaction.atomic():
        job = jobs.run_now(name, actor=actor)
        journal.record("ops.schedule.run", actor=actor, detail={"name": name}, at=at)
    return job


def try_out(*, actor: Actor, at: datetime) -> Job:
    """A job that only counts, to see worker, progress and cancelling at work. One at a time."""
    access.require(actor, rules.MANAGE_JOBS)
    with transaction.atomic():
        job = jobs.start("ops.try_jobs", actor=actor, key="trial", steps=TRIAL_STEPS)
        journal.record("ops.schedule.run", actor=actor, detail={"name": job.name}, at=at)
    return job


def downloaded(*, actor: Actor, job: Job, at: datetime) -> None:
    """Only who started a job gets its file: it was made with that person's rights. Raises Missing."""
    if not queries.is_own(actor, job) or not job.file_name:
        raise Missing(_("There is no file here for you."))
    with transaction.atomic():
        journal.record("ops.job.downloaded", actor=actor, obj=("job", job.id), detail={"name": job.name}, at=at)


def ticket(*, actor: Actor, job: Job) -> str:
    """A ticket to the stream of a job that the actor has seen, for a minute."""
    if actor.id is None:
        raise Missing(_("There is no such job. Jobs are kept for 30 days."))
    key = keyring.secret(keyring.named(tickets.KEY_PURPOSE), tickets.KEY_LABEL)
    return tickets.sign(key, tickets.Ticket("jobs", actor.id, job.id, tickets.within(actor)))


def _require(actor: Actor, job: Job) -> None:
    if not queries.is_own(actor, job):
        access.require(actor, rules.MANAGE_JOBS)
