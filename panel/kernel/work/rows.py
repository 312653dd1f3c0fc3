"""The steps of a job's row, each one statement. Whoever writes while it runs must hold the lease, so a job ends once.

Leases are in the database's own time (one clock for every machine); what people read is the house's clock.
"""

import json
import os
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from panel.kernel import clock
from panel.kernel.db import epochs
from panel.kernel.models import Job
from panel.kernel.registries import jobs as kinds

LEASE_SECONDS = 20
# Attempts in a row without a new checkpoint, of a kind that this version does not know any more.
TRIES = 3
_BACKOFF = (5, 15, 60, 300, 600)
_GONE = "A worker stopped in the middle of it, several times in a row."


def lanes() -> int:
    """How many long jobs run at once: one process of the worker stays free for what happens each second."""
    return max(1, int(os.environ.get("PANEL_WORKER_PROCESSES") or "2") - 1)


def backoff(strikes: int) -> int:
    """Seconds before the next attempt."""
    return _BACKOFF[max(0, min(strikes, len(_BACKOFF)) - 1)]


def _changed(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


def free_lanes() -> int:
    [(busy,)] = _changed("SELECT count(*) FROM kernel_job WHERE state = 'running'")
    return max(0, lanes() - int(busy))


def claim(job_id: UUID, *, any_lane: bool = False) -> Job | None:
    """Take a queued job that is due, unless all lanes are taken (`any_lane`: even then).

    None: it is somebody else's, over, or must wait.
    """
    reclaim()
    with transaction.atomic():
        epochs.lock("kernel_job_lanes")
        if not any_lane and not free_lanes():
            _changed("UPDATE kernel_job SET sent_at = NULL WHERE id = %s AND state = 'queued' RETURNING id", job_id)
            return None
        found = _changed(
            "UPDATE kernel_job SET state = 'running', holder = %s, attempts = attempts + 1, strikes = strikes + 1,"
            " lease_until = clock_timestamp() + make_interval(secs => %s), started_at = coalesce(started_at, %s),"
            " not_before = NULL WHERE id = %s AND state = 'queued' AND cancel_requested_at IS NULL"
            " AND coalesce(not_before, '-infinity') <= clock_timestamp() RETURNING id",
            uuid4(),
            LEASE_SECONDS,
            clock.now(),
            job_id,
        )
        return Job.objects.get(pk=job_id) if found else None


def pulse(job: Job, holder: UUID, *, log: bool = True) -> bool | None:
    """Write progress and (if it grew) the log, renew the lease. Answers whether to cancel; None when the lease is gone."""
    found = _changed(
        "UPDATE kernel_job SET lease_until = clock_timestamp() + make_interval(secs => %s), done = %s, total = %s,"
        " unit = %s, phase = %s, words = %s, log = coalesce(%s::jsonb, log) WHERE id = %s AND holder = %s"
        " RETURNING cancel_requested_at IS NOT NULL",
        LEASE_SECONDS,
        job.done,
        job.total,
        job.unit,
        job.phase,
        json.dumps(job.words),
        json.dumps(job.log) if log else None,
        job.id,
        holder,
    )
    return bool(found[0][0]) if found else None


def checkpoint(job_id: UUID, holder: UUID, state: Any) -> bool:
    """Keep the point from which another attempt goes on, in the caller's transaction. False: the lease is gone."""
    return bool(
        _changed(
            # Only a new point counts as getting on: a body that fails at the same place for ever is given up.
            "UPDATE kernel_job SET strikes = CASE WHEN checkpoint = %s::jsonb THEN strikes ELSE 0 END,"
            " checkpoint = %s::jsonb WHERE id = %s AND holder = %s RETURNING id",
            json.dumps(state),
            json.dumps(state),
            job_id,
            holder,
        )
    )


def end(job: Job, holder: UUID, state: str, *, code: str = "", sentence: str = "", at: datetime) -> bool:
    """The one end. False when the lease was lost before."""
    return bool(
        _changed(
            "UPDATE kernel_job SET state = %s, error_code = %s, error = %s, ended_at = %s, holder = NULL,"
            " lease_until = NULL, keyed = keyed AND once, result_kind = %s, result_id = %s, file_name = %s,"
            " file_size = %s, done = CASE WHEN %s = 'done' THEN coalesce(total, done) ELSE done END"
            " WHERE id = %s AND holder = %s RETURNING id",
            state,
            code[:60],
            sentence[:300],
            at,
            job.result_kind,
            job.result_id,
            job.file_name,
            job.file_size,
            state,
            job.id,
            holder,
        )
    )


def strikes(job_id: UUID) -> int:
    """Attempts since the last new checkpoint."""
    return Job.objects.only("strikes").get(pk=job_id).strikes


def try_again(job_id: UUID, holder: UUID, *, seconds: int, code: str, sentence: str) -> None:
    """Back to the queue, to be claimed not before `seconds` from now."""
    _changed(
        "UPDATE kernel_job SET state = 'queued', holder = NULL, lease_until = NULL, sent_at = NULL, error_code = %s,"
        " error = %s, not_before = clock_timestamp() + make_interval(secs => %s)"
        " WHERE id = %s AND holder = %s RETURNING id",
        code[:60],
        sentence[:300],
        seconds,
        job_id,
        holder,
    )


def reclaim() -> int:
    """Jobs whose worker went silent: back to the queue, or over when that happened too often. Answers how many."""
    with transaction.atomic():
        silent = Job.objects.select_for_update(skip_locked=True).filter(state="running")
        lost = list(
            silent.extra(where=["lease_until < clock_timestamp()"]).only("name", "strikes", "cancel_requested_at")
        )
        for job in lost:
            _let_go(job)
    return len(lost)


def _let_go(job: Job) -> None:
    known = kinds.registered().get(job.name)
    over = job.strikes >= (known.tries if known else TRIES)
    cancelled = job.cancel_requested_at is not None
    state = "cancelled" if cancelled else "failed" if over else "queued"
    failed = state == "failed"
    ended = state != "queued"
    _changed(
        "UPDATE kernel_job SET state = %s, holder = NULL, lease_until = NULL, sent_at = NULL, ended_at = %s,"
        " error_code = %s, error = %s, keyed = keyed AND (once OR NOT %s) WHERE id = %s RETURNING id",
        state,
        clock.now() if ended else None,
        "worker_lost" if failed else "",
        _GONE if failed else "",
        ended,
        job.id,
    )
