"""Running one job in a worker: claim, body under a pulse, one end."""

import contextlib
import logging
import threading
import time
from types import TracebackType
from typing import NamedTuple
from uuid import UUID

from billiard.exceptions import SoftTimeLimitExceeded
from django.db import DatabaseError, close_old_connections, connection

from panel.kernel import clock
from panel.kernel.errors import Refusal, TooMany, Unavailable
from panel.kernel.registries import jobs as kinds
from panel.kernel.work import delivery, notes, rows
from panel.kernel.work.run import Cancelled, LeaseLost, Run

LOG = logging.getLogger(__name__)
TICK_SECONDS, RENEW_SECONDS = 0.5, 2.0
_UNEXPECTED = "It stopped at an error of the program. The worker's log has the details."
_TOO_LONG = "It took longer than one attempt may."


class Outcome(NamedTuple):
    """How an attempt went: done, cancelled, refused (no use trying again), failed, or lost."""

    state: str
    code: str = ""
    sentence: str = ""


class Pulse(threading.Thread):
    """Renews the lease and writes progress on a connection of its own, so that a body may hold a transaction for long."""

    def __init__(self, run: Run) -> None:
        super().__init__(name="job-pulse", daemon=True)
        self._run, self._over = run, threading.Event()

    def run(self) -> None:
        due = time.monotonic() + RENEW_SECONDS
        while not self._over.wait(TICK_SECONDS) and not self._run.lost:
            if self._run.dirty or time.monotonic() >= due:
                try:
                    self._run.pulse()
                except DatabaseError:
                    connection.close()
                else:
                    due = time.monotonic() + RENEW_SECONDS
        connection.close()

    def __enter__(self) -> None:
        self._run.live = True
        self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self.join()
        self._run.live = False


def run(job_id: UUID, *, live: bool = True, any_lane: bool = False) -> None:
    """Run the job if it is to be run. Without `live` there is no pulse thread: for tests, whose rows no other sees."""
    job = rows.claim(job_id, any_lane=any_lane)
    if job is None:
        return
    handle = Run(job)
    with Pulse(handle) if live else contextlib.nullcontext():
        outcome = _attempt(handle)
    if outcome.state != "lost":
        _settle(handle, outcome, live=live)
    if live:
        delivery.deliver_due()


def _attempt(run: Run) -> Outcome:
    try:
        kinds.kind(run.job.name).body(run, **run.job.arguments)
    except Cancelled:
        return Outcome("cancelled")
    except LeaseLost:
        return Outcome("lost")
    except Refusal as error:
        again = isinstance(error, Unavailable | TooMany)
        return Outcome("failed" if again else "refused", error.code, error.sentence)
    except SoftTimeLimitExceeded:
        return Outcome("failed", "too_long", _TOO_LONG)
    except Exception as error:  # whatever it was, the row must say that it ended
        # The logs' format keeps values out; the row gets the kind of error only.
        LOG.exception("A job failed: %s", run.job.name)
        return Outcome("failed", type(error).__name__, _UNEXPECTED)
    return Outcome("done")


def _settle(run: Run, outcome: Outcome, *, live: bool) -> None:
    """Write the end, or the way back to the queue; a database that restarts is waited for while the lease lasts."""
    for _ in range(rows.LEASE_SECONDS if live else 1):
        try:
            _write(run, outcome)
        except DatabaseError:
            if not live:
                raise
            connection.close()
            time.sleep(1)
            close_old_connections()
        else:
            return


def _write(run: Run, outcome: Outcome) -> None:
    if rows.pulse(run.job, run.holder) is None:
        return
    strikes = rows.strikes(run.id)
    failed = outcome.state in {"failed", "refused"}
    if outcome.state == "failed" and strikes < kinds.kind(run.job.name).tries:
        seconds = rows.backoff(strikes)
        rows.try_again(run.id, run.holder, seconds=seconds, code=outcome.code, sentence=outcome.sentence)
        return
    at = clock.now()
    state = "failed" if failed else outcome.state
    if rows.end(run.job, run.holder, state, code=outcome.code, sentence=outcome.sentence, at=at):
        notes.note(run.job.name, started=run.job.started_at or at, ended=at, code=outcome.code if failed else "")
