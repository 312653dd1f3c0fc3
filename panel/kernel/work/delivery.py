"""Waking workers: a message is only a hint that a row is queued. A lost one is sent again, a doubled one finds no work."""

import logging
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from panel.kernel.registries import jobs as kinds
from panel.kernel.work import rows

LOG = logging.getLogger(__name__)
# A message that nobody answered is sent again after this long.
RESEND_SECONDS = 15


def send(name: str, arguments: dict[str, str], **options: Any) -> None:
    """One message. The representation of arguments stays out of broker and logs, whatever they are."""
    current_app.send_task(name, kwargs=arguments, argsrepr="()", kwargsrepr="{}", **options)


def deliver(name: str, job_id: UUID) -> bool:
    """Wake a worker for the job; False when the broker does not answer. Then the row waits for `deliver_due`."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_job SET sent_at = clock_timestamp() WHERE id = %s AND state = 'queued'", [job_id])
    try:
        send(name, {"job": str(job_id)})
    except (OperationalError, OSError):
        LOG.warning("The broker does not answer: the job %s stays queued.", job_id)
        return False
    return True


def deliver_due() -> int:
    """Send what is queued, due, and was not sent just now: the oldest first, as many as there are free lanes."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name FROM kernel_job WHERE state = 'queued' AND coalesce(not_before, '-infinity') <= clock_timestamp()"
            # Another version's kinds stay where they are, for a worker that knows them.
            " AND name = ANY(%s) AND coalesce(sent_at, '-infinity') < clock_timestamp() - make_interval(secs => %s)"
            " ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED",
            [sorted(kinds.registered()), RESEND_SECONDS, rows.free_lanes()],
        )
        found = cursor.fetchall()
        sent = [name for job_id, name in found if deliver(name, job_id)]
    return len(sent)
