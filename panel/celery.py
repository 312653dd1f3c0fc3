"""Celery: tasks by name, ids only, json only, no results kept."""

import logging.config
import os
import signal
from typing import Any

from celery import Celery
from celery.signals import import_modules, setup_logging, worker_process_init

from panel.kernel import jobs
from panel.kernel.boot import boot
from panel.ops import logs
from panel.ops.services import broker
from panel.ops.services.spawn import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "panel.settings")
app = Celery("panel")
app.conf.update(broker.settings(boot().valkey_url))
app.autodiscover_tasks()


@import_modules.connect(sender=app)
def _schedule(**_: Any) -> None:
    """After the task modules are read: what they put on the schedule."""
    app.conf.beat_schedule = jobs.schedule()


@setup_logging.connect
def _log(**_: Any) -> None:
    """Celery's own format would print the values in an error."""
    logging.config.dictConfig(logs.SETTINGS)


@worker_process_init.connect
def _end_with_worker(**_: Any) -> None:
    """A pool process does not outlive the worker that forked it."""
    die_with_parent(signal.SIGKILL)
