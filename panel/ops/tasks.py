"""The installation's own jobs."""

import time
from datetime import timedelta

from django.utils.translation import gettext_noop

from panel.kernel import clock
from panel.kernel.db import partitions
from panel.kernel.jobs import job
from panel.ops import queries
from panel.ops.services.reach import HEARTBEAT


@job("ops.heartbeat", title=gettext_noop("Show that jobs run"), every=timedelta(seconds=10))
def heartbeat() -> None:
    client = queries.valkey()
    try:
        client.set(HEARTBEAT, f"{time.time():.3f}", ex=3600)
    finally:
        client.close()


@job("ops.partitions", title=gettext_noop("Make room for the days to come"), every=timedelta(hours=6))
def make_partitions() -> None:
    today = clock.now().date()
    partitions.ensure(today, today + timedelta(days=partitions.AHEAD_DAYS))
