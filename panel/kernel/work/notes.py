"""How the last run of each scheduled name went. Plain SQL: Celery imports this before Django's models are ready."""

import time
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection

from panel.kernel import clock
from panel.kernel.registries import jobs as kinds

# A name that runs each second writes its unchanged outcome at most this often.
QUIET_SECONDS = 5.0
_written: dict[str, tuple[str, float]] = {}
_started: dict[str, datetime] = {}


def note(name: str, *, started: datetime, ended: datetime, code: str = "") -> None:
    """Keep the outcome; a name that is not on the schedule has no row, and nothing happens."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE kernel_scheduled SET started_at = %s, ended_at = %s, outcome = %s, error_code = %s WHERE name = %s",
            [started, ended, "failed" if code else "done", code[:60], name],
        )


def before(task_id: str, **_: Any) -> None:
    """Celery's task_prerun."""
    _started[task_id] = clock.now()


def after(task_id: str, task: Any, retval: Any, state: str, **_: Any) -> None:
    """Celery's task_postrun. A long task's outcome is its row's, written when the row ends."""
    started = _started.pop(task_id, None) or clock.now()
    known = kinds.registered().get(task.name)
    if known is None or known.every is None or known.long:
        return
    code = "" if state == "SUCCESS" else type(retval).__name__
    last, when = _written.get(task.name, ("", 0.0))
    if last == code and time.monotonic() - when < QUIET_SECONDS:
        return
    _written[task.name] = (code, time.monotonic())
    try:
        note(task.name, started=started, ended=clock.now(), code=code)
    except DatabaseError:
        connection.close()
