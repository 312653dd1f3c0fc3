"""The epoch: one number that says "something the gateway serves from has changed"."""

import time
from datetime import timedelta

from django.db import connection, transaction

from panel.kernel import clock
from panel.kernel.models import Worker

CHANNEL = "panel_epoch"
LIVE = timedelta(seconds=10)


def lock(name: str) -> None:
    """Hold an advisory lock until the end of the transaction; `name` is hashed by PostgreSQL."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def bump() -> int:
    """Count up inside the verb's transaction and wake the workers on commit. The row lock keeps epochs in commit order."""
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An epoch is bumped inside the transaction of the change.")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_epoch SET number = number + 1 RETURNING number, pg_notify(%s, '')", [CHANNEL])
        row = cursor.fetchone()
    if row is None:
        raise RuntimeError("The database is not prepared: the epoch is missing.")
    return int(row[0])


def wait(number: int, *, timeout: float = 1.0) -> list[str]:
    """After commit: wait until every live worker serves from `number` or newer, at most `timeout` seconds.

    Returns the ids of workers that stayed silent. They refuse by themselves once their lease ends.
    """
    end = time.monotonic() + timeout
    while True:
        alive = clock.now() - LIVE
        late = Worker.objects.filter(seen_at__gte=alive, epoch__lt=number).values_list("id", flat=True)
        silent = [str(one) for one in late]
        if not silent or time.monotonic() >= end:
            return silent
        time.sleep(0.01)
