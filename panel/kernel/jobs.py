"""Jobs by name: a service says `enqueue` or `start`, a task module says `@job`; neither imports the other.

A short task (seconds) is a Celery task and leaves no trace but its outcome on the schedule page:

    @job("signin.tidy", title=gettext_noop("Forget ended sessions"), every=timedelta(hours=1))
    def tidy() -> None: ...

A long task is a row (kernel.Job) with progress, log, result, cancel and retry, and has a page:

    @job("backup.make", title=gettext_noop("Make a backup"), long=True, limit=timedelta(hours=6))
    def make(run: Run, backup: str) -> None:
        services.make(run=run, backup_id=UUID(backup))

    # in the service:
    for number, table in enumerate(tables):
        if number < (run.checkpointed or 0):
            continue                                   # done by an earlier attempt
        with transaction.atomic():
            copy(table)                                # a step, idempotent
            run.checkpoint(number + 1)                 # together with the step, or not at all
        run.progress(number + 1, len(tables), gettext_noop("Copied %(table)s"), unit=gettext_noop("tables"), table=table)
    run.result("backup", backup_id)                    # or run.deliver("people.csv", chunks): a sealed file to download

    # to start it, in a verb, in its transaction:
    found = jobs.start("backup.make", actor=actor, key="", about=("backup", backup.id), backup=backup.id)

A killed worker's job goes on from its checkpoint in another worker within 30 s. An exception is tried again (5 s, 15 s,
1 min, 5 min, 10 min apart) up to `tries` times without a new checkpoint; a Refusal other than Unavailable and TooMany ends it at
once, with its sentence on the page. A long job must not wait for another one: there may be one lane only.
In a test: `jobs.perform(jobs.start(...))` runs it in the test's own transaction.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial, wraps
from typing import Any, Protocol
from uuid import UUID

from celery import shared_task
from django.db import IntegrityError, connection, transaction

from panel.kernel import clock
from panel.kernel.actors import SYSTEM, Actor
from panel.kernel.errors import Conflict
from panel.kernel.models import Job
from panel.kernel.registries import deletion
from panel.kernel.registries.jobs import SHORT, Kind, Schedule, kind, register, registered
from panel.kernel.work import delivery, runner
from panel.kernel.work.run import Run

__all__ = ["Run", "cancel", "enqueue", "job", "latest", "perform", "registered", "retry", "run_now", "send", "start"]


class Declared(Protocol):
    """The decorator that `job` answers with."""

    def __call__(self, body: Callable[..., None], /) -> Any: ...


def job(
    name: str,
    *,
    title: str,
    every: Schedule | None = None,
    long: bool = False,
    limit: timedelta = SHORT,
    tries: int = 5,
    deletes: bool = False,
) -> Declared:
    """Make a function the one Celery task of this name; `every` (a period, or a crontab in UTC) puts it on the schedule.

    It takes ids only, is idempotent and survives a killed worker. `long` gives it a row and a Run as its first argument.
    `deletes`: a short task that does nothing while every job that deletes is stopped (`registries.deletion`); a long one asks
    `deletion.require_running` before each of its steps.
    """

    def declare(body: Callable[..., None]) -> Any:
        register(Kind(name, title, every, long, limit, tries, body))
        seconds = int(limit.total_seconds())
        task = shared_task(
            name=name, acks_late=True, ignore_result=True, soft_time_limit=seconds - 30, time_limit=seconds
        )
        return task(_run if long else _unless_stopped(body) if deletes else body)

    return declare


def _unless_stopped(body: Callable[..., None]) -> Callable[..., None]:
    @wraps(body)
    def careful(*args: Any, **ids: Any) -> None:
        if not deletion.is_stopped():
            body(*args, **ids)

    return careful


def _run(job: str) -> None:
    runner.run(UUID(job))


def start(
    name: str,
    *,
    actor: Actor = SYSTEM,
    key: str = "",
    once: bool = False,
    about: tuple[str, UUID] | None = None,
    **ids: UUID | str | int,
) -> Job:
    """Start a long job when the current transaction commits; answers its row.

    With a `key` there is one unfinished job of this name and key: a second start answers with the first one's row (`once`:
    for good). `about` is the object that the job belongs to. Raises LookupError for a name without a long task.
    """
    if not kind(name).long:
        raise LookupError(f"{name} is no long job: use enqueue.")
    row = Job(
        name=name,
        arguments={one: str(value) for one, value in ids.items()},
        actor_kind=actor.kind,
        actor_id=actor.id,
        about_kind=about[0] if about else "",
        about_id=about[1] if about else None,
        key=key,
        keyed=bool(key),
        once=once,
    )
    with transaction.atomic():
        Job.objects.bulk_create([row], ignore_conflicts=True)
        found = Job.objects.filter(pk=row.pk).first()
        if found is not None:
            transaction.on_commit(partial(delivery.deliver, name, row.pk))
            return found
        # Another's insert of the same key has committed: that row is the job.
        found = Job.objects.filter(name=name, key=key, keyed=True).first()
    return found or start(name, actor=actor, key=key, once=once, about=about, **ids)


def send(name: str, **ids: object) -> None:
    """Send a short task now; the ids travel as text."""
    delivery.send(name, {one: str(value) for one, value in ids.items()})


def enqueue(name: str, **ids: UUID | str | int) -> None:
    """Start a job when the current transaction commits. Ids only: nothing personal travels through the broker."""
    if name in registered() and kind(name).long:
        start(name, actor=SYSTEM, key="", once=False, about=None, **ids)
    else:
        transaction.on_commit(partial(send, name, **ids))


def run_now(name: str, *, actor: Actor) -> Job | None:
    """Start a scheduled name outside its hours; answers the row of a long one."""
    if kind(name).long:
        return start(name, actor=actor, key="schedule")
    enqueue(name)
    return None


def perform(job: Job) -> Job:
    """Run a queued job here and now, in this thread (commands, tests), whatever else runs; answers the row as it is then.

    Inside a transaction nobody else sees the row, so no thread renews its lease: that is for tests.
    """
    runner.run(job.pk, live=not connection.in_atomic_block, any_lane=True)
    job.refresh_from_db()
    return job


def cancel(job: Job) -> Job:
    """Ask a job to stop: at once when it waits, at its next step when it runs. Raises Conflict when it is over."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_job SET cancel_requested_at = coalesce(cancel_requested_at, %(at)s),"
            " ended_at = CASE WHEN state = 'queued' THEN %(at)s::timestamptz END,"
            " keyed = keyed AND (once OR state <> 'queued'),"
            " state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END"
            " WHERE id = %(id)s AND state IN ('queued', 'running') RETURNING id",
            {"at": clock.now(), "id": job.pk},
        )
        if cursor.fetchone() is None:
            raise Conflict("This job is over: there is nothing to cancel.")
    job.refresh_from_db()
    return job


def retry(job: Job) -> Job:
    """Queue a failed or cancelled job again; it goes on from its checkpoint. Raises Conflict."""
    try:
        with transaction.atomic():
            changed = Job.objects.filter(pk=job.pk, state__in=["failed", "cancelled"]).update(
                state="queued",
                ended_at=None,
                cancel_requested_at=None,
                error_code="",
                error="",
                strikes=0,
                not_before=None,
                sent_at=None,
                keyed=bool(job.key),
            )
            if not changed:
                raise Conflict("Only a job that failed or was cancelled can be tried again.")
            transaction.on_commit(partial(delivery.deliver, job.name, job.pk))
    except IntegrityError:
        raise Conflict("The same job was started anew in the meantime.") from None
    job.refresh_from_db()
    return job


def latest(about: tuple[str, UUID], name: str = "") -> Job | None:
    """The newest job about an object, for the job card on its page."""
    found = Job.objects.filter(about_kind=about[0], about_id=about[1])
    return (found.filter(name=name) if name else found).order_by("-id").first()
