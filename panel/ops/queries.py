"""How the installation is, in numbers: for readiness and metrics. Nothing about a person."""

import shutil
import time

import redis
from django.conf import settings
from django.db import DatabaseError, connection

from panel.kernel import clock
from panel.kernel.db import epochs
from panel.kernel.models import Epoch, Worker
from panel.ops.services.reach import HEARTBEAT

QUEUE = "celery"


def valkey() -> "redis.Redis":
    """A client of the installation's Valkey; the caller closes it."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def valkey_numbers() -> dict[str, float] | None:
    """Queue length and age of the last heartbeat in seconds (-1: none yet); None when Valkey does not answer."""
    try:
        client = valkey()
        try:
            beat = client.get(HEARTBEAT)
            length = client.llen(QUEUE)
        finally:
            client.close()
    except (redis.RedisError, ValueError):
        return None
    age = time.time() - float(beat) if isinstance(beat, bytes) else -1.0
    return {"jobs_heartbeat_age_seconds": age, "jobs_waiting": float(str(length))}


def readiness() -> dict[str, bool]:
    """What requests need, by name. `jobs` says that beat and worker are at work; it is False until their first tick."""
    numbers = valkey_numbers()
    return {"database": database_answers(), "valkey": numbers is not None}


def database_numbers() -> dict[str, float]:
    """Epoch, workers and room for rows to come. Raises DatabaseError."""
    live = list(Worker.objects.filter(seen_at__gte=clock.now() - epochs.LIVE).values_list("epoch", flat=True))
    epoch = Epoch.objects.values_list("number", flat=True).first() or 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        size = cursor.fetchone()
    return {
        "epoch": float(epoch),
        "workers_live": float(len(live)),
        "workers_epochs_behind": float(max((epoch - one for one in live), default=0)),
        "database_bytes": float(size[0] if size else 0),
        "partitions_days_ahead": float(days_ahead()),
    }


def days_ahead() -> int:
    """For how many days from today there are partitions in every partitioned table; -1 when today has none."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS_AHEAD, [clock.now().date()])
        row = cursor.fetchone()
    return -1 if row is None or row[0] is None else int(row[0])


def metrics() -> dict[str, float]:
    """Every number of the panel process by its metric's name without the prefix."""
    found = {"disk_free_bytes": float(shutil.disk_usage(settings.DATA_DIR).free), "up": 1.0}
    numbers = valkey_numbers()
    found["valkey_up"] = float(numbers is not None)
    found |= numbers or {}
    try:
        found |= {"database_up": 1.0, **database_numbers()}
    except DatabaseError:
        found["database_up"] = 0.0
    return found


# The last day of each partitioned table's youngest leaf is in its bounds: ... TO ('2026-12-28').
_DAYS_AHEAD = """
    WITH leaves AS (
        SELECT parent."table" AS root,
               max((regexp_match(pg_get_expr(leaf.relpartbound, leaf.oid), 'TO \\(''([0-9-]{10})'))[1]::date) AS until
        FROM kernel_partitionedtable parent
        CROSS JOIN LATERAL pg_partition_tree(parent."table"::regclass) tree
        JOIN pg_class leaf ON leaf.oid = tree.relid
        WHERE tree.isleaf
        GROUP BY 1
    )
    SELECT min(until) - %s::date - 1 FROM leaves
"""
