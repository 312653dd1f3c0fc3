"""What a long task's body holds while it runs: progress, log, checkpoints, cancellation, a result."""

import json
import time
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import DatabaseError

from panel.kernel import clock
from panel.kernel.actors import Actor
from panel.kernel.models import Job
from panel.kernel.work import results, rows

LOG_LINES = 200
WORD = 80


class Cancelled(BaseException):
    """Somebody asked to cancel. No Exception, so that a body's own `except` does not swallow it; `finally` runs."""


class LeaseLost(BaseException):
    """Another worker has the job, or the database was away too long: this attempt must not go on."""


class Run:
    """One attempt of one job.

    Every method that writes raises Cancelled when cancelling was asked for, and LeaseLost when this attempt is not the one
    that counts any more. Sentences are constants marked with gettext_noop; what varies goes in as words (numbers, names of
    fixed things) and may name no person.
    """

    def __init__(self, job: Job) -> None:
        self.job, self.holder = job, job.holder or UUID(int=0)
        self.checkpointed: Any = job.checkpoint
        self.dirty = self.logged = False
        self.asked_to_cancel = self.lost = False
        self.live = False  # a pulse thread writes progress; else each call does
        self.seen = time.monotonic()

    @property
    def id(self) -> UUID:
        return self.job.id

    @property
    def attempt(self) -> int:
        """1 for the first."""
        return self.job.attempts

    @property
    def actor(self) -> Actor:
        """On whose behalf: what the body calls with `actor=`. Rights are judged anew at that moment."""
        return Actor(self.job.actor_kind, self.job.actor_id)  # type: ignore[arg-type]

    def check(self) -> None:
        """A point where the job may be stopped."""
        if self.lost or (self.live and time.monotonic() - self.seen > rows.LEASE_SECONDS):
            raise LeaseLost
        if self.asked_to_cancel:
            raise Cancelled

    def progress(
        self, done: int, total: int | None = None, sentence: str = "", /, *, unit: str = "", **words: str | int
    ) -> None:
        """How far it is; cheap, call it as often as you like. Without a total the page shows a count, no bar."""
        self.job.done, self.job.total = done, total if total is not None else self.job.total
        self.job.unit = unit or self.job.unit
        if sentence:
            self.job.phase, self.job.words = sentence[:200], _short(words)
        self._told()

    def log(self, sentence: str, /, **words: str | int) -> None:
        """A line for people; the last 200 are kept."""
        line = [clock.now().isoformat(timespec="seconds"), sentence[:200], _short(words)]
        self.job.log = [*self.job.log, line][-LOG_LINES:]
        self.logged = True
        self._told()

    def checkpoint(self, state: Any) -> None:
        """Keep `state` (small JSON, ids and numbers) in the current transaction: together with the step's own rows, or not
        at all. The next attempt finds it in `checkpointed`."""
        self.check()
        if len(json.dumps(state)) > 64_000:
            raise ValueError("A checkpoint is a small note of where to go on, at most 64 kB.")
        if not rows.checkpoint(self.id, self.holder, state):
            self.lost = True
            raise LeaseLost
        self.checkpointed = state

    def result(self, kind: str, of: UUID) -> None:
        """The object that came out of it, shown by the object resolver."""
        self.job.result_kind, self.job.result_id = kind[:40], of

    def deliver(self, name: str, chunks: Iterable[bytes]) -> None:
        """A file for whoever started the job: sealed on disk under a key of its own, gone with the job's row."""
        self.job.file_size = results.write(self.id, self._checked(chunks))
        self.job.file_name = name[:120]

    def _checked(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        for chunk in chunks:
            self.check()
            yield chunk

    def _told(self) -> None:
        if self.live:
            self.dirty = True
        else:
            self.pulse()
        self.check()

    def pulse(self) -> None:
        """Write what is new and renew the lease; learn whether to stop."""
        logged, self.dirty, self.logged = self.logged, False, False
        try:
            answer = rows.pulse(self.job, self.holder, log=logged)
        except DatabaseError:
            self.dirty, self.logged = True, logged or self.logged
            raise
        self.seen = time.monotonic()
        self.lost = answer is None
        self.asked_to_cancel = bool(answer)


def _short(words: dict[str, str | int]) -> dict[str, str | int]:
    return {name: value if isinstance(value, int) else str(value)[:WORD] for name, value in words.items()}
