"""Beat's clockwork: each slot is claimed in the database before it is sent, so any number of beats may run."""

import logging
from datetime import datetime, timedelta
from typing import Any

import celery.beat
from celery import current_app
from django.db import DatabaseError, connection, transaction
from kombu.exceptions import OperationalError

from panel.kernel import clock, jobs
from panel.kernel.registries import jobs as kinds
from panel.kernel.work import delivery, slots

LOG = logging.getLogger(__name__)
LONGEST_PAUSE = 1.0


class Scheduler(celery.beat.Scheduler):
    """Reads the schedule from the code (`@job(every=...)`); keeps nothing of its own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._seen: dict[str, datetime] = {}
        super().__init__(*args, **kwargs)

    def setup_schedule(self) -> None:
        """Nothing: there is no schedule but the registry."""

    def tick(self, *_: Any, **__: Any) -> float:
        """Send what is due; answers the seconds until the next look."""
        at = clock.now()
        try:
            for kind in kinds.scheduled():
                self._look(kind, at)
        except (DatabaseError, OperationalError, OSError) as error:
            # Nothing was claimed that was not sent; the next look finds it again.
            LOG.warning("Beat cannot send: %s.", type(error).__name__)
            connection.close()
            return LONGEST_PAUSE
        soonest = min((slots.following(one.every, at) for one in kinds.scheduled() if one.every), default=None)
        wait = (soonest - clock.now()).total_seconds() if soonest else LONGEST_PAUSE
        return min(max(wait, 0.01), LONGEST_PAUSE)

    def _look(self, kind: kinds.Kind, at: datetime) -> None:
        if kind.every is None:
            return
        slot = slots.current(kind.every, at)
        if self._seen.get(kind.name) == slot:
            return
        with transaction.atomic():
            claimed = slots.claim(kind.name, slot)
            # An hour of the day is waited for; a period begins with the installation.
            if claimed == "claimed" or (claimed == "first" and isinstance(kind.every, timedelta)):
                begin(kind)
        self._seen[kind.name] = slot


def begin(kind: kinds.Kind) -> None:
    """Start a scheduled name in the current transaction. A long one that still runs is not started twice."""
    if kind.long:
        jobs.start(kind.name, key="schedule")
        return
    seconds = kind.every.total_seconds() if isinstance(kind.every, timedelta) else 3600
    # A tick that waited longer than its period is not worth running: the next one does its work.
    if not current_app.conf.task_always_eager:
        delivery.send(kind.name, {}, expires=max(seconds, 5), retry=False)
